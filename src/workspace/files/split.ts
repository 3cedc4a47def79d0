// Assigns files to training, validation and test by their path.

import { hash } from 'node:crypto';
import type { Split } from './types.ts';

/** Upper ends of the splits in the unit interval. */
const bounds: readonly (readonly [Split, number])[] = [
  ['train', 0.8],
  ['validation', 0.9],
  ['test', 1],
];

/** Maps a path to [0, 1), the same on every machine. */
export function splitFraction(path: string): number {
  return Number.parseInt(hash('sha256', path, 'hex').slice(0, 12), 16) / 2 ** 48;
}

/** 80 / 10 / 10 % by the path's hash: neither an edit nor another file moves it. */
export function splitOf(path: string): Split {
  const place = splitFraction(path);
  return bounds.find(([, end]) => place < end)?.[0] ?? 'test';
}

/**
 * `splitOf` for all files of a folder, save that with three files or more no split stays empty: a split that the hash
 * leaves empty takes, from the split with most files, the one whose place is nearest to its own part of the interval.
 * So files move only while the folder is so small that the hash alone leaves a split empty (three out of four folders
 * of
 * 20 files have none such), and then one for each empty split. With fewer than three files all are learned from.
 */
export function assignSplits(paths: readonly string[]): Map<string, Split> {
  const splits = new Map<string, Split>(paths.map((path) => [path, paths.length < 3 ? 'train' : splitOf(path)]));
  if (paths.length < 3) return splits;
  let begin = 0;
  for (const [split, end] of bounds) {
    const middle = (begin + end) / 2;
    begin = end;
    const members = (of: Split) => paths.filter((path) => splits.get(path) === of);
    if (members(split).length > 0) continue;
    const donor = bounds
      .map(([name]) => members(name))
      .reduce((most, each) => (each.length > most.length ? each : most));
    const distance = (path: string) => Math.abs(splitFraction(path) - middle);
    const nearest = donor.reduce((best, path) => (distance(path) < distance(best) ? path : best));
    splits.set(nearest, split);
  }
  return splits;
}

/**
 * About half of some paths, by other hashes of theirs, so that no other file moves one from half to half; save that of
 * so few that one half would
 * get less than a third, those nearest to it make it up. Of a single path none.
 */
export function firstHalf(paths: readonly string[]): Set<string> {
  const place = (path: string) => splitFraction(`fit ${path}`);
  const ordered = [...paths].sort((a, b) => place(a) - place(b));
  const half = ordered.filter((path) => place(path) < 0.5).length;
  const most = Math.floor((2 * ordered.length) / 3);
  const least = Math.min(most, Math.ceil(ordered.length / 3));
  return new Set(ordered.slice(0, Math.max(least, Math.min(half, most))));
}
