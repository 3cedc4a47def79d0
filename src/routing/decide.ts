// The decision at a cursor, a pure function: estimates, scored cuts and limits in, `show`, `hold` or `call` out.
import type { Draft } from '../common/completion.ts';
import { beginsAlike } from '../text/edits.ts';
import type { Decision, Estimates, NoCall, TooDear } from './decision.ts';
import type { PositionFacts } from './features.ts';
import { score } from './fit.ts';
import { type Limits, priceOf } from './limits.ts';
import type { RouterModel } from './router-model.ts';
import { bestCut, heldBack, type ScoredCut, type ShowLimits } from './show.ts';

/**
 * Characters that a right answer must be expected to write beyond the local draft, for each unit of the call's price.
 * How often answers are right is in the gain, which is compared with the price itself.
 */
const CHARACTERS = 67;

/** With `localFirst`, a wrong local suggestion also delays the call, so that less of the price is allowed. */
const LOCAL_FIRST_SHARE = 0.5;

export interface DecisionInput {
  readonly estimates: Estimates;
  /** Where the draft may end, shortest first. */
  readonly cuts: readonly ScoredCut[];
  readonly limits: Limits;
  /** Characters that the author probably still writes in the line. */
  readonly expectedCharacters: number;
  /** Another local draft that was rejected or deleted here a moment ago. */
  readonly rejected?: string;
  /** Absent: the large model can be asked. */
  readonly noCall?: NoCall;
}

/**
 * Asks the large model iff p(large model right) - p(local right) is above the price, and with `localFirst` only if the
 * answer is expected to write enough. Else the cut with the highest expected gain is shown, if one passes the threshold.
 * Monotonic: at a fixed position, a lower price never changes a call to a local answer. After a call came to nothing,
 * the same input with `noCall` decides what is shown instead.
 */
export function decide(input: DecisionInput): Decision {
  const { estimates, limits, noCall } = input;
  const { price, isManual, localFirst } = limits;
  const gain = estimates.pApi - estimates.pSpecialist;
  const facts = { ...estimates, gain, price };
  const cuts = allowedCuts(input);
  const answerLocally = (show: ShowLimits, reason: TooDear | NoCall): Decision => {
    const cut = bestCut(cuts, show);
    if (cut !== undefined) return { ...facts, kind: 'show', cut, reason };
    const held = heldBack(cuts, show) ?? heldBack(input.cuts, show, true);
    return { ...facts, kind: 'hold', ...(held && { held }), reason };
  };

  // From this probability on, a local suggestion is shown although the large model is likelier right.
  const sure: ShowLimits = { ...limits, least: estimates.pApi - price * (localFirst ? LOCAL_FIRST_SHARE : 1) };
  if (noCall !== undefined) return answerLocally(limits, noCall);
  const tooDear = tooDearFor(input);
  if (tooDear !== undefined) return answerLocally(gain <= price ? limits : sure, tooDear);
  // A manual request waits for the large model, and so does a line where a local draft was rejected.
  const waits = isManual || input.rejected !== undefined;
  const meanwhile = waits ? undefined : bestCut(cuts, sure);
  const whenShown = localFirst
    ? 'the large model is asked unless this is accepted'
    : 'the large model is asked meanwhile';
  const reason = meanwhile === undefined ? 'the large model is likelier right' : whenShown;
  const canStandIn = bestCut(cuts, { ...limits, threshold: limits.lateThreshold }) !== undefined;
  return { ...facts, kind: 'call', reason, meanwhile, canStandIn };
}

/** Why a call is not worth its price, whether or not a large model can be asked; undefined: it is. */
export function tooDearFor({ estimates, limits, expectedCharacters }: DecisionInput): TooDear | undefined {
  const { price, isManual, localFirst } = limits;
  const gain = estimates.pApi - estimates.pSpecialist;
  if (gain <= price) return gain <= 0 ? 'the large model is not likelier right' : 'a call gains too little';
  const characters = (gain / estimates.pApi) * expectedCharacters;
  return localFirst && !isManual && characters <= price * CHARACTERS ? 'a call would write too little' : undefined;
}

/** A text that was rejected or deleted here is not proposed again, nor is its beginning, unless by hand. */
function allowedCuts({ cuts, limits, rejected }: DecisionInput): readonly ScoredCut[] {
  if (rejected === undefined || limits.isManual) return cuts;
  return cuts.filter(({ text }) => !beginsAlike(rejected, text));
}

/** Decides without the limits of an editor: the whole draft or nothing. For reports and benchmarks. */
export function decideWhole(
  router: RouterModel,
  draft: Draft | undefined,
  position: PositionFacts,
  balance: number,
): Decision {
  const estimates = score(router, draft, position);
  const cuts = draft === undefined || draft.text === '' ? [] : [{ text: draft.text, p: estimates.pSpecialist }];
  const limits = { price: priceOf(balance), threshold: 0, lateThreshold: 0, isManual: true, localFirst: false };
  return decide({ estimates, cuts, limits, expectedCharacters: 0 });
}
