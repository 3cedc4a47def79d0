// Helpers of the fakes: a reply that a signal aborts, and a reply that the test gives later.

/** Settles as `reply` does. If the signal is aborted first, calls `onAbort` and rejects with the signal's reason. */
export async function unlessAborted<T>(reply: T | Promise<T>, signal: AbortSignal, onAbort: () => void): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const listener = () => {
    onAbort();
    aborted.reject(signal.reason);
  };
  signal.addEventListener('abort', listener, { once: true });
  try {
    return await Promise.race([reply, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', listener);
  }
}

/** A promise that the test resolves with `give`. */
export class Deferred<T> {
  private readonly resolvers = Promise.withResolvers<T>();
  readonly promise = this.resolvers.promise;
  readonly give = this.resolvers.resolve;
}
