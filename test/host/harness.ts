// A small test runner for the extension host, where node:test cannot report. Results are appended to a file.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The runner's instructions for the suite, in a file whose path is in the environment. */
export interface Plan {
  readonly suite: string;
  /** Runs only the tests whose name contains this; '' for all. */
  readonly only: string;
  /** JSON lines (ResultLine) are written here. */
  readonly results: string;
  /** The fake Messages API. */
  readonly apiUrl: string;
  /** Folder of the profile's global storage of our extension. */
  readonly storage: string;
  /** The profile's settings file. */
  readonly settingsFile: string;
  /** Whether the runner presses the button when the suite opens the trust editor (`trust` in hands.ts). */
  readonly trustsOnRequest: boolean;
}

/** Limit of a test, and of a wait in it, ms. Only a test that hangs takes so long. */
export const hangMs = 15 * 60_000;
const waitMs = 4 * 60_000;

export const planVariable = 'EASY_ADAPTATION_HOST_PLAN';

export type ResultLine =
  | { readonly kind: 'test'; readonly name: string; readonly ok: boolean; readonly ms: number; readonly error?: string }
  /** A figure that is reported but not asserted. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'end'; readonly tests: number };

interface Case {
  readonly name: string;
  readonly limitMs: number;
  readonly run: () => Promise<void>;
}

export class Suite {
  private readonly cases: Case[] = [];
  private readonly results: string;
  private readonly only: string;

  constructor({ results, only }: Pick<Plan, 'results' | 'only'>) {
    this.results = results;
    this.only = only;
  }

  /** A test that takes longer than `limitMs` fails. */
  test(name: string, run: () => Promise<void>, limitMs = hangMs): void {
    if (name.includes(this.only)) this.cases.push({ name, run, limitMs });
  }

  note(text: string): void {
    this.write({ kind: 'note', text });
  }

  /** Runs the tests in order. */
  async run(): Promise<boolean> {
    let good = true;
    for (const { name, run, limitMs } of this.cases) {
      const started = performance.now();
      const timer = new AbortController();
      const late = sleep(limitMs, undefined, { signal: timer.signal, ref: false }).then(() => {
        throw new Error(`did not end within ${limitMs / 1000} s`);
      });
      late.catch(() => {});
      let error: unknown;
      await Promise.race([run(), late]).catch((thrown: unknown) => {
        error = thrown ?? new Error('thrown: undefined');
      });
      timer.abort();
      const ms = Math.round(performance.now() - started);
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.write({ kind: 'test', name, ok: error === undefined, ms, ...(error === undefined ? {} : { error: text }) });
      good &&= error === undefined;
    }
    this.write({ kind: 'end', tests: this.cases.length });
    return good;
  }

  private write(line: ResultLine): void {
    appendFileSync(this.results, `${JSON.stringify(line)}\n`);
  }
}

/** Polls until `poll` returns a value. After `limitMs` it throws an error, whose cause is the last error of `poll`. */
export async function until<T>(
  name: string,
  poll: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = waitMs,
): Promise<T> {
  const end = performance.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await poll();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${limitMs / 1000} s for ${name}${last === undefined ? '' : `: ${String(last)}`}`, {
        cause: last,
      });
    }
    await sleep(50);
  }
}
