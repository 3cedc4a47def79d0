// Times regular expressions over growing texts, in a thread that can be ended: an expression may take for ever.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type GrowingText, growingTexts } from './expression-texts.ts';
import type { FoundExpression } from './expressions.ts';

/** UTF-16 units of a text, unless callers cut theirs. */
export const LENGTH = 100_000;
/**
 * The measure of all others: it reads a hundred characters forward and back at each character. No limit is a time, as a
 * slow or busy machine is no fault of an expression.
 */
const PLAIN = /[^ÿ]{1,100}(?=ÿ)/g;
/** An expression may take this many times as long as the plain one for LENGTH of the same text. */
export const MOST_PLAIN = 5;
/** Below this ratio, growth is not judged. */
const LEAST_PLAIN = 1;
/** Four times the text takes this much longer: between the 4 of linear growth and the 16 of quadratic growth. */
const SUPERLINEAR = 8;
/** Lengths, UTF-16 units. The small ones end before an exponential expression takes for ever. */
const LENGTHS = [16, 20, 24, 28, 32, 36, 40, 48, 64, 256, 2048, 8192, 25_000, LENGTH];
/** A thread that is silent for longer hangs and is ended, ms. */
const SILENT_MS = 60_000;

export interface TimedExpression extends FoundExpression {
  /** Longest text that its callers give it, UTF-16 units; default LENGTH. */
  readonly longest?: number;
}

export interface SlowExpression extends FoundExpression {
  readonly text: GrowingText;
  /** Length of the text, and its time as a multiple of the plain expression's; Infinity if it was ended. */
  readonly length: number;
  readonly ratio: number;
}

/** The expressions that take too long, each with its first such text. */
export async function slowExpressions(expressions: readonly TimedExpression[]): Promise<SlowExpression[]> {
  const slow: SlowExpression[] = [];
  for (let next = 0; next < expressions.length; ) {
    next = await new Promise<number>((resolve, reject) => {
      let current = { index: next, text: { before: '', repeated: '', after: '' }, length: 0 };
      const worker = new Worker(new URL(import.meta.url), { workerData: { expressions, from: next } });
      const end = (to: number) => {
        clearTimeout(timer);
        void worker.terminate().then(() => resolve(to));
      };
      const timer = setTimeout(() => {
        slow.push({ ...(expressions[current.index] as FoundExpression), ...current, ratio: Number.POSITIVE_INFINITY });
        end(current.index + 1);
      }, SILENT_MS);
      worker.on('message', (message: typeof current & { readonly ratio?: number }) => {
        timer.refresh();
        if (message.index === expressions.length) return end(message.index);
        current = message;
        const { ratio } = message;
        if (ratio !== undefined) slow.push({ ...(expressions[message.index] as FoundExpression), ...message, ratio });
      });
      worker.on('error', reject);
    });
  }
  return slow;
}

/** The text with this length, or little less. */
function grown({ before, repeated, after }: GrowingText, length: number): string {
  const times = Math.floor((length - before.length - after.length) / repeated.length);
  return before + repeated.repeat(Math.max(1, times)) + after;
}

/** Finds all matches of a global expression, or the first one. */
function matchAll(expression: RegExp, text: string): void {
  expression.lastIndex = 0;
  for (let from = -1; expression.test(text) && expression.global; from = expression.lastIndex)
    if (expression.lastIndex === from) expression.lastIndex++;
}

/** This thread's processor time, ms: other processes' time does not count. */
function processorTime(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** The plain expression's time for an average text, ms: it says only which texts are measured with care. */
let usual = Number.NaN;

/** The length and ratio at which a text takes too long; undefined if it does not. */
function tooLong(expression: RegExp, text: GrowingText, longest: number, onLength: (length: number) => void) {
  for (const length of [...LENGTHS.filter((each) => each < longest), longest]) {
    if (length >= 64) onLength(length);
    const content = grown(text, length);
    const started = performance.now();
    matchAll(expression, content);
    const ms = performance.now() - started;
    // Even quadratic growth would stay below the limit.
    if (length >= 2048 && ms * (longest / length) ** 2 < usual) return undefined;
    if (ms <= usual) continue;
    const ratio = measured(expression, text, length, ms < 4 * MOST_PLAIN * usual ? 5 : 1);
    if (ratio !== undefined) return { length, ratio };
  }
  return undefined;
}

/** How many times the plain expression's time is needed; undefined if that is allowed. */
function measured(expression: RegExp, text: GrowingText, length: number, runs: number): number | undefined {
  const [whole, quarter, plain] = [length, length / 4, LENGTH].map((each) => grown(text, each)) as [
    string,
    string,
    string,
  ];
  const least = [Infinity, Infinity, Infinity];
  let ratio = Infinity;
  for (let run = 0; run < runs; run++) {
    // The kernel counts in steps of some ms, so that each part takes as long as the others.
    const parts = [
      () => matchAll(expression, whole),
      () => matchAll(PLAIN, plain),
      () => {
        for (let time = 0; time < 4; time++) matchAll(expression, quarter);
      },
    ];
    for (const [part, work] of parts.entries()) least[part] = Math.min(least[part] as number, processorTime(work));
    const [time, plainTime, quarters] = least as [number, number, number];
    ratio = time / plainTime;
    const isLinear = time <= (SUPERLINEAR / 4) * quarters;
    if (ratio <= LEAST_PLAIN || (ratio <= MOST_PLAIN && isLinear)) return undefined;
  }
  return ratio;
}

function slowText(
  { source, flags, longest = LENGTH }: TimedExpression,
  onText: (text: GrowingText, length: number) => void,
) {
  const expression = new RegExp(source, flags);
  for (const text of growingTexts(expression)) {
    const found = tooLong(expression, text, longest, (length) => onText(text, length));
    if (found) return { text, ...found };
  }
  return undefined;
}

if (!isMainThread && workerData?.expressions !== undefined) {
  const { expressions, from } = workerData as { expressions: readonly TimedExpression[]; from: number };
  const ordinary = 'a word and = another; '.repeat(LENGTH / 22);
  matchAll(PLAIN, ordinary);
  usual = Math.min(...[1, 2, 3].map(() => processorTime(() => matchAll(PLAIN, ordinary))));
  const post = (message: object) => parentPort?.postMessage(message);
  for (let index = from; index < expressions.length; index++) {
    const found = slowText(expressions[index] as TimedExpression, (text, length) => post({ index, text, length }));
    if (found) post({ index, ...found });
  }
  post({ index: expressions.length });
}
