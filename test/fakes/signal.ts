// What the fakes share: a reply that a signal cuts short.

/** Settles as `reply` does, or rejects with the signal's reason as soon as it is aborted, which `onAbort` hears of first. */
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

/** A reply that the test gives when it wants to. */
export class Held<T> {
  readonly promise: Promise<T>;
  give: (value: T) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve) => {
      this.give = resolve;
    });
  }
}
