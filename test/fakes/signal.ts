// Helpers of the fakes: a reply that a signal aborts, and a reply that the test gives later.

/** Settles as `reply` does. If the signal is aborted first, calls `onAbort` and rejects with the signal's reason. */
export async function unlessAborted<T>(reply: T | Promise<T>, signal: AbortSignal, onAbort: () => void): Promise<T> {
  let listener = () => {};
  const aborted = new Promise<never>((_, reject) => {
    listener = () => {
      onAbort();
      reject(signal.reason);
    };
    signal.addEventListener('abort', listener, { once: true });
  });
  try {
    return await Promise.race([Promise.resolve(reply), aborted]);
  } finally {
    signal.removeEventListener('abort', listener);
  }
}

/** A promise that the test resolves with `give`. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  give: (value: T) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve) => {
      this.give = resolve;
    });
  }
}
