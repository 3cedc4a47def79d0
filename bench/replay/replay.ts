// A commit's hunks applied one after the other to its parent's files, and what each offered edit would do to the rest.
import { shuffled } from '../../src/common/statistics/random.ts';
import { changesBetween } from '../../src/edits/history/changes.ts';
import { tokensOf } from '../../src/edits/history/tokens.ts';
import { lineNumber } from '../../src/text/lines.ts';
import type { Commit, Hunk } from './commits.ts';

export type Order = 'top-down' | 'shuffled';

/** A replacement in a file's present text; offsets in UTF-16 units. */
export interface Offer {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/**
 * 'exact': a remaining hunk. 'part': the same tokens inside a remaining hunk. 'place': at a remaining hunk, with other
 * tokens. 'wrong': elsewhere.
 */
export interface Verdict {
  readonly kind: 'exact' | 'part' | 'place' | 'wrong';
  readonly hunk: number | undefined;
}

const SEED = 30;
/** Longer hunks are not compared token by token, tokens. */
const MAX_TOKENS = 3000;

/** The order in which a commit's hunks are applied, as indexes. */
export function orderOf({ id, hunks }: Commit, order: Order): number[] {
  const indexes = hunks.map((_, i) => i);
  if (order === 'top-down') return indexes;
  const paths = [...new Set(hunks.map(({ path }) => path))];
  const seed = SEED + Number.parseInt(id.slice(0, 6), 16);
  return paths.flatMap((path, number) => {
    const own = indexes.filter((i) => hunks[i]?.path === path);
    return shuffled(own.length, seed + number).map((i) => own[i] as number);
  });
}

export class ReplayedCommit {
  readonly commit: Commit;
  private readonly lines = new Map<string, string[]>();
  /** The present texts, as far as they were asked for. */
  private readonly texts = new Map<string, string>();
  private readonly done = new Set<number>();

  constructor(commit: Commit) {
    this.commit = commit;
    for (const { path } of commit.hunks) this.lines.set(path, (commit.tree.get(path) as string).split('\n'));
  }

  textOf(path: string): string {
    const text = this.texts.get(path) ?? this.lines.get(path)?.join('\n') ?? (this.commit.tree.get(path) as string);
    this.texts.set(path, text);
    return text;
  }

  get remaining(): number[] {
    return this.commit.hunks.flatMap((_, i) => (this.done.has(i) ? [] : [i]));
  }

  /** First line of a remaining hunk in the present text. */
  lineOf(index: number): number {
    const hunk = this.commit.hunks[index] as Hunk;
    let line = hunk.start;
    for (const i of this.done) {
      const other = this.commit.hunks[i] as Hunk;
      if (other.path === hunk.path && i < index) line += other.inserted.length - other.removed.length;
    }
    return line;
  }

  place(index: number): { readonly line: number; readonly hunk: Hunk } {
    return { line: this.lineOf(index), hunk: this.commit.hunks[index] as Hunk };
  }

  /** Applies a hunk. @returns its place in the text before */
  apply(index: number): { readonly line: number; readonly hunk: Hunk } {
    const { line, hunk } = this.place(index);
    this.lines.get(hunk.path)?.splice(line, hunk.removed.length, ...hunk.inserted);
    this.texts.delete(hunk.path);
    this.done.add(index);
    return { line, hunk };
  }

