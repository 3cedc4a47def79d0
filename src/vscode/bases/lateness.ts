// Whether drafts take much longer than was measured, and have for a while. Pure.

/** So many drafts of single lines, over so long at least, ms: a moment of load is none. */
const DRAFTS = 12;
const SPAN_MS = 60_000;
/** Much longer: so many times what a line was measured to take, and this long at least, ms. */
const TIMES = 2;
const LEAST_MS = 150;

export class Lateness {
  private drafts: { readonly ms: number; readonly at: number }[] = [];

  /** What a line takes now, ms, where that is much longer than `measuredMs`; else undefined. */
  observe(ms: number, at: number, measuredMs: number): number | undefined {
    this.drafts.push({ ms, at });
    // The oldest goes only where those that stay are over long enough.
    while (this.drafts.length > DRAFTS && at - (this.drafts[1]?.at ?? at) >= SPAN_MS) this.drafts.shift();
    if (this.drafts.length < DRAFTS || at - (this.drafts[0]?.at ?? at) < SPAN_MS) return undefined;
    const sorted = this.drafts.map((draft) => draft.ms).sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1] as number;
    return median > Math.max(LEAST_MS, TIMES * measuredMs) ? median : undefined;
  }

  clear(): void {
    this.drafts = [];
  }
}
