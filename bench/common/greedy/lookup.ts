// Drafts for speculation: what followed the last tokens the last time they occurred (prompt lookup, Saxena 2023).

const LONGEST = 4;
const SHORTEST = 2;

/** Remembers where each short run of tokens last ended, so that a draft costs a few look-ups however long the context is. */
export class Lookup {
  private readonly tokens: number[] = [];
  private readonly ends = new Map<string, number>();
  private indexed = 0;

  constructor(tokens: Iterable<number>) {
    for (const token of tokens) this.tokens.push(token);
  }

  push(token: number): void {
    this.tokens.push(token);
  }

  /** At most `count` tokens; none where the last tokens are new. */
  draft(count: number): number[] {
    // Runs that end before the last token: the current suffix must not find itself.
    for (let end = Math.max(this.indexed, SHORTEST); end < this.tokens.length; end++) {
      for (let n = SHORTEST; n <= Math.min(LONGEST, end); n++) this.ends.set(this.key(end, n), end);
    }
    this.indexed = Math.max(this.indexed, this.tokens.length);
    for (let n = Math.min(LONGEST, this.tokens.length); n >= SHORTEST; n--) {
      const end = this.ends.get(this.key(this.tokens.length, n));
      if (end !== undefined) return this.tokens.slice(end, end + count);
    }
    return [];
  }

  private key(end: number, n: number): string {
    return this.tokens.slice(end - n, end).join();
  }
}
