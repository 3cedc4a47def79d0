// What a task's local model says of texts, which it reads in groups: their vectors, and hidden states of those in doubt.
import type { DeepReading } from './deep-reading.ts';
import { keyOf } from './labels/extract.ts';
import { isConfident, labelProbabilities, type TextSpecialist } from './labels/text-specialist.ts';

/** Vectors of texts by the sentence encoder, in order. Rejects when cancelled. @param onRead called with their number */
export type EncodeTexts = (
  texts: readonly string[],
  onRead?: (done: number) => void,
) => Promise<readonly Float32Array[]>;

export class LabelReader {
  private readonly specialist: TextSpecialist;
  private readonly encode: EncodeTexts | undefined;
  private readonly deepReading: DeepReading | undefined;
  private ofGroup = new Map<number, readonly number[]>();
  /** Predictions with hidden states, which take long to read. */
  private readonly ofUnsure = new Map<number, readonly number[]>();
  /** Texts read so far for which hidden states would be read. */
  unsure = 0;

  /** @param encode absent: n-grams alone @param deepReading absent: no hidden states */
  constructor(specialist: TextSpecialist, encode?: EncodeTexts, deepReading?: DeepReading) {
    this.specialist = specialist;
    this.encode = encode;
    this.deepReading = deepReading;
  }

  /** Reads a group of texts. */
  async read(texts: readonly string[]): Promise<void> {
    const vectors = await this.encode?.(texts);
    const items = texts.map((text, i) => ({ text, key: keyOf(text), vector: vectors?.[i] }));
    this.ofGroup = new Map(items.map((item) => [item.key, labelProbabilities(this.specialist, item)]));
    const unsure = items.filter(({ key }) => !isConfident(this.ofGroup.get(key) as readonly number[]));
    this.unsure += unsure.length;
    const unread = this.deepReading ? unsure.filter(({ key }) => !this.ofUnsure.has(key)) : [];
    const states = await this.deepReading?.statesOf(unread.map(({ text }) => text));
    unread.forEach((item, i) => {
      this.ofUnsure.set(item.key, labelProbabilities(this.specialist, { ...item, states: states?.[i] }));
    });
  }

  /** Probability of each label. A text that was not in the last group is judged by its n-grams alone. */
  probabilities(text: string): readonly number[] {
    const key = keyOf(text);
    return this.ofUnsure.get(key) ?? this.ofGroup.get(key) ?? labelProbabilities(this.specialist, { text });
  }
}
