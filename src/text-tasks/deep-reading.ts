// Hidden states of a base for texts for which the n-grams are unsure. They are read in small groups and not stored;
// only the predictions of the heads are kept.

import type { LabelTask } from '../prompts/label/task.ts';
import { type BasePrompt, basePromptOf } from './labels/base-reading.ts';
import { keyOf } from './labels/extract.ts';
import { isConfident, labelProbabilities, servedProbabilities, type TextSpecialist } from './labels/text-specialist.ts';
import { type LearnedTask, labelledIn } from './learn-task.ts';

/** Reads texts with a base, in order. Rejects when cancelled. @param onRead called with the number of texts read */
export type ReadStates = (
  texts: readonly string[],
  reading: BasePrompt,
  onRead?: (done: number) => void,
) => Promise<readonly Float32Array[]>;

/** Number of texts for measuring the base's speed. */
const TIMED_TEXTS = 8;
/** Maximum labelled texts to train on; those with the smallest keys are taken. */
const MAX_TRAINING_TEXTS = 1500;

export class DeepReading {
  private readonly readStates: ReadStates;
  private readonly prompt: BasePrompt;
  private readonly predictions = new Map<number, readonly number[]>();
  /** States of the training texts and the held-back texts, by `keyOf`. */
  readonly labelledStates = new Map<number, Float32Array>();
  private readonly labelledTexts: readonly string[];
  private readonly clock: () => number;

  constructor(
    task: LabelTask,
    { known, heldBack }: Pick<LearnedTask, 'known' | 'heldBack'>,
    readStates: ReadStates,
    clock: () => number = () => performance.now(),
  ) {
    const isHeldBack = ({ key }: { readonly key: number }) => heldBack.has(key);
    const all = labelledIn(task, known);
    const labelled = all.filter((item) => !isHeldBack(item)).slice(0, MAX_TRAINING_TEXTS);
    this.readStates = readStates;
    this.prompt = basePromptOf(task, labelled);
    // Texts that serve as prompt examples would reveal their own label.
    this.labelledTexts = [
      ...labelled.map(({ text }) => text).filter((text) => !this.prompt.examples.has(text)),
      ...all.filter(isHeldBack).map(({ text }) => text),
    ];
    this.clock = clock;
  }

  /** Number of texts to read for training and for the limit. */
  get labelledCount(): number {
    return this.labelledTexts.length;
  }

  /** Seconds per text on this machine. The texts that were timed count as read. */
  async secondsPerText(): Promise<number> {
    const start = this.clock();
    const timed = this.labelledTexts.slice(0, TIMED_TEXTS);
    await this.readTexts(timed);
    return (this.clock() - start) / 1000 / Math.max(1, timed.length);
  }

  async learn(onRead: (done: number) => void): Promise<void> {
    const unreadTexts = this.labelledTexts.filter((text) => !this.labelledStates.has(keyOf(text)));
    await this.readTexts(unreadTexts, (done) => onRead(this.labelledTexts.length - unreadTexts.length + done));
  }

  /** Predicts the texts for which the n-grams are unsure. */
  async predict(specialist: TextSpecialist, texts: readonly string[]): Promise<void> {
    const open = texts.filter(
      (text) => !this.predictions.has(keyOf(text)) && !isConfident(labelProbabilities(specialist, { text })),
    );
    const unread = open.filter((text) => !this.labelledStates.has(keyOf(text)));
    const read = unread.length > 0 ? await this.readStates(unread, this.prompt) : [];
    const states = new Map(unread.map((text, i) => [text, read[i]]));
    for (const text of open) {
      const textStates = states.get(text) ?? this.labelledStates.get(keyOf(text));
      this.predictions.set(
        keyOf(text),
        servedProbabilities(specialist, text, () => textStates),
      );
    }
  }

  /** Probability of each label; undefined if the n-grams answer alone. */
  probabilities(key: number): readonly number[] | undefined {
    return this.predictions.get(key);
  }

  private async readTexts(texts: readonly string[], onRead?: (done: number) => void): Promise<void> {
    const states = await this.readStates(texts, this.prompt, onRead);
    texts.forEach((text, i) => void this.labelledStates.set(keyOf(text), states[i] as Float32Array));
  }
}
