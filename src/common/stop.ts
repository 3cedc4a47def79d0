// What a process does when it is asked to end: it stops at the first request, within a time limit, and dies at the second.

/** As shells have it: 128 and the signal's number. */
export const stopCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof stopCodes;

/** One Ctrl-C comes up to three times, from the terminal and from each program above that passes it on: within this long, ms. */
const ECHO_MS = 500;

export class Stop {
  /** Given at the first request. */
  readonly signal: AbortSignal;
  /** Resolves when there is no more time: at the limit after the first request, or at a second one. */
  readonly over: Promise<void>;
  private readonly controller = new AbortController();
  private readonly limitMs: number;
  private readonly finish: () => void;
  private timer: NodeJS.Timeout | undefined;
  private first: { readonly name: StopSignal; readonly at: number } | undefined;

  /** @param limitMs how long after the first request work may go on */
  constructor(limitMs: number) {
    this.limitMs = limitMs;
    this.signal = this.controller.signal;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.finish = () => {
      clearTimeout(this.timer);
      resolve();
    };
  }

  /** Takes over this process's signals. */
  listen(): this {
    for (const name of Object.keys(stopCodes) as StopSignal[]) process.on(name, () => this.request(name));
    // After a terminal has gone away, nobody reads; that is no reason to die before what was learned is on disk.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    return this;
  }

  request(name: StopSignal): void {
    if (!this.first) {
      this.first = { name, at: performance.now() };
      this.timer = setTimeout(this.finish, this.limitMs);
      this.controller.abort();
    } else if (performance.now() - this.first.at > ECHO_MS) this.finish();
  }

  /** What the process ends with; undefined where it was not asked to. */
  get exitCode(): number | undefined {
    return this.first && stopCodes[this.first.name];
  }
}
