// The project's files in one suffix array over reversed contexts: all occurrences of a context lie side by side, and a
// longer context narrows the run. Source: Liu et al. 2024 (infini-gram), with reversed direction, so that one narrowing
// walk yields every back-off order.

import { kinOf, languageIdOf, ngramKinOf } from '../../text/languages.ts';
import { isFenced } from '../../text/prose-text.ts';
import { suffixArray } from '../../text/suffix-array.ts';
import { type Evidence, levels, longestMatch, place } from './evidence.ts';
import { followingLines, type Vocabulary } from './vocabulary.ts';

export interface TokenizedFile {
  readonly path: string;
  readonly tokens: Int32Array;
}

/** A longer run of occurrences is sampled evenly; each sample counts for an equal share of the run. */
const sampled = 192;

/** Properties of the position that a look-up is for. */
export interface LookupScope {
  /** Folder of the query's file. */
  readonly folder: string;
  /** Language kin of the files that are looked up; '' for all files. */
  readonly kin: string;
  /** Kin of the query's file, which is looked up too: other documents have fences like the one around the cursor. */
  readonly ownKin: string;
  /** Hash of the line after the cursor, as `followingLines` makes it. */
  readonly following: number;
}

/** The arrays in a snapshot. */
export interface ProjectArrays {
  readonly paths: readonly string[];
  /** Index of the first token of each file, and the end of the last file. */
  readonly starts: Int32Array;
  /** separator file separator file ... separator */
  readonly tokens: Int32Array;
  /** Positions whose contexts (the tokens before them, read backwards) ascend. */
  readonly order: Int32Array;
  readonly following: Int32Array;
}

export class ProjectIndex {
  readonly arrays: ProjectArrays;
  /** bucket[t]: first index in `order` whose context ends with token t. */
  private readonly bucket: Int32Array;
  private readonly fileOf: Int32Array;
  /** Token, file and following line of each element of `order`, side by side: look-ups read runs, not the text. */
  private readonly tokenAt: Int32Array;
  private readonly fileAtOrder: Int32Array;
  private readonly followingAt: Int32Array;
  /** Number of each file's folder. */
  private readonly folderOf: Int32Array;
  private readonly folderIds = new Map<string, number>();
  /** Number of each file's kin. */
  private readonly kinOf: Int32Array;
  private readonly kinIds = new Map<string, number>();
  private readonly fileByPath: ReadonlyMap<string, number>;
  /** 1 if a newer text of the file is in the overlay. */
  private readonly masked: Uint8Array;
  private own = -1;

  constructor(arrays: ProjectArrays, vocabulary: Vocabulary) {
    this.arrays = arrays;
    const { tokens, starts, paths } = arrays;
    this.bucket = new Int32Array(vocabulary.size + 1);
    for (let at = 0; at < tokens.length; at++)
      this.bucket[(tokens[at] as number) + 1] = (this.bucket[(tokens[at] as number) + 1] as number) + 1;
    for (let token = 0; token < vocabulary.size; token++)
      this.bucket[token + 1] = (this.bucket[token + 1] as number) + (this.bucket[token] as number);
    this.fileOf = new Int32Array(tokens.length + 1).fill(-1);
    for (let file = 0; file < paths.length; file++)
      this.fileOf.fill(file, starts[file], (starts[file + 1] as number) - 1);
    const { order, following } = arrays;
    this.tokenAt = order.map((at) => tokens[at] ?? vocabulary.separator);
    this.fileAtOrder = order.map((at) => this.fileOf[at] as number);
    this.followingAt = order.map((at) => following[at] ?? 0);
    const numbered = (ids: Map<string, number>, name: string) => {
      const known = ids.get(name) ?? ids.size;
      ids.set(name, known);
      return known;
    };
    this.folderOf = Int32Array.from(paths, (path) => numbered(this.folderIds, parentFolder(path)));
    this.kinOf = Int32Array.from(paths, (path) => numbered(this.kinIds, kinOf(path)));
    this.fileByPath = new Map(paths.map((path, file) => [path, file]));
    this.masked = new Uint8Array(paths.length);
  }

