// Time as a dependency, so that tests decide what time it is.

export interface Clock {
  /** Wall clock, ms since 1970. */
  now(): number;
  /** Monotonic, ms, for durations. */
  monotonic(): number;
  /** Resolves after `ms`, however many (Infinity: never); rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** More makes a timer fire at once. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      let left = ms;
      const next = () => {
        const part = Math.min(left, longestTimer);
        left -= part;
        return setTimeout(() => {
          if (left > 0) {
            timer = next();
            return;
          }
          signal?.removeEventListener('abort', onAbort);
          resolve();
        }, part);
      };
      let timer = next();
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
