// What a pair of specialist and API comes to: right answers against the share of calls, and how much may be kept from the API at a
// chosen risk.
import { boundedRisk } from '../../fit/bounded-risk.ts';

/** A text of which both answers and the truth are known, judged by a coupling that was fitted without it. */
export interface Judged {
  /** What a call is expected to add to p(right). */
  readonly gain: number;
  /** Estimates of being right: the specialist, and the pair once the API has answered. */
  readonly before: number;
  readonly after: number;
  readonly specialistRight: boolean;
  /** The API's own answer; and the one that is used once it has come. */
  readonly apiRight: boolean;
  readonly pairRight: boolean;
}

/** Share of right answers where the texts of largest `by` are sent to the API until `share` of them are. */
export function accuracyAt(judged: readonly Judged[], share: number, by: (item: Judged) => number): number {
  const calls = Math.round(share * judged.length);
  const order = [...judged].sort((a, b) => by(b) - by(a));
  return order.filter((item, i) => (i < calls ? item.pairRight : item.specialistRight)).length / judged.length;
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

/** The most texts that may stay local at an expected loss of at most `loss`: 'local, wrong, and right at the API'. Undefined: too few texts to keep any. */
export function riskAt(
  judged: readonly Pick<Judged, 'gain' | 'specialistRight' | 'apiRight'>[],
  loss: number,
): Risk | undefined {
  const bound = boundedRisk(
    judged.map(({ gain, specialistRight, apiRight }) => ({ by: gain, lost: !specialistRight && apiRight })),
    loss,
  );
  if (!bound) return undefined;
  // Where all of them may stay, so may a text whose gain is a little above the largest that was seen.
  const keepBelow = bound.share === 1 ? Number.POSITIVE_INFINITY : bound.keepBelow;
  return { keepBelow, localShare: bound.share, texts: judged.length, loss };
}
