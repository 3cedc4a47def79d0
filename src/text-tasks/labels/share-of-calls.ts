// How accurate the local and the large model are together if a given share of texts is sent to the API. Also, how many
// texts may stay local at a given loss.

/** Whether a label is right; for text answers, the similarity to the accepted answer, 0..1. */
export type Right = boolean | number;

/** A text with both answers and the accepted one, judged by a router that was fitted without it. */
export interface JudgedText<R extends Right = Right> {
  /** Expected gain of a call in p(right). */
  readonly gain: number;
  /** Estimates of being right before a call (local model) and after it (large model). */
  readonly beforeCall: number;
  readonly afterCall: number;
  readonly specialistRight: R;
  readonly apiRight: R;
}

/** Mean of right answers if the given share of texts, those with the largest score, is sent to the API. */
export function accuracyAt<J extends JudgedText>(
  judged: readonly J[],
  share: number,
  score: (item: J) => number,
): number {
  const calls = Math.round(share * judged.length);
  const order = [...judged].sort((a, b) => score(b) - score(a));
  return (
    order.reduce((sum, item, i) => sum + Number(i < calls ? item.apiRight : item.specialistRight), 0) / judged.length
  );
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
 * The limit below which texts may stay local at an expected loss of at most `loss`: conformal risk control (Angelopoulos
 * et al. 2022, arXiv 2208.02814). A text's loss is how much better the API's answer is, 0..1. The bound holds for texts
 * that are exchangeable with these, if nothing was fitted on these. Undefined: too few texts.
 */
export function riskAt(
  judged: readonly Pick<JudgedText, 'gain' | 'specialistRight' | 'apiRight'>[],
  loss: number,
): Risk | undefined {
  const maximum = loss * (judged.length + 1) - 1 + 1e-9;
  if (maximum < 0) return undefined;
  let lost = 0;
  const order = [...judged].sort((a, b) => a.gain - b.gain);
  const first = order.find(({ specialistRight, apiRight }) => {
    lost += Math.max(0, Number(apiRight) - Number(specialistRight));
    return lost > maximum;
  });
  const keepBelow = first?.gain ?? Number.POSITIVE_INFINITY;
  const local = judged.filter(({ gain }) => gain < keepBelow);
  return { keepBelow, localShare: local.length / judged.length, texts: judged.length, loss };
}
