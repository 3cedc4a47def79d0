// A small index that is cheap to build and to grow: positions chained by the token before them. Holds the query's own
// file, and the files that changed since the project index was built.
import { type Evidence, longestMatch, place } from './evidence.ts';
import { agreement, type LookupScope, parentFolder } from './project-index.ts';
import { followingLines, type Vocabulary } from './vocabulary.ts';

/** Number of links that are followed for each context. Older occurrences are ignored. */
const followed = 1500;
/** Occurrences within this many tokens before the cursor count as near. */
const nearTokens = 400;

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

  /** Indexes the tokens from `start` on, which have to be complete. */
  link(start: number): void {
    this.following.set(followingLines(this.tokens, start, this.length, this.vocabulary), start);
  }

  /** Makes this the query's own file: nothing in [cursor, resume) is used. */
  setCursor(cursor: number, resume: number): void {
    this.cursor = cursor;
    this.resume = resume;
  }

  followingAt(at: number): number {
    return this.following[at] ?? 0;
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

  /** Changed files: `fileAt` gives the file at a position, undefined if it is outdated or the query's own. */
  collect(
    context: Int32Array,
    end: number,
    evidence: Evidence,
    scope: LookupScope,
    fileAt: (
      at: number,
    ) => { readonly path: string; readonly kin: string; readonly open: boolean; readonly start: number } | undefined,
  ): void {
    let links = followed;
    let at = end > 0 ? (this.heads[context[end - 1] as number] as number) : -1;
    for (; at >= 0 && links > 0; at = this.chain[at] as number, links--) {
      const file = fileAt(at);
      if (file === undefined) continue;
      // The separator before a file counts as its first token.
      const match = this.matchAt(at, file.start - 1, context, end);
      const isKin = scope.kin === '' || file.kin === scope.kin || file.kin === scope.ownKin;
      if (match === 0 || !isKin) continue;
      const home = file.open ? place.open : parentFolder(file.path) === scope.folder ? place.folder : place.project;
      const counted = agreement(this.following[at] as number, scope.following, home);
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
