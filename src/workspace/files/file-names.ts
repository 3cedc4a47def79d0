// What the path of a file says: secret, vendored, generated or binary; and whether it is for training, validation or
// test.

import { hash } from 'node:crypto';
import fileNamesJson from './file-names.json' with { type: 'json' };
import type { LeftOutReason, Split } from './harvest-types.ts';

/** A row of file-names.json. */
interface NameRule {
  readonly reason: string;
  /** Matched against the path relative to the folder, with '/' separators. */
  readonly pattern: string;
  readonly unless?: string;
  /** Case matters. */
  readonly isExact?: boolean;
}

/** The first match wins, so the rules for secret files come first. */
const nameRules: { readonly reason: LeftOutReason; readonly pattern: RegExp; readonly unless: RegExp | undefined }[] =
  [];
for (const { reason, pattern, unless, isExact } of fileNamesJson as readonly NameRule[])
  nameRules.push({
    reason: reason as LeftOutReason,
    pattern: new RegExp(pattern, isExact ? '' : 'i'),
    unless: unless === undefined ? undefined : new RegExp(unless, 'i'),
  });

/** The reason to leave out a file by its path, or undefined if its content must decide. */
export function leftOutByName(path: string): LeftOutReason | undefined {
  return nameRules.find((rule) => rule.pattern.test(path) && !rule.unless?.test(path))?.reason;
}

/** Whether a file is made to hold keys or passwords: it is never used for training, and no prompts are made in it. */
export function isSecretFile(path: string): boolean {
  return leftOutByName(path) === 'secret-file';
}

/** Whether a settings file is left out completely as soon as a secret is found in it. */
export function isSecretFileIfAnyFound(path: string): boolean {
  return /(?:^|\/)(?:\.npmrc|\.yarnrc(?:\.yml)?|pip\.conf|\.condarc|auth\.json|settings\.xml|nuget\.config)$/i.test(
    path,
  );
}

/** Upper bounds of the splits in the unit interval. */
const splitBounds: readonly (readonly [Split, number])[] = [
  ['train', 0.8],
  ['validation', 0.9],
  ['test', 1],
];

/** Maps a path to [0, 1). The result is the same on every machine. */
export function splitFraction(path: string): number {
  return Number.parseInt(hash('sha256', path, 'hex').slice(0, 12), 16) / 2 ** 48;
}

/** Splits 80 / 10 / 10 % by the path's hash. Neither an edit nor another file changes the split. */
export function splitOf(path: string): Split {
  const fraction = splitFraction(path);
  return splitBounds.find(([, end]) => fraction < end)?.[0] ?? 'test';
}

/**
 * Applies `splitOf` to all files of a folder, but leaves no split empty if there are at least three files.
 * An empty split takes a file from the largest split: the one nearest to the middle of the empty split's interval.
 * Files move only in small folders; three out of four folders of 20 files have no empty split. With fewer than three
 * files, all are training files.
 */
export function assignSplits(paths: readonly string[]): Map<string, Split> {
  const splits = new Map<string, Split>(paths.map((path) => [path, paths.length < 3 ? 'train' : splitOf(path)]));
  if (paths.length < 3) return splits;
  let begin = 0;
  for (const [split, end] of splitBounds) {
    const middle = (begin + end) / 2;
    begin = end;
    const members = (of: Split) => paths.filter((path) => splits.get(path) === of);
    if (members(split).length > 0) continue;
    const donor = splitBounds
      .map(([name]) => members(name))
      .reduce((largest, candidate) => (candidate.length > largest.length ? candidate : largest));
    const distance = (path: string) => Math.abs(splitFraction(path) - middle);
    const nearest = donor.reduce((best, path) => (distance(path) < distance(best) ? path : best));
    splits.set(nearest, split);
  }
  return splits;
}

/**
 * Selects about half of the paths by another hash, so that other files do not change the half of a path. If one half
 * would get less than a third, the nearest paths of the other half move to it. Of a single path, none is selected.
 */
export function firstHalf(paths: readonly string[]): Set<string> {
  const fraction = (path: string) => splitFraction(`fit ${path}`);
  const ordered = [...paths].sort((a, b) => fraction(a) - fraction(b));
  const belowHalf = ordered.filter((path) => fraction(path) < 0.5).length;
  const maxSelected = Math.floor((2 * ordered.length) / 3);
  const minSelected = Math.min(maxSelected, Math.ceil(ordered.length / 3));
  return new Set(ordered.slice(0, Math.max(minSelected, Math.min(belowHalf, maxSelected))));
}
