// The router's types: positions, examples, decisions and settings.
import type { Draft } from '../common/completion.ts';
import type { HeldBack, ScoredCut } from './show.ts';

/** Facts about the cursor position, besides the draft. */
export interface PositionFacts {
  readonly languageId: string;
  /** Text of the cursor's line before and after it. */
  readonly lineBefore: string;
  readonly lineAfter: string;
  /** Some lines above and below it. */
  readonly above?: string;
  readonly below?: string;
  /** Time since the last suggestion's outcome, ms, and the outcome; undefined before the first. */
  readonly sinceLastMs?: number;
  readonly lastOutcome?: 'accepted' | 'rejected' | 'ignored';
}

/** A labelled position in a held-out file. */
export interface CouplingExample {
  readonly path: string;
  readonly draft: Draft;
  readonly position: PositionFacts;
  /** The specialist's draft equals what the author wrote (trimmed). */
  readonly specialistRight: boolean;
  /** Cuts of the draft, and whether the author's text begins with each. Absent: not measured. */
  readonly cuts?: readonly { readonly draft: Draft; readonly right: boolean }[];
  /** Whether the API's answer is right; undefined if it was not asked. */
  readonly apiRight?: boolean;
  /** Edit similarity of each answer to the truth, for the deferral curve. */
  readonly specialistSimilarity?: number;
  readonly apiSimilarity?: number;
}

/** A number that explains a decision, for the panel: { name: 'lowest token probability', value: 0.31 }. */
export interface Reason {
  readonly name: string;
  readonly value: number;
}

export interface Decision {
  readonly route: 'specialist' | 'api' | 'none';
  readonly pSpecialist: number;
  /** The prior if `pApiIsPrior`. */
  readonly pApi: number;
  readonly pApiIsPrior: boolean;
  /** pApi - pSpecialist, and the price it had to beat, in the same unit (probability of an exact match). */
  readonly gain: number;
  readonly price: number;
  /** The shown cut of the draft, if the specialist answers. */
  readonly shown?: ScoredCut;
  /** The suggestion that was held back, if nothing is shown. */
  readonly held?: HeldBack;
  /** A sentence for people: 'Held back: 10% sure, shown from 50%.' */
  readonly summary: string;
  readonly reasons: readonly Reason[];
}

export interface PolicySettings {
  /** From 0.05, hardly any call, to 1, API first; a higher value lowers the price of a call. */
  readonly balance: number;
  /** An API is configured, consented to, within budget and not backing off. */
  readonly apiAvailable: boolean;
  /** Usual measured latency of the API, ms; absent: the default. */
  readonly waitMs?: number;
  /** Minimum probability for showing a local draft if the API is available; `fallbackThreshold` if it is not. */
  readonly showThreshold: number;
  readonly fallbackThreshold: number;
  /** The user asked by hand: see ShowLimits. */
  readonly isManual?: boolean;
  /** Online shift of the estimates since the fit; absent: none. */
  readonly shift?: Shift;
}

/** Added to the log-odds of each estimate. */
export interface Shift {
  readonly specialist: number;
  readonly api: number;
}
