// The coupling: three calibrated estimates and the rules that say who answers, and how much of it is shown.
import type { Draft } from '../common/completion.ts';
import type { Holding, Keepable } from '../common/statistics/bounded-risk.ts';
import type { HeldBack, ScoredCut } from './show.ts';

/** What is known about the place, beside the draft. */
export interface PlaceFacts {
  readonly languageId: string;
  /** Text of the cursor's line before and after it. */
  readonly lineBefore: string;
  readonly lineAfter: string;
  /** Some lines above and below it. */
  readonly above?: string;
  readonly below?: string;
  /** ms since the last suggestion was decided, and how it ended; undefined at the first. */
  readonly sinceLastMs?: number;
  readonly lastOutcome?: 'accepted' | 'rejected' | 'ignored';
}

/** One labelled place on a held-out file. */
export interface CouplingExample {
  readonly path: string;
  readonly draft: Draft;
  readonly place: PlaceFacts;
  /** The specialist's draft equals what the author wrote (trimmed). */
  readonly specialistRight: boolean;
  /** Where the draft may be cut, and whether what the author wrote begins with it. Absent: not looked at. */
  readonly cuts?: readonly { readonly draft: Draft; readonly right: boolean }[];
  /** The same of the API's answer; undefined where it was not asked. */
  readonly apiRight?: boolean;
  /** Edit similarity of each answer to the truth, for the deferral curve. */
  readonly specialistSimilarity?: number;
  readonly apiSimilarity?: number;
}

/** One number behind a decision, ready for the panel: { name: 'lowest token probability', value: 0.31 }. */
export interface Reason {
  readonly name: string;
  readonly value: number;
}

export interface Decision {
  readonly route: 'specialist' | 'api' | 'none';
  readonly pSpecialist: number;
  /** The prior where `pApiIsPrior`. */
  readonly pApi: number;
  readonly pApiIsPrior: boolean;
  /** pApi - pSpecialist, and the price it had to beat, in the same unit (probability of an exact match). */
  readonly gain: number;
  readonly price: number;
  /** What is shown of the draft, where the specialist answers. */
  readonly shown?: ScoredCut;
  /** What there would be, where nobody answers. */
  readonly held?: HeldBack;
  /** A sentence for people: 'Held back: 10% sure, shown from 50%.' */
  readonly summary: string;
  readonly reasons: readonly Reason[];
}

export interface PolicySettings {
  /** 0 local only ... 1 API first; between, a higher value makes a call cheaper in the rule's eyes. */
  readonly balance: number;
  /** An API is configured, consented to, within budget and not backing off. */
  readonly apiAvailable: boolean;
  /** What an answer of the API takes as a rule, as it was measured, ms; absent: as usual. */
  readonly waitMs?: number;
  /** What of a local draft is less likely to be right to its end is not shown when the API is available; `fallbackBar` when it is not. */
  readonly showBar: number;
  readonly fallbackBar: number;
  /** What a wrong suggestion costs, characters; absent: as for one that nobody has asked for. */
  readonly annoyance?: number;
  /** Beside the price; absent: the price alone says what stays local. */
  readonly risk?: RiskBound;
  /** What answers while typing have taught since the fit; absent: nothing. */
  readonly shift?: Shift;
}

/** A place where both sides are known, by what a call is expected to gain there. */
export interface Kept extends Keepable {
  readonly lost: boolean;
  /** Right here, and wrong at the API. */
  readonly won: boolean;
}

/**
 * 'expected': by how much the exact match of both together may be below the API's, as it is expected. 'mean', 'sure': how often a place may stay local,
 * be wrong, and have been right at the API.
 */
export interface RiskBound {
  readonly holding: Holding | 'expected';
  /** 0..1 */
  readonly alpha: number;
}

/** Added to the log-odds of each estimate. */
export interface Shift {
  readonly specialist: number;
  readonly api: number;
}