  judge({ path, start, end, replacement }: Offer): Verdict {
    if (!this.commit.hunks.some((hunk) => hunk.path === path)) return { kind: 'wrong', hunk: undefined };
    const text = this.textOf(path);
    const lines = this.lines.get(path) as string[];
    const [first, last] = [lineNumber(text, start), lineNumber(text, end)];
    let place: number | undefined;
    for (const index of this.remaining) {
      const hunk = this.commit.hunks[index] as Hunk;
      if (hunk.path !== path) continue;
      const at = this.lineOf(index);
      const behind = at + hunk.removed.length;
      // An insertion lies between two lines.
      if (last < at - 1 || first > behind) continue;
      const from = Math.max(0, Math.min(first, at - 1));
      const to = Math.min(lines.length, Math.max(last, behind) + 1);
      const offset = lines.slice(0, from).reduce((sum, line) => sum + line.length + 1, 0);
      const before = lines.slice(from, to).join('\n');
      const wanted = [...lines.slice(from, at), ...hunk.inserted, ...lines.slice(behind, to)].join('\n');
      const after = before.slice(0, start - offset) + replacement + before.slice(end - offset);
      const [a, b, c] = [before, after, wanted].map((part) => tokensOf(part).map((token) => token.text)) as [
        string[],
        string[],
        string[],
      ];
      if (Math.max(a.length, c.length) > MAX_TOKENS) continue;
      const step = distance(a, b);
      if (step > 0 && distance(a, c) - distance(b, c) === step)
        return { kind: distance(b, c) === 0 ? 'exact' : 'part', hunk: index };
      const isInside = hunk.removed.length === 0 ? first >= at - 1 && last <= at : first < behind && last >= at;
      if (isInside) place = index;
    }
    return place === undefined ? { kind: 'wrong', hunk: undefined } : { kind: 'place', hunk: place };
  }
}

/** Tokens to delete and to insert between two lists. */
function distance(a: readonly string[], b: readonly string[]): number {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let [toA, toB] = [a.length, b.length];
  while (toA > start && toB > start && a[toA - 1] === b[toB - 1]) {
    toA--;
    toB--;
  }
  const [height, width] = [toA - start, toB - start];
  if (height === 0 || width === 0) return height + width;
  let row = new Int32Array(width + 1);
  for (let i = 0; i < height; i++) {
    const next = new Int32Array(width + 1);
    for (let j = 0; j < width; j++)
      next[j + 1] =
        a[start + i] === b[start + j] ? (row[j] as number) + 1 : Math.max(row[j + 1] as number, next[j] as number);
    row = next;
  }
  return height + width - 2 * (row[width] as number);
}

/** What a hunk removes and inserts, change by change, as token texts. */
function changesOf({ removed, inserted }: Hunk): { readonly removed: string[]; readonly inserted: string[] }[] {
  const [before, after] = [removed, inserted].map((lines) => lines.map((line) => `${line}\n`).join('')) as [
    string,
    string,
  ];
  const texts = (text: string) => tokensOf(text).map((token) => token.text);
  return changesBetween(before, after).map(({ oldStart, oldEnd, newStart, newEnd }) => ({
    removed: texts(before.slice(oldStart, oldEnd)),
    inserted: texts(after.slice(newStart, newEnd)),
  }));
}

/**
 * Tokens with each word replaced by the number of its first occurrence, in removed and inserted tokens together: equal
 * for changes that are the same up to renaming. Words that are only inserted stay, because nothing tells their names.
 */
function shapeOf({
  removed,
  inserted,
}: {
  readonly removed: readonly string[];
  readonly inserted: readonly string[];
}): string {
  const numbers = new Map<string, number>();
  const isWord = (text: string) => /^[\p{L}_$]/u.test(text);
  for (const text of removed) if (isWord(text) && !numbers.has(text)) numbers.set(text, numbers.size);
  const renamed = (text: string) => numbers.get(text) ?? text;
  return JSON.stringify([removed.map(renamed), inserted.map(renamed)]);
}

/**
 * The hunks that repeat an earlier one of the order: each of their changes removes and inserts the same tokens, up to
 * renaming, as one change of an earlier hunk, and a word is among them.
 */
export function repeatingHunks({ hunks }: Commit, order: readonly number[]): Set<number> {
  const seen = new Set<string>();
  const repeating = new Set<number>();
  for (const index of order) {
    const changes = changesOf(hunks[index] as Hunk);
    const shapes = changes.map(shapeOf);
    const hasWord = changes.some(({ removed, inserted }) =>
      [...removed, ...inserted].some((text) => /\p{L}/u.test(text)),
    );
    if (shapes.length > 0 && hasWord && shapes.every((shape) => seen.has(shape))) repeating.add(index);
    for (const shape of shapes) seen.add(shape);
  }
  return repeating;
}
