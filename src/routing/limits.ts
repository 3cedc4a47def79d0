// The limits of a decision: what a call must gain, and how sure a shown draft must be, under the circumstances of a
// request.

import type { CompletionQuery } from '../common/completion.ts';
import { lineBefore } from '../text/lines.ts';
import { isSentence } from '../text/prose-text.ts';
import type { RaisedBy } from './reasons.ts';

export interface LimitSettings {
  /** From 0.05, hardly any call, to 1, large model first; a higher value lowers the price of a call. */
  readonly balance: number;
  /** The probability from which ten characters of a local draft are shown: the price of a glance, see show.ts. */
  readonly threshold: number;
  /** Whether a shown local suggestion holds the call back until the user has judged it. */
  readonly localFirst: boolean;
}

export interface RequestConditions {
  /** The user asked by hand: no threshold, any length, and a call whenever the large model is likelier right. */
  readonly isManual: boolean;
  /** The editor's list would open here. A suggestion hides it. */
  readonly opensList: boolean;
  /** Where a sentence is written, more is needed. */
  readonly query: Pick<CompletionQuery, 'languageId' | 'prefix'>;
  /** The text is a paid answer: see limitsAt. */
  readonly isAnswer: boolean;
  /** A local draft was rejected in this line. */
  readonly rejectedHere: boolean;
  /** After several rejections in a row, 0 to MAX_DOUBT. */
  readonly doubt: number;
  /** Usual measured latency of the large model, ms; undefined: the default. A manual request has no latency cost. */
  readonly waitMs: number | undefined;
}

export interface Limits {
  /** Least gain of a call, in the probability of an exact match. */
  readonly price: number;
  /** The probability from which ten characters are shown. */
  readonly threshold: number;
  /** What raised it most. */
  readonly raisedBy?: RaisedBy;
  /** From this probability on a draft may stand in for a late answer: half the user's threshold by hand. */
  readonly lateThreshold: number;
  readonly isManual: boolean;
  readonly localFirst: boolean;
  /** The line before the cursor, if it is in a sentence, where a local draft must bring a word: see `bringsWord`. */
  readonly sentence?: string;
}

/** The setting's default. */
export const DEFAULT_THRESHOLD = 0.45;
export const MAX_DOUBT = 0.3;
/**
 * What the editor's list, which a suggestion hides, and rejections in a row add to the threshold: together at most 0.1.
 */
const LIST_RAISE = 0.05;
const MAX_RAISE = 0.1;
/** Prose has a threshold of its own, halfway to certainty: half of what is shown there at 0.5 is wrong. */
const proseThreshold = (threshold: number) => (1 + threshold) / 2;
/** The usual time of a call in the figures of `priceOf`, ms. */
const USUAL_WAIT_MS = 750;

/**
 * A paid answer is shown from the default threshold on, or the user's if that is lower: the router has found it worth
 * its price, and nothing is saved by holding it back in prose or beside the list. With a balance of 1 any answer is
 * shown.
 *
 * A rejection is a second signal beside a low estimate (MCCom, arXiv 2603.05974): in its line the large model is called
 * wherever it is likelier right.
 */
