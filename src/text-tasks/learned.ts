// A trained model of a task, for tasks with labels and with text answers.

import type { LabelledRow, Shard } from './label-texts.ts';
import type { Rarity } from './labels/hashed-grams.ts';
import type { MeasuredTaskData } from './learn-task.ts';
import type { TaskText } from './texts.ts';

/** A local model with its router. */
export interface TaskModel extends MeasuredTaskData {
  /** Yields each text with its answer; only those of the shard, if one is given. */
  rows(texts: AsyncIterable<TaskText>, shard?: Shard): AsyncGenerator<LabelledRow>;
  /** Word frequencies of the texts. */
  readonly rarity: Rarity;
  /** Confidence of the local model, 0..1. */
  confidence(text: string): number;
}
