// Hidden states of a base for those texts of which the n-grams are not sure: read once, a few at a time, and forgotten; what the heads
// make of them is kept.

import type { LabelTask } from '../prompts/label/task.ts';
import type { Known } from './given-labels.ts';
import { type BasePrompt, readingOf } from './labels/base-reading.ts';
import { keyOf } from './labels/extract.ts';
import { labelProbabilities, type TextSpecialist } from './labels/text-specialist.ts';
import { labelledIn } from './learn-task.ts';
import { isSure } from './sureness.ts';

/** Reads texts with a base, in their order. Rejects when cancelled. @param onRead how many are read */
export type ReadStates = (
  texts: readonly string[],
  reading: BasePrompt,
  onRead?: (done: number) => void,
) => Promise<readonly Float32Array[]>;

/** Texts that a base's time is told by. */
const TIMED = 8;
/** Labelled texts that are read to learn from; of more those of the smallest keys. */
const MOST_LEARNED = 1500;

export class DeepReading {
  private readonly readStates: ReadStates;
  private readonly reading: BasePrompt;
  private readonly known = new Map<number, readonly number[]>();
  /** By `keyOf`, of the texts that are learned from. */
  readonly learned = new Map<number, Float32Array>();
  private readonly texts: readonly string[];
  private readonly clock: () => number;

  constructor(
    task: LabelTask,
    known: ReadonlyMap<number, Known>,
    readStates: ReadStates,
    clock: () => number = () => performance.now(),
  ) {
    const labelled = labelledIn(task, known).slice(0, MOST_LEARNED);
    this.readStates = readStates;
    this.reading = readingOf(task, labelled);
    // What stands as an example before every text gives its own label away.
    this.texts = labelled.map(({ text }) => text).filter((text) => !this.reading.examples.has(text));
    this.clock = clock;
  }

  /** How many texts are read to learn from them. */
  get toLearn(): number {
    return this.texts.length;
  }

  /** Seconds that a text takes here; the texts that told are read. */
  async secondsEach(): Promise<number> {
    const begun = this.clock();
    const some = this.texts.slice(0, TIMED);
    await this.take(some);
    return (this.clock() - begun) / 1000 / Math.max(1, some.length);
  }

  async learn(onRead: (done: number) => void): Promise<void> {
    const rest = this.texts.filter((text) => !this.learned.has(keyOf(text)));
    await this.take(rest, (done) => onRead(this.texts.length - rest.length + done));
  }

  /** Those of the texts of which the n-grams are not sure. */
  async decide(specialist: TextSpecialist, texts: readonly string[]): Promise<void> {
    const open = texts.filter(
      (text) => !this.known.has(keyOf(text)) && !isSure(labelProbabilities(specialist, { text })),
    );
    const unread = open.filter((text) => !this.learned.has(keyOf(text)));
    const read = unread.length > 0 ? await this.readStates(unread, this.reading) : [];
    const states = new Map(unread.map((text, i) => [text, read[i]]));
    for (const text of open) {
      const own = states.get(text) ?? this.learned.get(keyOf(text));
      this.known.set(keyOf(text), labelProbabilities(specialist, { text, ...(own && { states: own }) }));
    }
  }

  /** Undefined: the n-grams' are it. */
  probabilities(key: number): readonly number[] | undefined {
    return this.known.get(key);
  }

  private async take(texts: readonly string[], onRead?: (done: number) => void): Promise<void> {
    const states = await this.readStates(texts, this.reading, onRead);
    texts.forEach((text, i) => void this.learned.set(keyOf(text), states[i] as Float32Array));
  }
}
