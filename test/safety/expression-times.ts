// Times regular expressions over growing texts, in a thread that can be ended: an expression may take for ever.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type GrowingText, growingTexts } from './expression-texts.ts';
import type { FoundExpression } from './expressions.ts';

/** Longest time for a text of LENGTH, ms of the thread's processor time. */
export const LONGEST_MS = 40;
export const LENGTH = 100_000;
/** Limit if the time grows no faster than the text: a slow machine is no fault of an expression. */
const LINEAR_MS = 5 * LONGEST_MS;
/** Four times the text takes this much longer: between the 4 of linear growth and the 16 of quadratic growth. */
const SUPERLINEAR = 8;
/** Lengths, UTF-16 units. The small ones end before an exponential expression takes for ever. */
const LENGTHS = [16, 20, 24, 28, 32, 36, 40, 48, 64, 256, 2048, 8192, 25_000, LENGTH];
/** A thread that is silent for longer is ended, ms. */
const SILENT_MS = 10_000;

export interface TimedExpression extends FoundExpression {
  /** Longest text that its callers give it, UTF-16 units; default LENGTH. */
  readonly longest?: number;
}

export interface SlowExpression extends FoundExpression {
  readonly text: GrowingText;
  /** Length of the text, and the time that it took, ms; Infinity if it was ended. */
  readonly length: number;
  readonly ms: number;
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
        slow.push({ ...(expressions[current.index] as FoundExpression), ...current, ms: Number.POSITIVE_INFINITY });
        end(current.index + 1);
      }, SILENT_MS);
      worker.on('message', (message: typeof current & { readonly ms?: number }) => {
        timer.refresh();
        if (message.index === expressions.length) return end(message.index);
        current = message;
        const { ms } = message;
        if (ms !== undefined) slow.push({ ...(expressions[message.index] as FoundExpression), ...message, ms });
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

/** The shortest of some runs, ms of this thread's processor time. */
function processorTime(expression: RegExp, text: string, runs: number): number {
  const times = Array.from({ length: runs }, () => {
    const before = process.threadCpuUsage();
    matchAll(expression, text);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

/** The length and time at which a text takes too long; undefined if it does not. */
function tooLong(expression: RegExp, text: GrowingText, longest: number, onLength: (length: number) => void) {
  for (const length of [...LENGTHS.filter((each) => each < longest), longest]) {
    if (length >= 64) onLength(length);
    const content = grown(text, length);
    const started = performance.now();
    matchAll(expression, content);
    const ms = performance.now() - started;
    // Even quadratic growth would stay below the limit.
    if (length >= 2048 && ms * (longest / length) ** 2 < LONGEST_MS) return undefined;
    if (ms <= LONGEST_MS) continue;
    // Load does not make a short time this long.
    const runs = ms > 5 * LONGEST_MS ? 1 : 3;
    const shortest = processorTime(expression, content, runs);
    if (shortest <= LONGEST_MS) continue;
    const quarter = processorTime(expression, grown(text, length / 4), runs);
    if (shortest > LINEAR_MS || shortest > SUPERLINEAR * quarter) return { length, ms: shortest };
  }
  return undefined;
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
  const post = (message: object) => parentPort?.postMessage(message);
  for (let index = from; index < expressions.length; index++) {
    const found = slowText(expressions[index] as TimedExpression, (text, length) => post({ index, text, length }));
    if (found) post({ index, ...found });
  }
  post({ index: expressions.length });
}
