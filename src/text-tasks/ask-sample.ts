// Asks the large model about texts. It keeps to a budget, stores each answer as it comes, and asks about no text twice.
import type { Failure } from '../common/errors.ts';
import { labelBatch } from '../llm/label.ts';
import type { ModelFacts } from '../llm/protocol/models.ts';
import type { LlmClient } from '../llm/types.ts';
import type { EvidenceForm } from '../prompts/label/label-prompt.ts';
import type { TextTask } from '../prompts/label/task.ts';
import { TextEvidence } from './evidence.ts';
import { addLabel, appendLabel, type KnownLabels, type StoredLabel } from './given-labels.ts';
import { promptOf, readAnswer } from './kinds.ts';
import { keyOf } from './labels/extract.ts';

export interface AskRequest {
  readonly root: string;
  readonly task: TextTask;
  readonly texts: readonly string[];
  /** Known labels; the API's labels are added to them. */
  readonly known: Map<number, KnownLabels>;
  /** What is shown beside the text at an index of `texts`. */
  readonly form: (index: number) => EvidenceForm;
  /** Whether the texts are the next ones in random order. */
  readonly isRandom?: boolean;
}

export interface AskOutcome {
  readonly asked: number;
  readonly labelled: number;
  /** Number of answers with no label or several. */
  readonly unusable: number;
  readonly costUsd: number;
  /** Why the calls ended early; undefined if they are complete. */
  readonly stopped: Failure | undefined;
}

/** Number of calls in flight. */
const CONCURRENCY = 10;
/** Minimum answers to bare and to informed prompts before the benefit of what the folder knows is judged. */
const MIN_COMPARED = 20;

function isOpen(known: ReadonlyMap<number, KnownLabels>, text: string): boolean {
  return known.get(keyOf(text))?.paid === undefined;
}

/** Whether the API is right more often if it is informed, on texts that people labelled. Undefined: too few answers. */
export function doesEvidenceHelp(known: ReadonlyMap<number, KnownLabels>): boolean | undefined {
  const right = [false, true].map((informed) =>
    [...known.values()].flatMap(({ person, api, paid }) =>
      person !== undefined && paid && ((paid.form ?? 'bare') !== 'bare') === informed ? [Number(api === person)] : [],
    ),
  );
  const [bare = [], informed = []] = right;
  if (Math.min(bare.length, informed.length) < MIN_COMPARED) return undefined;
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  return mean(informed) > mean(bare);
}

/**
 * What each text's prompt shows. It tells how people label in this folder, which a large model cannot know. Until its
 * benefit is known, every second text is informed. Without labels by people there is nothing to show.
 */
export function formsFor(known: ReadonlyMap<number, KnownLabels>): (index: number) => EvidenceForm {
  if (![...known.values()].some(({ person }) => person !== undefined)) return () => 'bare';
  const doesHelp = doesEvidenceHelp(known);
  return (index) => ((doesHelp ?? index % 2 === 0) ? 'informed' : 'bare');
}

/** Prompts of texts, also for estimating their price. */
export function promptsFor({ task, texts, known, form }: Omit<AskRequest, 'root' | 'isRandom'>, facts: ModelFacts) {
  const evidence = new TextEvidence(task, known, texts);
  return texts.map((text, i) => ({ text, form: form(i), prompt: promptOf(task, text, evidence, form(i), facts) }));
}

/** @param llm refuses requests beyond the budget. Rejects when cancelled; earlier answers are stored. */
export async function askAbout(
  request: AskRequest,
  llm: Pick<LlmClient, 'ask' | 'facts'>,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<AskOutcome> {
  const { root, task, known, isRandom } = request;
  const open = request.texts.filter((text) => isOpen(known, text));
  const prompts = promptsFor({ ...request, texts: open }, llm.facts);
  let [labelled, unusable] = [0, 0];
  const outcome = await labelBatch(
    llm,
    prompts.map(({ prompt }) => prompt),
    {
      concurrency: CONCURRENCY,
      signal,
      onAnswer: (index, { text: answer, model, costUsd: usd }) => {
        const { text, form } = prompts[index] as (typeof prompts)[number];
        const label = readAnswer(task, answer);
        // Which texts people labelled is no random choice.
        const random = isRandom === true && known.get(keyOf(text))?.person === undefined;
        const stored: StoredLabel = { text, label, by: 'api', model, form, usd, ...(random && { random }) };
        appendLabel(root, task.name, stored);
        addLabel(known, stored);
        if (label === '') unusable += 1;
        else labelled += 1;
        onProgress(labelled + unusable, prompts.length);
      },
    },
  );
  return { asked: prompts.length, labelled, unusable, costUsd: outcome.costUsd, stopped: outcome.stopped };
}
