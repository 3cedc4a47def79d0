// Ending a process on request: the first request stops its work within a time limit, the second ends it at once.

/** Exit codes as in shells: 128 plus the signal's number. */
export const stopCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof stopCodes;

/** One Ctrl-C may arrive three times (terminal and parent programs) within this time, ms. */
const ECHO_MS = 500;

export class Stop {
  /** Aborted at the first request. */
  readonly signal: AbortSignal;
  /** Resolves at the time limit after the first request, or at the second request. */
  readonly deadline: Promise<void>;
  private readonly controller = new AbortController();
  private readonly limitMs: number;
  private readonly finish: () => void;
  private timer: NodeJS.Timeout | undefined;
  private first: { readonly name: StopSignal; readonly at: number } | undefined;

  /** @param limitMs time limit for the work after the first request, ms */
  constructor(limitMs: number) {
    this.limitMs = limitMs;
    this.signal = this.controller.signal;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.deadline = promise;
    this.finish = () => {
      clearTimeout(this.timer);
      resolve();
    };
  }

  /** Handles this process's signals. */
  listen(): this {
    for (const name of Object.keys(stopCodes) as StopSignal[]) process.on(name, () => this.request(name));
    // Writing to a closed terminal fails; the process must still save its results.
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

  /** The exit code; undefined without a request to end. */
  get exitCode(): number | undefined {
    return this.first && stopCodes[this.first.name];
  }
}
