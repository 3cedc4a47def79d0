// Which part of a draft is displayed. One rule: the cut that is expected to save most. It is shown if that is worth the
// glance at it.
import { bringsWord } from '../text/prose-text.ts';
import type { Limits } from './limits.ts';
import type { WhyHeld } from './reasons.ts';

/** A cut of a draft, and the probability that the author's text begins with it. */
export interface ScoredCut {
  readonly text: string;
  readonly p: number;
  /** What ends at the cut's end: the line, or an argument, call or statement. Absent: only a word. */
  readonly ends?: CutEnd;
  /** UTF-16 units after the cursor that it replaces: closing brackets that `text` contains. Absent: none. */
  readonly over?: number;
  /** The draft's next token, and its conditional probability; absent at the draft's end. */
  readonly next?: { readonly text: string; readonly p: number };
}

export type CutEnd = 'line' | 'unit';

/** What the draft's text ends with after `length` UTF-16 units. */
export function endOf(text: string, length: number): CutEnd | undefined {
  const rest = text.slice(length);
  if (rest === '' || /^[^\S\n]*\n/.test(rest)) return 'line';
  return /[,;)\]}]$/.test(text.slice(0, length)) || /^\s*[,;)\]}]/.test(rest) ? 'unit' : undefined;
}

/** By hand any text is shown that reaches the threshold. */
export interface ShowLimits
  extends Pick<Limits, 'threshold'>,
    Partial<Pick<Limits, 'isManual' | 'raisedBy' | 'sentence'>> {
  /** Least probability, whatever the length; never less than its share of the threshold. */
  readonly least?: number;
}

// The next three were chosen on six passages in three repositories (Rust, Go, JavaScript), where they write 0.55 of the
// characters with 0.32 wrong at a threshold of 0.5, instead of 0.46 and 0.23 with floors of ten characters. On seven
// passages elsewhere (Python, TypeScript, Markdown) it is 0.47 and 0.34, instead of 0.33 and 0.23.
/** A right text saves its characters and the thought about them, which counts as so many. A wrong one saves nothing. */
const THOUGHT = 15;
/** A whole line needs no second decision, characters. */
const LINE_BONUS = 4;
/** No text is shown with less than this part of the threshold, however long it is. */
const LEAST_SHARE = 0.7;
/** The threshold is the probability from which a text of so many characters is shown. */
const USUAL_LENGTH = 10;
/** Less does not pay for the key and the glance, characters. */
const MIN_LENGTH = 3;

const lengthOf = (text: string) => text.trim().length;
const savedBy = ({ text, ends }: ScoredCut) => lengthOf(text) + (ends === 'line' ? LINE_BONUS : 0);

/** The price of a glance, characters: what a text of USUAL_LENGTH is expected to save at the threshold. */
export function glancePrice(threshold: number): number {
  return threshold * (USUAL_LENGTH + THOUGHT);
}

/** Expected gain of showing a cut, characters. */
export function gainOf(cut: ScoredCut, { threshold, isManual }: ShowLimits): number {
  const saved = savedBy(cut);
  return isManual ? cut.p * saved : cut.p * (saved + THOUGHT) - glancePrice(threshold);
}

/**
 * The probability from which a cut is shown: the shorter it is, the higher. At a threshold of 1 only certainty is
 * shown.
 */
export function shownFrom(cut: ScoredCut, limits: ShowLimits): number {
  const { threshold, isManual, least = 0 } = limits;
  if (isManual || threshold === 1) return threshold;
  const breakEven = glancePrice(threshold) / (savedBy(cut) + THOUGHT);
  return Math.max(least, LEAST_SHARE * threshold, breakEven);
}

/** A draft that is not shown, its probability, and the probability from which it would be shown. */
export interface HeldBack {
  readonly text: string;
  readonly p: number;
  readonly from: number;
  /** Absent: the glance costs more than the text is expected to save. */
  readonly why?: WhyHeld;
}

const isLongEnough = ({ text }: ScoredCut, { isManual, sentence }: ShowLimits) =>
  isManual === true || (lengthOf(text) >= MIN_LENGTH && (sentence === undefined || bringsWord(text, sentence)));

/**
 * The cut that comes nearest to being shown; undefined if there is none.
 * @param rejected the cuts were rejected here a moment ago
 */
export function heldBack(cuts: readonly ScoredCut[], limits: ShowLimits, rejected = false): HeldBack | undefined {
  let nearest: HeldBack | undefined;
  for (const cut of cuts) {
    const { text, p } = cut;
    const from = Math.min(1, shownFrom(cut, limits));
    if (!isLongEnough(cut, limits) || (nearest !== undefined && p - from < nearest.p - nearest.from)) continue;
    const short = lengthOf(text) < USUAL_LENGTH && from > limits.threshold ? 'the text is short' : undefined;
    // Without `least` it would be shown from a lower probability.
    const beaten = from === limits.least ? 'the large model is likelier right' : undefined;
    const why = rejected ? 'it was rejected here' : (beaten ?? limits.raisedBy ?? short);
    nearest = { text, p, from, ...(why && { why }) };
  }
  return nearest;
}

/** The cut to show; undefined if none is worth a glance. */
export function bestCut(cuts: readonly ScoredCut[], limits: ShowLimits): ScoredCut | undefined {
  let best: ScoredCut | undefined;
  let bestGain = Number.NEGATIVE_INFINITY;
  for (const cut of cuts) {
    const gain = gainOf(cut, limits);
    if (cut.p >= shownFrom(cut, limits) && isLongEnough(cut, limits) && gain > bestGain) [best, bestGain] = [cut, gain];
  }
  return best;
}
