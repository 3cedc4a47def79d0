// Hidden states of a base for texts for which the n-grams are unsure. They are read in small groups and not stored;
// only the predictions of the heads are kept.

import type { LabelTask } from '../prompts/label/task.ts';
import type { Known } from './given-labels.ts';
import { type BasePrompt, readingOf } from './labels/base-reading.ts';
import { keyOf } from './labels/extract.ts';
import { labelProbabilities, type TextSpecialist } from './labels/text-specialist.ts';
import { labelledIn } from './learn-task.ts';
import { isSure } from './sureness.ts';

/** Reads texts with a base, in order. Rejects when cancelled. @param onRead called with the number of texts read */
export type ReadStates = (
  texts: readonly string[],
  reading: BasePrompt,
  onRead?: (done: number) => void,
) => Promise<readonly Float32Array[]>;

/** Texts for measuring the base's speed. */
const TIMED = 8;
/** Maximum labelled texts to train on; those with the smallest keys are taken. */
const MOST_LEARNED = 1500;

export class DeepReading {
  private readonly readStates: ReadStates;
  private readonly reading: BasePrompt;
  private readonly known = new Map<number, readonly number[]>();
  /** States of the training texts, by `keyOf`. */
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
    // Texts that serve as prompt examples would reveal their own label.
    this.texts = labelled.map(({ text }) => text).filter((text) => !this.reading.examples.has(text));
    this.clock = clock;
  }

  /** Number of texts to read for training. */
  get toLearn(): number {
    return this.texts.length;
  }

  /** Seconds per text on this machine. The texts that were timed count as read. */
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

  /** The texts for which the n-grams are unsure. */
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

  /** Undefined: the n-grams answer alone. */
  probabilities(key: number): readonly number[] | undefined {
    return this.known.get(key);
  }

  private async take(texts: readonly string[], onRead?: (done: number) => void): Promise<void> {
    const states = await this.readStates(texts, this.reading, onRead);
    texts.forEach((text, i) => void this.learned.set(keyOf(text), states[i] as Float32Array));
  }
}
