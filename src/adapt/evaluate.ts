// Drafts at held-out positions, judges the drafts, and stores them.
import { hash } from 'node:crypto';
import type { CompletionPosition, CompletionQuery, Draft, DraftOptions } from '../common/completion.ts';
import { quantile } from '../common/quality.ts';
import {
  draftOptions,
  matchesTruth,
  positionInDocument,
  shownDraft,
  truthAt,
} from '../prompts/completion/completion-position.ts';
import type { CursorExample } from '../prompts/completion/cursor-examples.ts';
import { positionFactsOf } from '../routing/features.ts';
import type { QueryLoss } from '../specialist/engine/engine-protocol.ts';
import type { RunStore } from '../storage/run-store.ts';
import type { AnswerRow } from '../storage/stored-rows.ts';
import { yieldToEvents } from './cancellation.ts';
import type { ScoredPosition } from './positions/scored-positions.ts';
import type { Tell } from './progress.ts';
import { digest } from './step.ts';

/** A model that `evaluate` can ask: the n-grams in this thread, or the engine. */
export interface Drafter {
  complete(query: CompletionQuery, options: DraftOptions): Draft | Promise<Draft>;
  /** Loss on the author's text; called right after the draft at the same position. */
  lossAt?(query: CompletionQuery, truth: string): Promise<QueryLoss>;
}

export interface EvaluateOptions {
  /** Also measures losses if the drafter can. */
  readonly losses?: boolean;
  /** Stored answers; absent: every position is asked. */
  readonly answers?: StoredAnswers | undefined;
  readonly tell?: Tell;
  readonly signal?: AbortSignal;
}

/** Time of a draft with its loss, as a multiple of the draft alone. */
const WITH_LOSS = 1.25;

/** Median time of a draft with its loss. */
export function secondsPerPosition(scored: readonly ScoredPosition[]): number {
  const latencies = scored.map(({ draft }) => draft.latencyMs);
  return latencies.length > 0 ? (WITH_LOSS * quantile(latencies, 0.5)) / 1000 : 0;
}

/** Drafts at every position. Yields to the event loop about every 20 ms, for messages and cancellation. */
export async function evaluate(
  drafter: Drafter,
  examples: readonly CursorExample[],
  { losses = false, answers, tell, signal }: EvaluateOptions = {},
): Promise<ScoredPosition[]> {
  const scored: ScoredPosition[] = [];
  let lastYield = performance.now();
  for (const example of examples) {
    if (performance.now() - lastYield > 20) {
      tell?.({ done: scored.length, total: examples.length });
      await yieldToEvents(signal);
      lastYield = performance.now();
    }
    const position = positionInDocument(example);
    const { query, block } = position;
    const truth = truthAt(example.truth, position);
    const ask = async (): Promise<ModelAnswer> => ({
      draft: await drafter.complete(query, draftOptions(position)),
      loss: losses && !block ? await drafter.lossAt?.(query, truth) : undefined,
    });
    const { draft: rawDraft, loss } = await (answers ? answers.at(example, position, ask) : ask());
    const draft = shownDraft(rawDraft, position);
    scored.push({
      example,
      draftPosition: position,
      truth,
      facts: positionFactsOf(query),
      draft,
      right: matchesTruth(draft.text, truth),
      loss,
    });
  }
  tell?.({ done: examples.length, total: examples.length });
  return scored;
}

interface ModelAnswer {
  /** As the model wrote it. */
  readonly draft: Draft;
  /** Undefined where it was not asked for. */
  readonly loss: QueryLoss | undefined;
}

/** The stored answers of one model at cursor positions, so that later runs do not ask it again. */
export class StoredAnswers {
  private readonly runStore: RunStore;
  private readonly model: string;
  private readonly known: ReadonlyMap<string, AnswerRow>;

  /** @param model its identity, which changes with everything that can change an answer */
  constructor(runStore: RunStore, model: string) {
    this.runStore = runStore;
    this.model = model;
    this.known = runStore.answersOf(model);
  }

  has(example: CursorExample, asked: CompletionPosition): boolean {
    return this.known.has(placeOf(example, asked));
  }

  /** The stored answer, else that of `ask`, which is then stored. */
  async at(example: CursorExample, asked: CompletionPosition, ask: () => Promise<ModelAnswer>): Promise<ModelAnswer> {
    const place = placeOf(example, asked);
    const row = this.known.get(place);
    if (row) return { draft: JSON.parse(row.draft), loss: JSON.parse(row.loss) ?? undefined };
    const { draft, loss = null } = await ask();
    const texts = { draft: JSON.stringify(draft), loss: JSON.stringify(loss) };
    this.runStore.keep({ place, path: example.path, model: this.model, ...texts });
    return { draft, loss: loss ?? undefined };
  }
}

function placeOf({ path, offset, prefix, truth, suffix }: CursorExample, asked: CompletionPosition): string {
  const of = (text: string) => hash('sha256', text, 'hex');
  return digest([path, of(prefix + truth + suffix), offset, of(truth), draftOptions(asked)]);
}
