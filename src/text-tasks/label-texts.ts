// Labels every text of a task, with source, confidence and whether to ask the API.

import type { LabelTask } from '../prompts/label/task.ts';
import type { DeepReading } from './deep-reading.ts';
import { keyOf } from './labels/extract.ts';
import { estimatesFor, mostLikely, probabilitiesAfterCall } from './labels/router.ts';
import { labelProbabilities } from './labels/text-specialist.ts';
import type { LearnedTask } from './learn-task.ts';
import type { TaskText } from './texts.ts';

export interface LabelledRow {
  readonly text: string;
  readonly label: string;
  /** Source of the label; 'api' means a stored answer. */
  readonly by: 'person' | 'api' | 'specialist';
  /** Calibrated probability that the label is right; 1 for a person's label. */
  readonly confidence: number;
  /** Whether the local label is not certain enough. */
  readonly inDoubt: boolean;
  /** The text's row in the source. Absent if it has none, and in rows read from results. */
  readonly row?: number;
}

export interface Shard {
  /** Number of the shard, from 1. */
  readonly number: number;
  readonly count: number;
}

export const WHOLE: Shard = { number: 1, count: 1 };

/** Parses 'I/N'; undefined if the text has another form. */
export function parseShard(text: string): Shard | undefined {
  const [, i, n] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { number: Number(i), count: Number(n) };
  return shard.number >= 1 && shard.number <= shard.count ? shard : undefined;
}

/** The shard depends on the text alone, so that all shards together contain each text once. */
export function belongsTo(text: string, { number, count }: Shard): boolean {
  return keyOf(text) % count === number - 1;
}

/** Number of texts per call of the base, which is loaded for each call. */
const CHUNK = 256;

/** @param deep hidden states of the base; absent: n-grams alone */
export async function* labelTexts(
  task: Pick<LabelTask, 'labels'>,
  learned: LearnedTask,
  texts: AsyncIterable<TaskText>,
  shard: Shard = WHOLE,
  deep?: DeepReading,
): AsyncGenerator<LabelledRow> {
  let chunk: TaskText[] = [];
  for await (const each of texts) {
    if (!belongsTo(each.text, shard)) continue;
    chunk.push(each);
    if (deep && chunk.length < CHUNK) continue;
    yield* labelChunk(task, learned, chunk, deep);
    chunk = [];
  }
  yield* labelChunk(task, learned, chunk, deep);
}

async function* labelChunk(
  { labels }: Pick<LabelTask, 'labels'>,
  { specialist, router, risk, known }: LearnedTask,
  texts: readonly TaskText[],
  deep: DeepReading | undefined,
): AsyncGenerator<LabelledRow> {
  const nameOf = (index: number) => labels[index]?.name as string;
  const indexOf = (label: string | undefined) => labels.findIndex(({ name }) => name === label);
  const unlabelled = texts.flatMap(({ text }) => (known.get(keyOf(text))?.person === undefined ? [text] : []));
  await deep?.predict(specialist, unlabelled);
  for (const { text, row } of texts) {
    const at = row === undefined ? {} : { row };
    const key = keyOf(text);
    const labelsOfText = known.get(key);
    if (labelsOfText?.person !== undefined) {
      yield { text, label: labelsOfText.person, by: 'person', confidence: 1, inDoubt: false, ...at };
      continue;
    }
    const probabilities = deep?.probabilities(key) ?? labelProbabilities(specialist, { text });
    const { before, after } = estimatesFor(router, { id: '', text, probabilities });
    const api = indexOf(labelsOfText?.api);
    if (api >= 0) {
      // If the API is known to confuse two labels, the local model decides between them.
      const label = nameOf(mostLikely(probabilitiesAfterCall(router, probabilities, api)));
      yield { text, label, by: 'api', confidence: after, inDoubt: false, ...at };
      continue;
    }
    const inDoubt = risk === undefined || after - before >= risk.keepBelow;
    yield { text, label: nameOf(mostLikely(probabilities)), by: 'specialist', confidence: before, inDoubt, ...at };
  }
}
