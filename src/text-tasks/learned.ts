// The fitted state of a run, for both kinds of tasks.

import type { LabelledRow, Shard } from './label-texts.ts';
import type { Rarity } from './labels/hashed-grams.ts';
import type { TaskAccuracy } from './learn-task.ts';
import type { TaskText } from './texts.ts';

/** A local model with its router. */
export interface TaskModel extends TaskAccuracy {
  /** Each text with its answer, of one shard if given. */
  rows(texts: AsyncIterable<TaskText>, shard?: Shard): AsyncGenerator<LabelledRow>;
  /** Word frequencies of the texts. */
  readonly rarity: Rarity;
  /** Confidence of the local model, 0..1. */
  confidence(text: string): number;
}