  static build(files: readonly TokenizedFile[], vocabulary: Vocabulary): ProjectIndex {
    const length = files.reduce((sum, file) => sum + file.tokens.length + 1, 1);
    const tokens = new Int32Array(length).fill(vocabulary.separator);
    const following = new Int32Array(length);
    const starts = new Int32Array(files.length + 1);
    let at = 1;
    for (const [index, file] of files.entries()) {
      starts[index] = at;
      tokens.set(file.tokens, at);
      following.set(followingLines(tokens, at, at + file.tokens.length, vocabulary), at);
      at += file.tokens.length + 1;
    }
    starts[files.length] = at;
    // The context of position p, read backwards, is the suffix of the reversed text at length - p.
    const order = suffixArray(tokens.slice().reverse(), vocabulary.size, 32);
    for (let k = 0; k < length; k++) order[k] = length - (order[k] as number);
    return new ProjectIndex({ paths: files.map((file) => file.path), starts, tokens, order, following }, vocabulary);
  }

  get tokenCount(): number {
    return this.arrays.tokens.length;
  }

  /** Occurrences of the token in the project. */
  countOf(token: number): number {
    return (this.bucket[token + 1] as number) - (this.bucket[token] as number);
  }

  mask(path: string): boolean {
    const file = this.fileByPath.get(path);
    if (file === undefined) return false;
    this.masked[file] = 1;
    return true;
  }

  maskBelow(folder: string): void {
    for (const [path, file] of this.fileByPath) if (path.startsWith(`${folder}/`)) this.masked[file] = 1;
  }

  /** The file of the query: its indexed copy is out of date and is not used. */
  setOwn(path: string): void {
    this.own = this.fileByPath.get(path) ?? -1;
  }

  isMasked(path: string): boolean {
    const file = this.fileByPath.get(path);
    return file !== undefined && this.masked[file] === 1;
  }

  /** Positions right after an occurrence of `wanted`, at most `limit`, from files that are not masked. */
  find(wanted: Int32Array, limit: number): number[] {
    const last = wanted[wanted.length - 1];
    if (last === undefined) return [];
    let low = this.bucket[last] as number;
    let high = this.bucket[last + 1] as number;
    for (let depth = 1; depth < wanted.length && low < high; depth++) {
      const token = wanted[wanted.length - 1 - depth] as number;
      low = this.narrow(low, high, depth, token);
      high = this.narrow(low, high, depth, token + 1);
    }
    const found: number[] = [];
    for (let k = low; k < high && found.length < limit; k++) {
      const at = this.arrays.order[k] as number;
      if (this.isSeen(this.fileOf[at - 1] as number)) found.push(at);
    }
    return found;
  }

  /** Positions of a token in files that are not masked. */
  *occurrences(token: number): Generator<number> {
    for (let k = this.bucket[token] as number; k < (this.bucket[token + 1] as number); k++) {
      const at = (this.arrays.order[k] as number) - 1;
      if (this.isSeen(this.fileOf[at] as number)) yield at;
    }
  }

  /** The file around a position; undefined between files and in masked ones. */
  fileAt(at: number): { path: string; tokens: Int32Array; fileStart: number; fileEnd: number } | undefined {
    const file = this.fileOf[at] ?? -1;
    if (!this.isSeen(file)) return undefined;
    const { paths, starts, tokens } = this.arrays;
    const fileEnd = (starts[file + 1] as number) - 1;
    return { path: paths[file] as string, tokens, fileStart: starts[file] as number, fileEnd };
  }

  /** The tokens of an indexed file; none of another. */
  tokensOf(path: string): Int32Array {
    const file = this.fileByPath.get(path) ?? -1;
    const { tokens, starts } = this.arrays;
    return file < 0 ? new Int32Array(0) : tokens.subarray(starts[file], (starts[file + 1] as number) - 1);
  }

