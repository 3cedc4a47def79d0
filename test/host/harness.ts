// A small test runner for inside an extension host, where node:test has no way out: results go to a file, a line as each test ends.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the outside tells the suite; its path is in the environment. */
export interface Plan {
  readonly suite: string;
  /** Only tests whose name has this in it, for looking at one of them; '' for all. */
  readonly only: string;
  /** JSON lines (ResultLine) are written here. */
  readonly results: string;
  /** The fake Messages API. */
  readonly apiUrl: string;
  /** Folder of the profile's global storage of our extension. */
  readonly storage: string;
  /** The profile's settings file. */
  readonly settingsFile: string;
  /** Somebody outside presses the button once the suite shows the editor of workspace trust (`trust` in hands.ts). */
  readonly trustsOnRequest: boolean;
}

/** A test that takes so long hangs, on any machine, ms; and what it waits for does not come. */
export const hangMs = 15 * 60_000;
const waitMs = 4 * 60_000;

export const planVariable = 'EASY_ADAPTATION_HOST_PLAN';

export type ResultLine =
  | { readonly kind: 'test'; readonly name: string; readonly ok: boolean; readonly ms: number; readonly error?: string }
  /** A figure that is reported and not judged. */
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

  /** One that hangs for `limitMs` fails, and so do the rest. */
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

/** Polls until `look` yields something; the last thing it threw, or `what`, is the error after `limitMs`. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = waitMs,
): Promise<T> {
  const end = performance.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${limitMs / 1000} s for ${what}${last === undefined ? '' : `: ${String(last)}`}`, {
        cause: last,
      });
    }
    await sleep(50);
  }
}
