// Whether the local or the large model should answer a text: calibrated probabilities that each is right, before a call
// and once the large model's answer is known. A table of features says what they are estimated from.
import {
  type Estimate,
  estimateOf,
  fitEstimate,
  type LabelledVector,
  type Numbers,
} from '../common/statistics/estimate.ts';

/** A text with an out-of-fold answer of the local model. */
export interface AnsweredItem<A> {
  readonly id: string;
  /** The large model's answer; undefined: not asked, or unusable. */
  readonly api?: A | undefined;
  /** The answer that a person gave or accepted. */
  readonly truth?: A | undefined;
}

export type FullyKnown<I, A> = I & { readonly api: A; readonly truth: A };

/** What the estimates of one kind of answers see, and how right an answer is. */
export interface FeatureTable<I, A> {
  /** For the local answer, and for the large model's before a call and after it. */
  readonly local: (item: I) => Numbers;
  readonly large: (item: I) => Numbers;
  readonly answered: (item: I, api: A) => Numbers;
  readonly localAnswer: (item: I) => A;
  /** 0..1; for free texts the similarity to the accepted answer. */
  readonly right: (answer: A, accepted: A) => number;
  /** The local estimate, within what is certain. */
  readonly bounded: (probability: number, item: I) => number;
  /** Fully known texts from which anything is fitted about the large model, and its assumed accuracy with fewer. */
  readonly minKnown: number;
  readonly assumed: number;
  /** What else the table has learned, as JSON. */
  readonly exported?: object;
}

/** A text with both answers and the accepted one, judged by a router that was fitted without it. */
export interface Judged {
  /** Expected gain of a call in p(right). */
  readonly gain: number;
  /** Estimates that the local answer is right, before a call, and that the large model's is, after it. */
  readonly beforeCall: number;
  readonly afterCall: number;
  /** Whether the answer is right, 0 or 1; for free texts the similarity to the accepted answer. */
  readonly specialistRight: number;
  readonly apiRight: number;
}

/** The fully known texts, if there are enough to fit anything about the large model. */
export function enoughKnown<A, I extends AnsweredItem<A>>(
  items: readonly I[],
  { minKnown }: Pick<FeatureTable<I, A>, 'minKnown'>,
): FullyKnown<I, A>[] {
  const known = items.filter((item) => item.api !== undefined && item.truth !== undefined);
  return known.length >= minKnown ? (known as FullyKnown<I, A>[]) : [];
}

export class LocalOrLarge<A, I extends AnsweredItem<A>> {
  /** Number of fully known texts; 0: the estimates after a call are an assumption. */
  readonly known: number;
  private readonly table: FeatureTable<I, A>;
  private readonly beforeCall: Estimate;
  private readonly afterCall: Estimate;
  /** After a call too, once its answer is known: whether both models agree tells most. */
  private readonly afterAnswer: Estimate;

  /**
   * Without answers of people, agreement with the large model counts as being right.
   * @param tableWithout the table without what it has learned from the known text at this index
   */
  constructor(
    table: FeatureTable<I, A>,
    items: readonly I[],
    tableWithout: (index: number) => FeatureTable<I, A> = () => table,
  ) {
    const known = enoughKnown<A, I>(items, table);
    const rowsAfterCall = (numbersOf: (own: FeatureTable<I, A>, item: FullyKnown<I, A>) => Numbers) =>
      known.map((item, i): LabelledVector => {
        const numbers = numbersOf(tableWithout(i), item);
        return { path: item.id, ...numbers, label: table.right(item.api, item.truth) };
      });
    this.table = table;
    this.known = known.length;
    this.beforeCall = fitEstimate(
      items.flatMap((item): LabelledVector[] => {
        const accepted = item.truth ?? item.api;
        if (accepted === undefined) return [];
        return [{ path: item.id, ...table.local(item), label: table.right(table.localAnswer(item), accepted) }];
      }),
    );
    this.afterCall = fitEstimate(rowsAfterCall((own, item) => own.large(item)));
    this.afterAnswer = fitEstimate(rowsAfterCall((own, item) => own.answered(item, item.api)));
  }

  /** Probability of being right before a call (local model) and after it (large model). */
  estimatesFor(item: I): { readonly before: number; readonly after: number } {
    const { local, large, bounded, assumed } = this.table;
    return {
      before: bounded(estimateOf(this.beforeCall, local(item)), item),
      after: this.known === 0 ? assumed : estimateOf(this.afterCall, large(item)),
    };
  }

  /** What `estimatesFor` computes with, as JSON. `assumed`: the estimate after a call; null: it is fitted. */
  exported() {
    const { beforeCall, afterCall, known, table } = this;
    return { beforeCall, afterCall, assumed: known === 0 ? table.assumed : null, ...table.exported };
  }

  /** Probability that the large model's answer is right. */
  confidenceWith(item: I, api: A): number {
    return this.known === 0 ? this.table.assumed : estimateOf(this.afterAnswer, this.table.answered(item, api));
  }

  /** By the accepted answer; without one the large model's answer is right. */
  judge(item: I & { readonly api: A }): Judged {
    const { right, localAnswer } = this.table;
    const { before, after } = this.estimatesFor(item);
    const accepted = item.truth ?? item.api;
    return {
      gain: after - before,
      beforeCall: before,
      afterCall: after,
      specialistRight: right(localAnswer(item), accepted),
      apiRight: right(item.api, accepted),
    };
  }
}

/** Mean of right answers if the given share of texts, those with the largest score, is sent to the API. */
export function accuracyAt<J extends Judged>(judged: readonly J[], share: number, score: (item: J) => number): number {
  const calls = Math.round(share * judged.length);
  const order = [...judged].sort((a, b) => score(b) - score(a));
  return order.reduce((sum, item, i) => sum + (i < calls ? item.apiRight : item.specialistRight), 0) / judged.length;
}

export interface Risk {
  /** Texts whose gain is below this stay local. */
  readonly keepBelow: number;
  /** Share of the calibration texts that stays local. */
  readonly localShare: number;
  /** Number of calibration texts, and the loss that is not exceeded. */
  readonly texts: number;
  readonly loss: number;
}

/**
 * The limit below which texts may stay local at an expected loss of at most `loss`: conformal risk control
 * (Angelopoulos et al. 2022, arXiv 2208.02814). A text's loss is how much better the API's answer is, 0..1. The bound
 * holds for texts that are exchangeable with these, if nothing was fitted on these. Undefined: too few texts.
 */
export function riskAt(
  judged: readonly Pick<Judged, 'gain' | 'specialistRight' | 'apiRight'>[],
  loss: number,
): Risk | undefined {
  const maximum = loss * (judged.length + 1) - 1 + 1e-9;
  if (maximum < 0) return undefined;
  let lost = 0;
  const order = [...judged].sort((a, b) => a.gain - b.gain);
  const first = order.find(({ specialistRight, apiRight }) => {
    lost += Math.max(0, apiRight - specialistRight);
    return lost > maximum;
  });
  const keepBelow = first?.gain ?? Number.POSITIVE_INFINITY;
  const local = judged.filter(({ gain }) => gain < keepBelow);
  return { keepBelow, localShare: local.length / judged.length, texts: judged.length, loss };
}
