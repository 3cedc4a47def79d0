// What a pair of specialist and API comes to: right answers against the share of calls, and how much may be kept from
// the API at a
// chosen risk.
import { boundedRisk } from '../../common/statistics/bounded-risk.ts';

/** A label is right or wrong; an answer in words is as right as it is like the accepted one, 0..1. */
export type Right = boolean | number;

/** A text of which both answers and the truth are known, judged by a coupling that was fitted without it. */
export interface JudgedText<R extends Right = Right> {
  /** What a call is expected to add to p(right). */
  readonly gain: number;
  /** Estimates of being right: the specialist, and the pair once the API has answered. */
  readonly before: number;
  readonly after: number;
  readonly specialistRight: R;
  /** The API's own answer; and the one that is used once it has come. */
  readonly apiRight: R;
  readonly pairRight: R;
}

/**
 * Share of right answers, or how right they are on average, where the texts of largest `by` are sent to the API until
 * `share` of them are.
 */
export function accuracyAt<J extends JudgedText>(judged: readonly J[], share: number, by: (item: J) => number): number {
  const calls = Math.round(share * judged.length);
  const order = [...judged].sort((a, b) => by(b) - by(a));
  return (
    order.reduce((sum, item, i) => sum + Number(i < calls ? item.pairRight : item.specialistRight), 0) / judged.length
  );
}

export interface Risk {
  /** Texts whose gain is at most this stay local. */
  readonly keepBelow: number;
  /** Of the texts it was chosen on. */
  readonly localShare: number;
  /** Texts it was chosen on, and the loss that is not exceeded. */
  readonly texts: number;
  readonly loss: number;
}

/** The terms, for whoever relies on them. */
export const RISK_TERMS =
  'Expected share of texts that stay local, are wrong, and would have been right at the API, over texts drawn like those that it was ' +
  'chosen on (conformal risk control): an average over such texts and choices, no promise for one text, one label or texts of another kind.';

/** Of answers in words. */
export const LIKENESS_TERMS =
  'Expected likeness (edit similarity) to the accepted answer that is lost by what stays local, over texts drawn like those that it was chosen on ' +
  '(conformal risk control): an average over such texts and choices, no promise for one of them.';

/**
 * The most texts that may stay local at an expected loss of at most `loss`: 'local, wrong, and right at the API', or by
 * how much the API's is more like the accepted one. Undefined: too few texts to keep any.
 */
export function riskAt(
  judged: readonly Pick<JudgedText, 'gain' | 'specialistRight' | 'apiRight'>[],
  loss: number,
): Risk | undefined {
  const bound = boundedRisk(
    judged.map(({ gain, specialistRight, apiRight }) => ({
      by: gain,
      lost: Math.max(0, Number(apiRight) - Number(specialistRight)),
    })),
    loss,
  );
  if (!bound) return undefined;
  // Where all of them may stay, so may a text whose gain is a little above the largest that was seen.
  const keepBelow = bound.share === 1 ? Number.POSITIVE_INFINITY : bound.keepBelow;
  return { keepBelow, localShare: bound.share, texts: judged.length, loss };
}
