// Paid calls and the money set aside for them: written by the large model, stored by the store, known to both. Times
// are ms since 1970, money US dollars.

export type Purpose = 'completion' | 'labelling';

export interface PaidCall {
  readonly at: number;
  /** SHA-256 of model and prompt: the same question is not paid for twice. */
  readonly requestHash: string;
  readonly purpose: Purpose;
  readonly folder: string;
  readonly path: string;
  readonly model: string;
  readonly text: string;
  readonly inputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly latencyMs: number;
}

/** What a call may cost at most, set aside before it is made. Counts as spent until it is settled. */
export interface Reservation {
  /** Unique. */
  readonly id: string;
  readonly at: number;
  /** After this nobody is going to settle it: who made it has died, perhaps after the answer was paid for. */
  readonly until: number;
  readonly purpose: Purpose;
  readonly model: string;
  readonly usd: number;
}

export type Reserved =
  /** `notice`: for the user, where money of later months was found. */
  | { readonly ok: true; readonly notice?: string }
  /** It would pass the limit: so much of the month's money is spent or set aside. */
  | { readonly ok: false; readonly why: 'limit'; readonly spentUsd: number; readonly notice?: string }
  /** The answer could not be kept. `message` says why, for the user. */
  | { readonly ok: false; readonly why: 'unwritable'; readonly message: string }
  /** Another process is writing. */
  | { readonly ok: false; readonly why: 'busy' };

/** Where money is counted, for every window, run and restart. Synchronous. */
export interface Ledger {
  /**
   * Sets money aside unless the month's spending, everything that is set aside included, would pass `limitUsd`. The row
   * is synced and read back when it returns: what is paid for next can be kept.
   */
  reserve(reservation: Reservation, limitUsd: number): Reserved;
  /** The call is over: in one transaction its row takes the reservation's place. Undefined: it was not paid for. */
  settle(id: string, paid: PaidCall | undefined): void;
  /**
   * Spent or set aside in the calendar month (local time) of `at`. What later months hold counts in the first earlier
   * month that sees it, and in its own: a clock that is set back gives nothing back, and one that was ahead blocks one
   * month alone.
   */
  spentInMonth(at: number): number;
}

/** '2026-11', in local time: months compare as texts. */
export function monthOf(at: number): string {
  const date = new Date(at);
  return `${String(date.getFullYear()).padStart(4, '0')}-${String(date.getMonth() + 1).padStart(2, '0')}`;
}
