// Hidden states of a base for texts of which the other heads are unsure. They are read in small groups and not stored.

import { labelledIn } from './given-labels.ts';
import { keyOf } from './labels/extract.ts';
import type { TaskData } from './random-sample.ts';
import type { LabelTask } from './task-file.ts';

/**
 * Relative depths of the layers whose hidden states are read. Middle layers hold the meaning of a text, later layers
 * the answer to the instruction. Cross-validated log-loss of the head on the recorded tasks sst2, trec and changelog:
 * 0.371, 0.380, 0.817 without the deepest; 0.360, 0.353, 0.814 with it; 0.365, 0.348, 0.814 with the last layer too.
 */
export const DEPTHS = [0.5, 2 / 3, 0.8] as const;
/**
 * Examples per label in the prompt, which show the base what is asked. Cross-validated accuracy on trec: 0.81 without
 * examples (states alone); with the n-grams 0.845 with two examples per label, 0.842 with five. On sst2: 0.843 with
 * two,
 * 0.840 with eight.
 */
const EXAMPLES = 2;
const LONGEST_EXAMPLE = 160;
const MOST_EXAMPLES = 16;

interface Example {
  readonly text: string;
  /** Index of its label. */
  readonly label: number;
}

export interface BasePrompt {
  readonly before: string;
  readonly after: string;
  /** Texts that the prompt contains with their labels. They must not be trained or measured on. */
  readonly examples: ReadonlySet<string>;
}

/** The same prompt for every text, so that the base reads it once. Its examples are the first short texts per label. */
export function basePromptOf(
  { instruction, labels }: Pick<LabelTask, 'instruction' | 'labels'>,
  labelled: readonly Example[],
): BasePrompt {
  const rounds = Math.min(EXAMPLES, Math.floor(MOST_EXAMPLES / labels.length));
  const shortTexts = labels.map((_, index) =>
    labelled.filter(({ text, label }) => label === index && text.length <= LONGEST_EXAMPLE),
  );
  const examples = Array.from({ length: rounds }, (_, round) =>
    shortTexts.flatMap((ofLabel) => ofLabel[round] ?? []),
  ).flat();
  const names = labels.map(({ name }) => name).join(', ');
  const lines = examples.map(({ text, label }) => `Text: ${text}\nLabel: ${labels[label]?.name}\n\n`);
  return {
    before: `${instruction} One of: ${names}.\n\n${lines.join('')}Text: `,
    after: '\nLabel:',
    examples: new Set(examples.map(({ text }) => text)),
  };
}

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
  /** States of the training texts and the held-back texts, by `keyOf`. */
  readonly labelledStates = new Map<number, Float32Array>();
  private readonly labelledTexts: readonly string[];
  private readonly clock: () => number;

  constructor(
    task: LabelTask,
    { known, heldBack }: Pick<TaskData, 'known'> & { readonly heldBack: ReadonlySet<number> },
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

  /** States of texts, in order. */
  async statesOf(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const unread = texts.filter((text) => !this.labelledStates.has(keyOf(text)));
    const read = unread.length > 0 ? await this.readStates(unread, this.prompt) : [];
    const states = new Map(unread.map((text, i) => [text, read[i] as Float32Array]));
    return texts.map((text) => states.get(text) ?? (this.labelledStates.get(keyOf(text)) as Float32Array));
  }

  private async readTexts(texts: readonly string[], onRead?: (done: number) => void): Promise<void> {
    const states = await this.readStates(texts, this.prompt, onRead);
    texts.forEach((text, i) => void this.labelledStates.set(keyOf(text), states[i] as Float32Array));
  }
}
