// A small index that is cheap to build and to grow: positions chained by the token before them. Holds the query's own
// file, the files that changed since the project index was built, and the lines of recent edits.
import { type Evidence, longestMatch, place } from './evidence.ts';
import { agreement, type LookupScope } from './project-index.ts';
import { followingLines, type Vocabulary } from './vocabulary.ts';

/** Number of links that are followed for each context. Older occurrences are ignored. */
const followed = 1500;
/** Occurrences within this many tokens before the cursor count as near. */
const nearTokens = 400;

/** Where an occurrence is. */
export interface Source {
  readonly kin: string;
  /** Position of the first token; the separator before it counts as its first token. */
  readonly start: number;
  /** See `places`. */
  readonly home: number;
  /** The place that its occurrences count as. Absent: its own, or that of agreeing lines. */
  readonly counted?: number;
}

export class ListIndex {
  tokens = new Int32Array(4096);
  length = 0;
  private following = new Int32Array(4096);
  /** chain[p]: the position before p whose preceding token is the same, -1 for none. */
  private chain = new Int32Array(4096);
  private readonly heads: Int32Array;
  private readonly vocabulary: Vocabulary;
  /** Own file only: position of the cursor. */
  private cursor = -1;
  /** Own file only: start of the text after the cursor's line. */
  private resume = -1;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    this.heads = new Int32Array(vocabulary.size).fill(-1);
  }

  clear(): void {
    this.heads.fill(-1);
    this.length = 0;
    this.cursor = -1;
    this.resume = -1;
  }

  /** Appends a file, or a part of one. @returns its first position */
  append(tokens: Int32Array): number {
    const start = this.length;
    this.reserve(start + tokens.length);
    this.tokens.set(tokens, start);
    this.length += tokens.length;
    for (let at = start + 1; at < this.length; at++) {
      const before = this.tokens[at - 1] as number;
      this.chain[at] = this.heads[before] as number;
      this.heads[before] = at;
    }
    return start;
  }

  /**
   * Appends and links a file between separators, so that its first token follows one, as in the project index.
   * @returns the position of its first token
   */
  appendFile(tokens: ArrayLike<number>): number {
    const separated = new Int32Array(tokens.length + 2).fill(this.vocabulary.separator);
    separated.set(tokens, 1);
    const start = 1 + this.append(separated);
    this.link(start);
    return start;
  }

  /** Indexes the tokens from `start` on, which have to be complete. */
  link(start: number): void {
    this.following.set(followingLines(this.tokens, start, this.length, this.vocabulary), start);
  }

  /** Makes this the query's own file: nothing in [cursor, resume) is used. */
  setCursor(cursor: number, resume: number): void {
    this.cursor = cursor;
    this.resume = resume;
  }

  /** Own file: adds what followed the context in the text before and after the cursor. */
  collectOwn(context: Int32Array, end: number, evidence: Evidence, scope: LookupScope): void {
    const { tokens, chain, cursor, resume } = this;
    let links = followed;
    let at = end > 0 ? (this.heads[context[end - 1] as number] as number) : -1;
    for (; at >= 0 && links > 0; at = chain[at] as number, links--) {
      if (at >= cursor && at <= resume) continue;
      const after = at > resume;
      const home = after ? place.after : cursor - at < nearTokens ? place.near : place.before;
      const match = this.matchAt(at, after ? resume : 0, context, end);
      if (match === 0) continue;
      const counted = agreement(this.following[at] as number, scope.following, home);
      evidence.add(tokens[at] as number, match, home, counted, 1);
    }
  }

  /** Other texts: `sourceAt` gives that at a position, undefined if the position does not count. */
  collect(
    context: Int32Array,
    end: number,
    evidence: Evidence,
    scope: LookupScope,
    sourceAt: (at: number) => Source | undefined,
  ): void {
    let links = followed;
    let at = end > 0 ? (this.heads[context[end - 1] as number] as number) : -1;
    for (; at >= 0 && links > 0; at = this.chain[at] as number, links--) {
      const source = sourceAt(at);
      if (source === undefined) continue;
      const { kin, start, home } = source;
      const match = this.matchAt(at, start - 1, context, end);
      const isKin = scope.kin === '' || kin === scope.kin || kin === scope.ownKin;
      if (match === 0 || !isKin) continue;
      const counted = source.counted ?? agreement(this.following[at] as number, scope.following, home);
      evidence.add(this.tokens[at] as number, match, home, counted, 1);
    }
  }

  /** Tokens before `at`, not before `lowest`, that agree with the context's end. */
  private matchAt(at: number, lowest: number, context: Int32Array, end: number): number {
    const most = Math.min(longestMatch, end, at - lowest);
    let match = 0;
    while (match < most && this.tokens[at - 1 - match] === context[end - 1 - match]) match += 1;
    return match;
  }

  private reserve(needed: number): void {
    if (needed <= this.tokens.length) return;
    const size = Math.max(needed, this.tokens.length * 2);
    for (const key of ['tokens', 'following', 'chain'] as const) {
      const larger = new Int32Array(size);
      larger.set(this[key]);
      this[key] = larger;
    }
  }
}

/** The source around a position; undefined if it is a separator. @param sources in order of `start` */
export function sourceAt<S extends { readonly start: number; readonly end: number }>(
  sources: readonly S[],
  at: number,
): S | undefined {
  let low = 0;
  let high = sources.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const source = sources[middle] as S;
    if (at < source.start) high = middle - 1;
    else if (at >= source.end) low = middle + 1;
    else return source;
  }
  return undefined;
}
