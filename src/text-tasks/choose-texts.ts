// Chooses the texts that the large model is asked about, a few at a time, and says what more of them would bring.
import { shuffled } from '../common/statistics/random.ts';
import type { TextTask } from '../prompts/label/task.ts';
import { keyOf } from './labels/extract.ts';
import { expectedGain, type LearningCurve } from './labels/learning-curve.ts';
import { DiversePool } from './labels/sample.ts';
import { textStatisticsOf } from './labels/text-specialist.ts';
import { randomOrByPerson, type TaskData } from './learn-task.ts';
import { type QuickModel, quickModel } from './quick-models.ts';

/** Number of texts between two trainings, and of calls in flight. */
export const BATCH = 10;
/**
 * Texts that are asked about in random order before others are chosen: a loss of 1% can be bounded with 99 of them
 * (`labels/share-of-calls.ts`), and at the beginning the model's doubt says little.
 */
export const RANDOM_FIRST = 100;
/** Share of random texts in later batches, as it was measured with: they keep the estimates up to date. */
const RANDOM_SHARE = 0.3;

/** Maximum texts for word frequencies. */
const MAX_CONSIDERED = 5000;

export interface ChosenText {
  readonly text: string;
  /** Whether it is the next in the random order of the texts that have no label. */
  readonly isRandom: boolean;
}

interface Outlook {
  readonly curve: LearningCurve;
  /** Expected number of texts that would be right with a further batch of labels, beside the asked ones. */
  readonly gain: number;
}

/**
 * A batch has random texts and chosen ones. The random texts are those that people labelled, which show where the large
 * model is right, and if these are too few, others; both in the order of their keys, which are hashes. The chosen texts
 * are unlike each other and all earlier ones, and the local model is in doubt about them.
 */
export class TextChooser {
  private readonly taskData: TaskData;
  private readonly randomOrder: readonly string[];
  private readonly unlabelled: readonly string[];
  private readonly model: QuickModel;
  private readonly pool: DiversePool;
  /** Texts that were chosen: a text without an answer is not chosen again in this run. */
  private readonly chosen = new Set<number>();

  constructor(task: TextTask, taskData: TaskData) {
    const { known, unlabelled } = taskData;
    const people = [...known].filter(([, { person }]) => person !== undefined).sort(([a], [b]) => a - b);
    this.taskData = taskData;
    this.unlabelled = unlabelled.filter((text) => !known.has(keyOf(text)));
    this.randomOrder = [
      ...people.map(([, { text }]) => text),
      ...(people.length < RANDOM_FIRST ? this.unlabelled : []),
    ];
    const labelled = [...known.values()].map(({ text }) => text);
    const { rarity } = textStatisticsOf([...unlabelled, ...labelled].slice(0, MAX_CONSIDERED));
    this.model = quickModel(task, rarity);
    this.pool = new DiversePool(this.unlabelled, labelled, rarity);
  }

  /** Texts that can be chosen, in random order. */
  get open(): string[] {
    return [...new Set([...this.randomOrder, ...this.unlabelled])].filter((text) => this.isOpen(text));
  }

  next(count: number): ChosenText[] {
    const openRandom = this.randomOrder.filter((text) => this.isOpen(text));
    const random = openRandom.splice(0, this.wantedRandom(count));
    for (const text of random) this.take(text);
    const doubts = random.length < count ? this.model.doubts(this.taskData.known) : () => 1;
    const doubtful = this.pool.choose(count - random.length, (text) => (this.isOpen(text) ? doubts(text) : null));
    for (const text of doubtful) this.chosen.add(keyOf(text));
    // If the doubtful texts are too few, random ones fill the batch.
    const more = openRandom.filter((text) => this.isOpen(text)).slice(0, count - random.length - doubtful.length);
    for (const text of more) this.take(text);
    const inRandomOrder = new Set([...random, ...more].filter((text) => this.isUnlabelled(text)));
    const batch = [...random, ...doubtful, ...more];
    return shuffled(batch.length, 1).map((i) => {
      const text = batch[i] as string;
      return { text, isRandom: inRandomOrder.has(text) };
    });
  }

  /** What a further batch would bring. Undefined: too few random texts have an answer. */
  outlook(): Outlook | undefined {
    const { known, texts } = this.taskData;
    if (this.randomCount() < RANDOM_FIRST) return undefined;
    const curve = this.model.curve(known);
    if (curve === undefined) return undefined;
    const labels = [...known.values()].filter(({ person, api }) => (person ?? api) !== undefined).length;
    return { curve, gain: Math.max(0, texts - labels) * expectedGain(curve, labels, BATCH) };
  }

  private wantedRandom(count: number): number {
    return Math.min(count, Math.max(RANDOM_FIRST - this.randomCount(), Math.round(RANDOM_SHARE * count)));
  }

  /** Number of random texts that the large model was asked about. */
  private randomCount(): number {
    const { known } = this.taskData;
    const isRandom = randomOrByPerson(known);
    return [...known].filter(([key, { paid }]) => paid && isRandom(key)).length;
  }

  private take(text: string): void {
    this.chosen.add(keyOf(text));
    this.pool.cover(text);
  }

  private isUnlabelled(text: string): boolean {
    return this.taskData.known.get(keyOf(text))?.person === undefined;
  }

  private isOpen(text: string): boolean {
    const key = keyOf(text);
    return !this.chosen.has(key) && this.taskData.known.get(key)?.paid === undefined;
  }
}
