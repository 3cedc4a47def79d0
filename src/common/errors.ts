// Expected failures are values with a code; thrown errors keep their cause.

/** The kind of failure, for code; the message is for people. One row per case that some caller distinguishes. */
export type ErrorCode =
  | 'no-key' // no API key is set
  | 'bad-key' // the API refused the key (401, 403)
  | 'rate-limited' // 429
  | 'no-credit' // 402: the account's money or its plan's quota is used up
  | 'overloaded' // 5xx, 529
  | 'timeout' // our own limit passed, or a stream stalled
  | 'malformed' // an answer that breaks the protocol
  | 'network' // no connection
  | 'redirected' // the server sends requests on to another address
  | 'bad-request' // 4xx: our fault or a wrong model name
  | 'over-budget' // the month's spending limit is reached
  | 'unwritable' // the store cannot keep what is paid for, or a folder of ours cannot be written
  | 'locked' // another run is at work in the same folder
  | 'no-consent' // the user has not allowed this folder's text to leave the machine
  | 'unreadable' // a file or folder that cannot be read
  | 'corrupt' // stored data that is damaged
  | 'mismatched' // a model, an adapter or an index that was made for another tokenizer or base
  | 'other-base' // an adapted model of another base than the one in use
  | 'other-version' // stored data of another version of the extension
  | 'nothing-to-learn' // a folder without usable text
  | 'few-labels' // a text task whose local model is often wrong
  | 'source-mistakes' // a text task whose source has labels that look like mistakes
  | 'unsupported' // this machine cannot run the neural engine
  | 'out-of-memory' // the engine reached its memory ceiling
  | 'diverged' // training produced a loss or a weight that is no number
  | 'crashed' // a worker or process of ours died
  | 'busy' // too many requests wait for a worker or process
  | 'cancelled';

/** An expected failure. */
export interface Failure {
  readonly code: ErrorCode;
  /** One or two sentences for the user: what happened and what to do. */
  readonly message: string;
  /** Wait at least this long before trying again, ms; absent if the server did not say. */
  readonly retryAfterMs?: number;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failed(code: ErrorCode, message: string, retryAfterMs?: number): { ok: false; error: Failure } {
  return { ok: false, error: retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs } };
}

/** A failure as an exception, where it cannot be returned as a value. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CodedError';
    this.code = code;
  }
}

/** The value, or the failure as an exception. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new CodedError(result.error.code, result.error.message);
}

export function isCancelled(error: unknown): boolean {
  return (
    (error instanceof CodedError && error.code === 'cancelled') ||
    (error instanceof Error && (error.name === 'AbortError' || error.name === 'APIUserAbortError'))
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
