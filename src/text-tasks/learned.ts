// What a run knows once it has learned, whatever the task's answers are.

import type { LabelledRow, Shard } from './label-texts.ts';
import type { Rarity } from './labels/hashed-grams.ts';
import type { Judgement } from './learn-task.ts';
import type { TaskText } from './texts.ts';

/** A specialist with what is known of how far it can be trusted. */
export interface TaskModel extends Judgement {
  /** Each text with its answer; of a shard those that belong to it. */
  rows(texts: AsyncIterable<TaskText>, shard?: Shard): AsyncGenerator<LabelledRow>;
  /** How rare words are in the texts that were seen. */
  readonly rarity: Rarity;
  /** How sure the specialist is of a text by itself, 0..1. */
  sureness(text: string): number;
}
