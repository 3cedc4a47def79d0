// Ranks whole candidate lines by what their tokens' probabilities cannot see: the text after the cursor, brackets,
// indents, neighbouring lines, names. These are the features of a conditional logit (common/statistics/).
import { bracketBalance } from '../../text/line-state.ts';
import { indentLength, lineAbove, lineEnd, lineStart, linesBelow } from '../../text/lines.ts';
import shipped from './default-weights.json' with { type: 'json' };
import { cells } from './evidence.ts';
import { baseSize, escapeSize, type MixtureWeights } from './mixture.ts';
import type { Hypothesis } from './search.ts';

/** The context of a query that the ranking uses; made once per query. */
export interface RankingContext {
  readonly prefix: string;
  readonly suffix: string;
  readonly lineBefore: string;
  /** Nearest lines with text, trimmed; '' if there is none. */
  readonly previousLine: string;
  readonly nextLine: string;
  /** Names in the next lines. */
  readonly namesAfter: ReadonlySet<string>;
  /** Names in the lines right before. */
  readonly namesBefore: ReadonlySet<string>;
}

/** A candidate line: the text to insert, and its feature values. */
export interface LineCandidate {
  readonly hypothesis: Hypothesis;
  readonly text: string;
  readonly features: Float32Array;
}

/** How far neighbouring lines may be, UTF-16 units. */
const reachAbove = 600;
const reachBelow = 1200;
const names = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
const closer = /^\s*[)\]}]/;
const opener = /(?:[([{]|=>|[=:?]|&&|\|\|)$/;

/** Whether the next line has a larger (1) or smaller (-1) indent than this one; undefined: there is none. */
type Depth = -1 | 0 | 1 | undefined;

/** One row per feature, in the order of the weights. `nextLine`: log probability of the line that follows. */
interface FeatureInputs {
  readonly candidate: string;
  readonly hypothesis: Hypothesis;
  readonly logNextLine: number;
  readonly around: RankingContext;
  readonly line: string;
  readonly depth: Depth;
  readonly nameCounts: { readonly fresh: number; readonly wanted: number; readonly recent: number };
  readonly best: number;
}

const flag = (condition: boolean) => (condition ? 1 : 0);
const lowest = (h: Hypothesis) => h.steps.reduce((low, step) => Math.min(low, step.probability), 1);
const lastOf = (text: string) => text.slice(-1);
const isDeeper = (depth: Depth) => depth === 1;
const isNotDeeper = (depth: Depth) => depth === 0 || depth === -1;

const features: readonly ((inputs: FeatureInputs) => number)[] = [
  ({ hypothesis }) => hypothesis.logProbability,
  ({ hypothesis }) => Math.log(Math.max(1e-4, lowest(hypothesis))),
  ({ hypothesis }) => (hypothesis.logLineEnd === Number.NEGATIVE_INFINITY ? 0 : Math.max(-8, hypothesis.logLineEnd)),
  ({ logNextLine }) => logNextLine / 2,
  ({ hypothesis }) => Math.log1p(hypothesis.steps.length),
  ({ candidate }) => Math.log1p(candidate.trim().length),
  ({ line, depth }) => flag(opener.test(line) && isDeeper(depth)),
  ({ line, depth }) => flag(opener.test(line) && isNotDeeper(depth)),
  ({ line, depth }) => flag(!opener.test(line) && isDeeper(depth)),
  ({ line, around }) => flag(line.trim() === around.nextLine.trim()),
  ({ line, around }) => flag(line.trim() === around.previousLine.trim()),
  ({ line, around }) => flag(line.trim().length > 3 && around.suffix.includes(`${line.trim()}\n`)),
  ({ line, around }) => flag(line.trim().length > 3 && around.prefix.includes(`${line.trim()}\n`)),
  ({ line, around }) => flag(lastOf(line) === lastOf(around.previousLine) && sameIndent(line, around.previousLine)),
  ({ line, around }) => flag(lastOf(line) === lastOf(around.nextLine) && sameIndent(line, around.nextLine)),
  ({ nameCounts }) => Math.min(3, nameCounts.fresh),
  ({ nameCounts }) => Math.min(3, nameCounts.wanted),
  ({ hypothesis }) => Math.log1p(hypothesis.steps.reduce((low, step) => Math.min(low, step.matchLength), 24)),
  ({ hypothesis }) => Math.log1p(hypothesis.steps[0]?.matchLength ?? 0),
  ({ candidate }) => flag(unbalanced(candidate)),
  ({ hypothesis, best }) => flag(hypothesis.logProbability >= best),
  ({ hypothesis }) => Math.max(-8, Math.log(Math.max(1e-4, hypothesis.steps[0]?.probability ?? 1))),
  ({ hypothesis }) => flag(!hypothesis.finished),
  // A closing bracket has a smaller indent than what it closes.
  ({ line, around }) => flag(closer.test(line) && indentLength(line) < indentLength(around.previousLine)),
  ({ line, around }) => flag(closer.test(line) && indentLength(line) >= indentLength(around.previousLine)),
  // If the next line closes a block at this line's indent, this line has to open it.
  ({ line, around, depth }) => flag(depth === 0 && closer.test(around.nextLine) && bracketBalance(line) > 0),
  ({ line, around, depth }) => flag(depth === 0 && closer.test(around.nextLine) && bracketBalance(line) <= 0),
  ({ line, depth }) => flag(isNotDeeper(depth) && bracketBalance(line) > 0),
  ({ candidate }) => flag(bracketBalance(candidate) < 0),
  ({ hypothesis }) => hypothesis.logProbability / Math.max(1, hypothesis.steps.length),
  ({ nameCounts }) => nameCounts.recent,
  ({ hypothesis }) => meanOf(hypothesis, (step) => Number(step.tier === 'open-file')),
  ({ hypothesis }) => meanOf(hypothesis, (step) => Math.log1p(step.count)),
];

function meanOf({ steps }: Hypothesis, value: (step: Hypothesis['steps'][number]) => number): number {
  return steps.reduce((sum, step) => sum + value(step), 0) / Math.max(1, steps.length);
}

/** Features of 'none of these'. */
const nullFeatures: readonly ((best: number, around: RankingContext, count: number) => number)[] = [
  () => 1,
  (best) => best,
  (_, around) => flag(around.lineBefore.trim() === ''),
  (_, around) => flag(around.nextLine === ''),
  (_best, _around, count) => Math.log1p(count),
  (_best, around) => Math.log1p(around.lineBefore.trim().length),
];

export const candidateFeatures = features.length;
export const rankingSize = features.length + nullFeatures.length;

export function surroundings(prefix: string, suffix: string): RankingContext {
  const end = lineEnd(suffix);
  const after = suffix.slice(end + 1, end + reachBelow);
  return {
    prefix,
    suffix,
    lineBefore: prefix.slice(lineStart(prefix)),
    previousLine: lineAbove(prefix, reachAbove),
    nextLine: (linesBelow(suffix, 1, reachBelow)[0] ?? '').trimEnd(),
    namesAfter: new Set(after.match(names)),
    namesBefore: new Set(prefix.slice(-500).match(names)),
  };
}

export interface Unranked {
  readonly hypothesis: Hypothesis;
  readonly text: string;
  readonly logNextLine: number;
}

export function describe(unranked: readonly Unranked[], around: RankingContext): LineCandidate[] {
  const best = bestOf(unranked);
  const inPrefix = new Map<string, boolean>();
  const isInPrefix = (name: string) => {
    let seen = inPrefix.get(name);
    if (seen === undefined) {
      seen = around.prefix.includes(name);
      inPrefix.set(name, seen);
    }
    return seen;
  };
  return unranked.map(({ hypothesis, text, logNextLine }) => {
    const line = (around.lineBefore + text).trimEnd();
    const found = text.match(names) ?? [];
    const unseen = found.filter((name) => !isInPrefix(name));
    const wanted = unseen.filter((name) => around.namesAfter.has(name)).length;
    const inputs: FeatureInputs = {
      candidate: text,
      hypothesis,
      logNextLine,
      around,
      line,
      depth: depthOf(line, around.nextLine),
      nameCounts: {
        fresh: unseen.length - wanted,
        wanted,
        recent: found.length === 0 ? 0 : found.filter((name) => around.namesBefore.has(name)).length / found.length,
      },
      best,
    };
    return { hypothesis, text, features: Float32Array.from(features, (feature) => feature(inputs)) };
  });
}

/** Features of 'none of these'. */
export function describeNone(unranked: readonly Unranked[], around: RankingContext): Float32Array {
  const best = bestOf(unranked);
  return Float32Array.from(nullFeatures, (feature) => feature(best, around, unranked.length));
}

function bestOf(unranked: readonly Unranked[]): number {
  return unranked.reduce((best, { hypothesis }) => Math.max(best, hypothesis.logProbability), -20);
}

/** Nothing is said against a line that opens a block at a file's end. */
function depthOf(line: string, next: string): Depth {
  return next === '' ? undefined : (Math.sign(indentLength(next) - indentLength(line)) as -1 | 0 | 1);
}

function sameIndent(a: string, b: string): boolean {
  return indentLength(a) === indentLength(b);
}

/** An odd number of one kind of quote. */
function unbalanced(text: string): boolean {
  return ['"', "'", '`'].some((quote) => (text.split(quote).length - 1) % 2 === 1);
}

export interface NgramWeights extends MixtureWeights {
  /** Weights of the ranking's features; see `ranking.ts`. */
  readonly ranking: Float32Array;
}

const sizes = { places: cells, escape: escapeSize, base: baseSize, ranking: rankingSize } as const;

/** Fitted on other packages; see `bench/ngram/fit-defaults.ts`. */
export function defaultWeights(): NgramWeights {
  const of = (part: keyof typeof sizes) => {
    const values = shipped[part];
    if (values.length !== sizes[part])
      throw new Error('default-weights.json does not fit this version: run bench/ngram/fit-defaults.ts');
    return Float32Array.from(values);
  };
  return { places: of('places'), escape: of('escape'), base: of('base'), ranking: of('ranking') };
}
