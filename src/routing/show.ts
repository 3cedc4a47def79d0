// How much of a draft is shown: the beginning whose expected gain is highest, among those that are likely enough to be right to their end.

/** A beginning of a draft, and how likely the author's text begins with it. */
export interface ScoredCut {
  readonly text: string;
  readonly p: number;
  /** UTF-16 units behind the cursor that it takes the place of: closers that it writes itself. Absent: none. */
  readonly over?: number;
  /** The draft's token behind it, and how likely that one is given what stands before it; absent at the draft's end. */
  readonly next?: { readonly text: string; readonly p: number };
}

/**
 * What a wrong suggestion costs in characters: reading it, and the suggest list that it stands before. At the places that the prior was fitted on
 * one of five shows is wrong with it, for nine tenths of the characters that half the annoyance brings.
 */
const ANNOYANCE = 20;
/** What a right one costs: the key that takes it. */
const KEY = 1;

/** Characters that showing it is expected to save. */
export function worth({ text, p }: ScoredCut, annoyance = ANNOYANCE): number {
  return p * (text.trim().length - KEY) - (1 - p) * annoyance;
}

/** What a wrong suggestion costs in the eyes of who has set the bar at `bar`: its odds weigh wrong against right. At 0.5 as above. */
export function annoyanceAt(bar: number): number {
  const b = Math.min(0.999, bar);
  return (ANNOYANCE * b) / (1 - b);
}

/** How sure one has to be of a text for it to be shown: as the bar says, and more where it saves little. */
export function neededFor({ text }: Pick<ScoredCut, 'text'>, bar: number, annoyance = ANNOYANCE): number {
  const saves = Math.max(0, text.trim().length - KEY);
  return Math.max(bar, annoyance === 0 ? 0 : annoyance / (annoyance + saves));
}

/** A draft that is not shown, how sure it is, and from what on it would be. */
export interface HeldBack {
  readonly text: string;
  readonly p: number;
  readonly from: number;
}

/** Of what is not shown that which comes nearest to it. */
export function heldBack(cuts: readonly ScoredCut[], bar: number, annoyance?: number): HeldBack | undefined {
  let nearest: HeldBack | undefined;
  for (const { text, p } of cuts) {
    const from = neededFor({ text }, bar, annoyance);
    if (nearest === undefined || p - from >= nearest.p - nearest.from) nearest = { text, p, from };
  }
  return nearest;
}

/** The cut to show; undefined where none clears the bar and is worth it. Where nothing annoys, the best there is. */
export function bestCut(cuts: readonly ScoredCut[], bar: number, annoyance?: number): ScoredCut | undefined {
  let best: ScoredCut | undefined;
  let most = annoyance === 0 ? -1 : 0;
  for (const cut of cuts) {
    const gain = worth(cut, annoyance);
    if (cut.p >= bar && gain > most) [best, most] = [cut, gain];
  }
  return best;
}

/** What is left of the cuts once `shown` is right. */
export function restOf(cuts: readonly ScoredCut[], { text, p, over = 0 }: ScoredCut): ScoredCut[] {
  return cuts
    .filter((cut) => cut.text.length > text.length && cut.text.startsWith(text))
    .map((cut) => ({
      ...cut,
      text: cut.text.slice(text.length),
      p: Math.min(1, cut.p / p),
      ...(cut.over !== undefined && { over: Math.max(0, cut.over - over) }),
    }));
}