  private isSeen(file: number): boolean {
    return file >= 0 && file !== this.own && this.masked[file] === 0;
  }

  /** Adds what followed the context context[..end) anywhere in the project to `evidence`. */
  collect(context: Int32Array, end: number, evidence: Evidence, scope: LookupScope): void {
    const last = context[end - 1];
    if (last === undefined) return;
    let low = this.bucket[last] as number;
    let high = this.bucket[last + 1] as number;
    // Runs at each level, widest first: [low, high) pairs.
    const lows = this.lows;
    const highs = this.highs;
    let level = 0;
    let depth = 1;
    for (; low < high; depth++) {
      if (depth === levels[level]) {
        lows[level] = low;
        highs[level] = high;
        level += 1;
      }
      if (depth === longestMatch || depth >= end) break;
      const token = context[end - 1 - depth] as number;
      const from = this.narrow(low, high, depth, token);
      const to = this.narrow(from, high, depth, token + 1);
      if (from === to) break;
      low = from;
      high = to;
    }
    const matched = depth;
    for (let l = 0; l < level; l++) {
      const innerLow = l + 1 < level ? (lows[l + 1] as number) : (highs[l] as number);
      const innerHigh = l + 1 < level ? (highs[l + 1] as number) : (highs[l] as number);
      // The deepest run is reported with the length of its real match.
      const match = l + 1 < level ? (levels[l] as number) : Math.min(matched, longestMatch);
      this.addRun(lows[l] as number, innerLow, match, evidence, scope);
      this.addRun(innerHigh, highs[l] as number, match, evidence, scope);
    }
  }

  private readonly lows = new Int32Array(levels.length);
  private readonly highs = new Int32Array(levels.length);

  /** First index in [low, high) whose context has a token >= `token` at `depth`. */
  private narrow(low: number, high: number, depth: number, token: number): number {
    const { order, tokens } = this.arrays;
    let from = low;
    let to = high;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const position = (order[middle] as number) - 1 - depth;
      if (position < 0 || (tokens[position] as number) < token) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  private addRun(low: number, high: number, match: number, evidence: Evidence, scope: LookupScope): void {
    const size = high - low;
    if (size <= 0) return;
    const samples = Math.min(size, sampled);
    const times = size / samples;
    const folder = this.folderIds.get(scope.folder) ?? -1;
    const kin = scope.kin === '' ? undefined : (this.kinIds.get(scope.kin) ?? -1);
    const ownKin = this.kinIds.get(scope.ownKin) ?? -1;
    for (let i = 0; i < samples; i++) {
      const k = low + Math.floor(i * times);
      const file = this.fileAtOrder[k] as number;
      if (!this.isSeen(file)) continue;
      if (kin !== undefined && this.kinOf[file] !== kin && this.kinOf[file] !== ownKin) continue;
      const home = this.folderOf[file] === folder ? place.folder : place.project;
      const counted = agreement(this.followingAt[k] as number, scope.following, home);
      evidence.add(this.tokenAt[k] as number, match, home, counted, times);
    }
  }
}

/** The place that an occurrence counts as: its own, unless the line after it is the line after the cursor. */
export function agreement(there: number, here: number, home: number): number {
  if (here === 0 || there !== here) return home;
  return here > 0 ? place.agrees : place.agreesWeakly;
}

/**
 * The scope of a position in a file.
 * @param following see LookupScope
 * @param languageId the language at the position, which in a fence is not the file's
 */
export function lookupScope(path: string, following: number, languageId = languageIdOf(path)): LookupScope {
  const language = isFenced(path, languageId) ? languageId : languageIdOf(path);
  return { folder: parentFolder(path), kin: ngramKinOf(language), ownKin: kinOf(path), following };
}

export function parentFolder(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
