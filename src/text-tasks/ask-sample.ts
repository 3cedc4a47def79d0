// Asks the large model about texts. It keeps to a budget, stores each answer as it comes, and asks about no text twice in a form.
import type { Failure } from '../common/errors.ts';
import { labelBatch } from '../llm/label.ts';
import type { LlmClient } from '../llm/types.ts';
import type { EvidenceForm } from '../prompts/label/label-prompt.ts';
import type { TextTask } from '../prompts/label/task.ts';
import type { TextEvidence } from './evidence.ts';
import { addLabel, appendLabel, type KnownLabels, type StoredLabel } from './given-labels.ts';
import { promptOf, readAnswer } from './kinds.ts';
import { keyOf } from './labels/extract.ts';

/** A text, and what is shown beside it. */
export interface AskedText {
  readonly text: string;
  readonly form: EvidenceForm;
}

export interface AskRequest {
  readonly root: string;
  readonly task: TextTask;
  readonly items: readonly AskedText[];
  readonly evidence: TextEvidence;
  /** Known labels; the API's labels are added to them. */
  readonly known: Map<number, KnownLabels>;
  /** Whether the texts are the next ones in random order. */
  readonly isRandom?: boolean;
}

export interface AskOutcome {
  readonly asked: number;
  readonly costUsd: number;
  /** Why the calls ended early; undefined if they are complete. */
  readonly stopped: Failure | undefined;
}

/** Number of calls in flight. */
const CONCURRENCY = 10;
/** @param llm refuses requests beyond the budget. Rejects when cancelled; earlier answers are stored. */
export async function askAbout(
  request: AskRequest,
  llm: Pick<LlmClient, 'ask' | 'facts'>,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<AskOutcome> {
  const { root, task, known, evidence, isRandom } = request;
  const open = request.items.filter(({ text, form }) => known.get(keyOf(text))?.answers?.[form] === undefined);
  const prompts = open.map(({ text, form }) => promptOf(task, text, evidence, form, llm.facts));
  let answered = 0;
  const outcome = await labelBatch(llm, prompts, {
    concurrency: CONCURRENCY,
    signal,
    onAnswer: (index, { text: answer, model, costUsd: usd }) => {
      const { text, form } = open[index] as AskedText;
      const label = readAnswer(task, answer);
      // Which texts people labelled is no random choice.
      const random = isRandom === true && known.get(keyOf(text))?.person === undefined;
      const stored: StoredLabel = { text, label, by: 'api', model, form, usd, ...(random && { random }) };
      appendLabel(root, task.name, stored);
      addLabel(known, stored);
      answered += 1;
      onProgress(answered, prompts.length);
    },
  });
  return { asked: prompts.length, costUsd: outcome.costUsd, stopped: outcome.stopped };
}