export function limitsAt({ balance, threshold, localFirst }: LimitSettings, at: RequestConditions): Limits {
  const { isManual, opensList, query, isAnswer, rejectedHere, doubt, waitMs } = at;
  const likelierModelBalance = Math.max(0.5, balance);
  if (isManual) {
    const price = priceOf(likelierModelBalance);
    return { price, threshold: 0, lateThreshold: threshold / 2, isManual, localFirst };
  }
  const prose = isSentence(query.languageId, query.prefix);
  // Doubt raises the call price, but 1 stays 'always'.
  const doubtful = balance >= 1 ? balance : balance * (1 - doubt);
  const doubtRaise = doubt * (MAX_RAISE / MAX_DOUBT);
  const raise = Math.min(MAX_RAISE, doubtRaise + (opensList ? LIST_RAISE : 0));
  const raisedBy = prose ? 'a sentence needs more' : raise === 0 ? undefined : causeOf(doubtRaise, opensList);
  const raised = Math.max(threshold, Math.min(0.95, (prose ? proseThreshold(threshold) : threshold) + raise));
  const price = priceOf(rejectedHere ? likelierModelBalance : doubtful, waitMs);
  if (isAnswer) {
    const shownFrom = balance >= 1 ? 0 : Math.min(threshold, DEFAULT_THRESHOLD);
    return { price, threshold: shownFrom, lateThreshold: shownFrom, isManual, localFirst };
  }
  const why = { ...(raisedBy && { raisedBy }), ...(prose && { sentence: lineBefore(query.prefix) }) };
  return { price, threshold: raised, lateThreshold: raised, isManual, localFirst, ...why };
}

const causeOf = (doubtRaise: number, opensList: boolean): RaisedBy =>
  opensList && doubtRaise <= LIST_RAISE ? 'the list is open' : 'the last ones were rejected';

/**
 * The price of a call: the least gain in the probability of an exact match.
 * price = 1 - 2 x balance: 0.9 at 0.05 (hardly ever), 0 at 0.5 (the likelier answer wins), -1 at 1 (always call).
 * The default balance 0.4 gives 0.20. In time: a right line saves about 5 s of typing. A call takes 0.5 to 1 s and
 * costs about 0.02 US cents with the default model (1,500 tokens in, 40 out), worth another 0.01 s at 60 dollars an
 * hour. So a call that is right in one case of six pays for itself, and 0.20 is a little more.
 */
export function priceOf(balance: number, waitMs = USUAL_WAIT_MS): number {
  const clamped = Number.isFinite(balance) ? Math.min(1, Math.max(0, balance)) : 0;
  // Between 0 and 1, a slower model costs its additional time as a share of the 5 s that a right line saves. The bounds
  // keep the price falling as the balance rises.
  const waitPrice = Math.min(0.5, Math.max(-0.15, (waitMs - USUAL_WAIT_MS) / 5_000));
  return 1 - 2 * clamped + 4 * clamped * (1 - clamped) * waitPrice;
}

/**
 * The price of asking for the edit that follows, as a share of the price of a suggestion. Nobody waits for it, so a slow
 * model costs no more; and a right one saves the way to its place, too. Chosen on histories, see bench/replay/README.md.
 */
const EDIT_PRICE = 0.4;

/** @param isFree the server costs nothing: it is always asked */
export function editPriceOf(balance: number, isFree: boolean): number {
  return isFree ? -1 : EDIT_PRICE * priceOf(balance);
}

/** What a decision on a next edit must know of its origin. */
export type EditCase =
  /**
   * It repeats others. `isHere`: where the cursor rests, or where a language server has found a new error; `isAgain`:
   * those were hardly more than this change, made for the second time or more.
   */
  | { readonly kind: 'repeats'; readonly isHere: boolean; readonly isAgain: boolean }
  /** A language server proposes it. */
  | { readonly kind: 'server' };

/**
 * Cross-validated, the lower one costs no precision where the user has just made the same change for the second time
 * (bench/replay/README.md).
 */
const LEAST_REPEATED = 0.7;
const LEAST_AGAIN = 0.35;
/**
 * In the line where the cursor rests. Of the places in the line of the author's next hunk, in five repositories, 0.83 of
 * those with 0.25 to 0.7 were right (136), and 0.61 of those below (70).
 */
const LEAST_HERE = 0.25;

/** The estimate from which a next edit is offered. That of a large model has the threshold of its answers. */
export function leastOfEdit(of: EditCase): number {
  if (of.kind === 'server') return 0;
  return of.isHere ? LEAST_HERE : of.isAgain ? LEAST_AGAIN : LEAST_REPEATED;
}
