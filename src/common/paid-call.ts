// Paid calls of the large model and their reservations, shared by `llm/` and `storage/`. Times are ms since 1970, money
// is US dollars.

export type Purpose = 'completion' | 'next edit' | 'labelling';

export interface PaidCall {
  readonly at: number;
  /** SHA-256 of model and prompt, so that the same request is not paid twice. */
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

/**
 * The maximum cost of a call, booked before the call. It stays booked until it is settled: a process that dies, or a
 * disk that fails, may lose an answer but not its cost.
 */
export interface Reservation {
  /** Unique. */
  readonly id: string;
  readonly at: number;
  readonly purpose: Purpose;
  readonly model: string;
  readonly usd: number;
}

export type Reserved =
  /** `notice`: for the user, if calls of later months were found. */
  | { readonly ok: true; readonly notice?: string }
  /** The call would exceed the limit. `spentUsd`: spent or reserved in this month. */
  | { readonly ok: false; readonly why: 'limit'; readonly spentUsd: number; readonly notice?: string }
  /** The answer could not be stored. `message` states the reason for the user. */
  | { readonly ok: false; readonly why: 'unwritable'; readonly message: string }
  /** Another process is writing. */
  | { readonly ok: false; readonly why: 'busy' };

/** Counts the money of all windows and runs, across restarts. Synchronous. */
export interface Ledger {
  /**
   * Books the money unless the month's spending would exceed `limitUsd`. The row is then on disk and was read back, so
   * the paid answer can be stored.
   */
  reserve(reservation: Reservation, limitUsd: number): Reserved;
  /** Replaces the reservation by the finished call in one transaction. Undefined: the call was not paid. */
  settle(id: string, paid: PaidCall | undefined): void;
  /**
   * Spent or reserved in the calendar month (local time) of `at`. Rows of later months count in their own month and in
   * the first earlier month that reads them. Setting the clock back therefore frees no money, and a clock that was
   * ahead blocks only one month.
   */
  spentInMonth(at: number): number;
}

/** Whether a number is an amount of money: a negative one would raise every limit, and NaN passes every comparison. */
export function isAmount(usd: number): boolean {
  return Number.isFinite(usd) && usd >= 0;
}

/** '2026-11', in local time: months compare as texts. */
export function monthOf(at: number): string {
  const date = new Date(at);
  return `${String(date.getFullYear()).padStart(4, '0')}-${String(date.getMonth() + 1).padStart(2, '0')}`;
}
