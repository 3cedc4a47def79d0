// The displayed part of a draft: the cut with the highest expected gain among those above the threshold.

/** A cut of a draft, and the probability that the author's text begins with it. */
export interface ScoredCut {
  readonly text: string;
  readonly p: number;
  /** UTF-16 units after the cursor that it replaces: closers that it writes itself. Absent: none. */
  readonly over?: number;
  /** The draft's next token, and its conditional probability; absent at the draft's end. */
  readonly next?: { readonly text: string; readonly p: number };
}

/**
 * Cost of a wrong suggestion, in characters: reading it, and the suggestion list that it hides. At the positions of the
 * prior's fit, one of five shown suggestions is wrong with it; it saves nine tenths of the characters that half this
 * cost saves.
 */
const ANNOYANCE = 20;
/** Cost of a right suggestion, in characters: the key that accepts it. */
const KEY = 1;

/** Expected saving of showing a cut, in characters. */
export function worth({ text, p }: ScoredCut, annoyance = ANNOYANCE): number {
  return p * (text.trim().length - KEY) - (1 - p) * annoyance;
}

/** Cost of a wrong suggestion for a user's threshold `bar`: proportional to its odds; the cost above at 0.5. */
export function annoyanceAt(bar: number): number {
  const b = Math.min(0.999, bar);
  return (ANNOYANCE * b) / (1 - b);
}

/** The probability at which a text is shown: at least the threshold, and more if it saves little. */
export function neededFor({ text }: Pick<ScoredCut, 'text'>, bar: number, annoyance = ANNOYANCE): number {
  const saves = Math.max(0, text.trim().length - KEY);
  return Math.max(bar, annoyance === 0 ? 0 : annoyance / (annoyance + saves));
}

/** A draft that is not shown, its probability, and the probability from which it would be shown. */
export interface HeldBack {
  readonly text: string;
  readonly p: number;
  readonly from: number;
}

/** The cut that is nearest to being shown. */
export function heldBack(cuts: readonly ScoredCut[], bar: number, annoyance?: number): HeldBack | undefined {
  let nearest: HeldBack | undefined;
  for (const { text, p } of cuts) {
    const from = neededFor({ text }, bar, annoyance);
    if (nearest === undefined || p - from >= nearest.p - nearest.from) nearest = { text, p, from };
  }
  return nearest;
}

/**
 * The cut to show; undefined if none passes the threshold and saves something. With annoyance 0 savings need not be
 * positive.
 */
export function bestCut(cuts: readonly ScoredCut[], bar: number, annoyance?: number): ScoredCut | undefined {
  let best: ScoredCut | undefined;
  let most = annoyance === 0 ? -1 : 0;
  for (const cut of cuts) {
    const gain = worth(cut, annoyance);
    if (cut.p >= bar && gain > most) [best, most] = [cut, gain];
  }
  return best;
}

/** The remaining cuts after the shown one was accepted. */
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
