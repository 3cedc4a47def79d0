// Asks the large model about texts. It keeps to a budget, stores each answer as it comes, and asks about no text twice.
import type { Failure } from '../common/errors.ts';
import { labelBatch } from '../llm/label.ts';
import type { ModelFacts } from '../llm/protocol/models.ts';
import type { LlmClient } from '../llm/types.ts';
import type { TextTask } from '../prompts/label/task.ts';
import { NearestAnswers } from './answers/nearest-answers.ts';
import { addLabel, appendLabel, type KnownLabels, type StoredLabel } from './given-labels.ts';
import { promptOf, readAnswer } from './kinds.ts';
import { keyOf } from './labels/extract.ts';
import { textStatisticsOf } from './labels/text-specialist.ts';

export interface AskRequest {
  readonly root: string;
  readonly task: TextTask;
  readonly texts: readonly string[];
  /** Known labels; the API's labels are added to them. */
  readonly known: Map<number, KnownLabels>;
  /** Number of labelled texts to send as examples with the text at an index of `texts`. */
  readonly examples: (index: number) => number;
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
/** Number of examples in a prompt. */
export const EXAMPLES = 5;
/** Minimum answers with and without examples before their benefit is judged. */
const MIN_COMPARED = 20;
/** Maximum texts for word frequencies, and maximum labelled texts to choose examples from. */
const MAX_CONSIDERED = 2000;

function isOpen(known: ReadonlyMap<number, KnownLabels>, text: string): boolean {
  return known.get(keyOf(text))?.paid === undefined;
}

/** Whether examples make the API more accurate on texts that people labelled. Undefined: too few answers to tell. */
export function doExamplesHelp(known: ReadonlyMap<number, KnownLabels>): boolean | undefined {
  const right = [false, true].map((shown) =>
    [...known.values()].flatMap(({ person, api, paid }) =>
      person !== undefined && paid && (paid.examples ?? 0) > 0 === shown ? [Number(api === person)] : [],
    ),
  );
  const [without = [], shown = []] = right;
  if (Math.min(without.length, shown.length) < MIN_COMPARED) return undefined;
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  return mean(shown) > mean(without);
}

/**
 * How many examples are sent with each text. They show how people label in this folder, which a large model cannot
 * know. Until their benefit is known, every second text gets examples. Without labels by people there are none.
 */
export function exampleCounts(known: ReadonlyMap<number, KnownLabels>): (index: number) => number {
  if (![...known.values()].some(({ person }) => person !== undefined)) return () => 0;
  const doHelp = doExamplesHelp(known);
  return (index) => ((doHelp ?? index % 2 === 0) ? EXAMPLES : 0);
}

/** Prompts of texts, also for estimating their price. */
export function promptsFor({ task, texts, known, examples }: Omit<AskRequest, 'root' | 'isRandom'>, facts: ModelFacts) {
  const labelled = [...known].flatMap(([key, { text, person }]) =>
    person === undefined ? [] : [{ key, text, answer: person }],
  );
  const { rarity } = textStatisticsOf([...labelled.map(({ text }) => text), ...texts].slice(0, MAX_CONSIDERED));
  const nearest = new NearestAnswers(labelled.slice(-MAX_CONSIDERED), rarity);
  return texts.map((text, i) => {
    const near = nearest.nearest(text, keyOf(text), examples(i));
    const shown = near.map(({ item }) => ({ text: item.text, label: item.answer }));
    return { text, examples: shown.length, prompt: promptOf(task, text, shown, facts) };
  });
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
        const { text, examples } = prompts[index] as (typeof prompts)[number];
        const label = readAnswer(task, answer);
        // Which texts people labelled is no random choice.
        const random = isRandom === true && known.get(keyOf(text))?.person === undefined;
        const stored: StoredLabel = { text, label, by: 'api', model, examples, usd, ...(random && { random }) };
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
