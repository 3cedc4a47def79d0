// The stored answers of one model at cursor positions, so that later runs do not ask it again.
import { hash } from 'node:crypto';
import type { Draft } from '../../common/completion.ts';
import { draftOptions } from '../../prompts/completion/completion-position.ts';
import type { CursorExample } from '../../prompts/completion/cursor-examples.ts';
import type { CompletionPosition } from '../../prompts/completion/types.ts';
import type { QueryLoss } from '../../specialist/engine/protocol.ts';
import type { PositionLedger } from '../../storage/position-ledger.ts';
import type { AnswerRow } from '../../storage/types.ts';
import { digest } from './stage-runner.ts';

export interface ModelAnswer {
  /** As the model wrote it. */
  readonly draft: Draft;
  /** Undefined where it was not asked for. */
  readonly loss: QueryLoss | undefined;
}

export class AnswerLedger {
  private readonly ledger: PositionLedger;
  private readonly model: string;
  private readonly split: string;
  private readonly known: ReadonlyMap<string, AnswerRow>;

  /** @param model its identity, which changes with everything that can change an answer */
  constructor(ledger: PositionLedger, model: string, split: string) {
    this.ledger = ledger;
    this.model = model;
    this.split = split;
    this.known = ledger.answersOf(model);
  }

  has(example: CursorExample, asked: CompletionPosition): boolean {
    return this.known.has(rowOf(example, asked).place);
  }

  /** The stored answer, else that of `ask`, which is then stored. */
  async at(example: CursorExample, asked: CompletionPosition, ask: () => Promise<ModelAnswer>): Promise<ModelAnswer> {
    const position = rowOf(example, asked);
    const row = this.known.get(position.place);
    if (row) return { draft: JSON.parse(row.draft), loss: JSON.parse(row.loss) ?? undefined };
    const answer = await ask();
    this.ledger.keep(
      { ...position, split: this.split },
      { model: this.model, draft: JSON.stringify(answer.draft), loss: JSON.stringify(answer.loss ?? null) },
    );
    return answer;
  }
}

function rowOf({ path, offset, prefix, truth, suffix }: CursorExample, asked: CompletionPosition) {
  const of = (text: string) => hash('sha256', text, 'hex');
  const row = { path, file: of(prefix + truth + suffix), offset, truth: of(truth) };
  return { ...row, place: digest([path, row.file, offset, row.truth, draftOptions(asked)]) };
}
