// The changes between two versions of a text, as a person sees them: lines are paired first, then the tokens of each
// pair are compared.
import { bracketBalance } from '../../text/line-state.ts';
import { type Line, linesOf } from '../../text/lines.ts';
import { type EditToken, similarity, tokensOf } from './tokens.ts';

/** Offsets in both versions, UTF-16 units, end exclusive, at the edges of tokens or of whole lines. */
export interface TextChange {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Lines are the same line, changed, if they share at least this much of their words. */
const SHARED = 0.5;
/** Cells of a table beyond which a part is one change. */
const MAX_CELLS = 1_000_000;

/** In the order of the text. Changes of white space within a line are left out. */
export function changesBetween(before: string, after: string): TextChange[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const keys = (lines: readonly Line[]) => lines.map(({ text }) => text.replace(/\s+/g, ''));
  const changes: TextChange[] = [];
  for (const part of differingParts(keys(old), keys(now)))
    for (const pair of pairedLines(old, now, part)) changes.push(...changesOfPair(before, after, old, now, pair));
  return changes;
}

/** Items [oldFrom, oldTo) were replaced by [newFrom, newTo). */
interface Part {
  readonly oldFrom: number;
  readonly oldTo: number;
  readonly newFrom: number;
  readonly newTo: number;
}

/** The parts outside a longest common subsequence of two lists, in order. */
function differingParts(old: readonly string[], now: readonly string[]): Part[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  const shorter = Math.min(old.length, now.length) - start;
  while (end < shorter && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const [height, width] = [old.length - start - end, now.length - start - end];
  if (height === 0 && width === 0) return [];
  const whole = { oldFrom: start, oldTo: start + height, newFrom: start, newTo: start + width };
  if (height === 0 || width === 0 || height * width > MAX_CELLS) return [whole];
  const row = width + 1;
  // lengths[i * row + j]: length of the common subsequence of the rest from i and from j on.
  const lengths = new Int32Array((height + 1) * row);
  for (let i = height - 1; i >= 0; i--)
    for (let j = width - 1; j >= 0; j--)
      lengths[i * row + j] =
        old[start + i] === now[start + j]
          ? (lengths[(i + 1) * row + j + 1] as number) + 1
          : Math.max(lengths[(i + 1) * row + j] as number, lengths[i * row + j + 1] as number);
  const parts: Part[] = [];
  let [i, j, fromI, fromJ] = [0, 0, 0, 0];
  const add = () => {
    if (i > fromI || j > fromJ)
      parts.push({ oldFrom: start + fromI, oldTo: start + i, newFrom: start + fromJ, newTo: start + j });
  };
  while (i < height && j < width) {
    if (old[start + i] === now[start + j]) {
      add();
      [i, j] = [i + 1, j + 1];
      [fromI, fromJ] = [i, j];
    } else if ((lengths[(i + 1) * row + j] as number) >= (lengths[i * row + j + 1] as number)) i++;
    else j++;
  }
  [i, j] = [height, width];
  add();
  return parts;
}

/** Cuts a part into pairs of one similar line each, and into lines without a counterpart. */
function pairedLines(old: readonly Line[], now: readonly Line[], part: Part): Part[] {
  const { oldFrom, oldTo, newFrom, newTo } = part;
  const [height, width] = [oldTo - oldFrom, newTo - newFrom];
  if (height === 0 || width === 0 || height * width > 10_000) return [part];
  const words = (lines: readonly Line[], from: number, to: number) =>
    lines.slice(from, to).map(({ text }) => tokensOf(text).map((token) => token.text));
  const [a, b] = [words(old, oldFrom, oldTo), words(now, newFrom, newTo)];
  const row = width + 1;
  const likeness = new Float64Array(height * width);
  // best[i * row + j]: the largest sum of similarities of pairs among the rest from i and from j on.
  const best = new Float64Array((height + 1) * row);
  for (let i = height - 1; i >= 0; i--)
    for (let j = width - 1; j >= 0; j--) {
      const own = similarity(a[i] as string[], b[j] as string[]);
      likeness[i * width + j] = own >= SHARED || (height === 1 && width === 1 && own > 0) ? own : 0;
      const skip = Math.max(best[(i + 1) * row + j] as number, best[i * row + j + 1] as number);
      best[i * row + j] = Math.max(skip, (likeness[i * width + j] as number) + (best[(i + 1) * row + j + 1] as number));
    }
  const parts: Part[] = [];
  let [i, j, fromI, fromJ] = [0, 0, 0, 0];
  const add = (toI: number, toJ: number) => {
    if (toI > fromI || toJ > fromJ)
      parts.push({ oldFrom: oldFrom + fromI, oldTo: oldFrom + toI, newFrom: newFrom + fromJ, newTo: newFrom + toJ });
    [fromI, fromJ] = [toI, toJ];
  };
  while (i < height && j < width) {
    const here = best[i * row + j] as number;
    if (
      (likeness[i * width + j] as number) > 0 &&
      here > (best[(i + 1) * row + j] as number) &&
      here > (best[i * row + j + 1] as number)
    ) {
      add(i, j);
      [i, j] = [i + 1, j + 1];
      add(i, j);
    } else if (here === best[(i + 1) * row + j]) i++;
    else j++;
  }
  add(height, width);
  return parts;
}

function changesOfPair(
  before: string,
  after: string,
  old: readonly Line[],
  now: readonly Line[],
  part: Part,
): TextChange[] {
  const { oldFrom, oldTo, newFrom, newTo } = part;
  if (oldTo - oldFrom !== 1 || newTo - newFrom !== 1) {
    // Whole lines with their line ends.
    const startOf = (lines: readonly Line[], number: number, text: string) => lines[number]?.start ?? text.length;
    const change = {
      oldStart: startOf(old, oldFrom, before),
      oldEnd: startOf(old, oldTo, before),
      newStart: startOf(now, newFrom, after),
      newEnd: startOf(now, newTo, after),
    };
    const isBlank = (text: string) => text.trim() === '';
    return isBlank(before.slice(change.oldStart, change.oldEnd)) && isBlank(after.slice(change.newStart, change.newEnd))
      ? []
      : [change];
  }
  const [oldLine, newLine] = [old[oldFrom] as Line, now[newFrom] as Line];
  return changesInLine(tokensOf(oldLine.text, oldLine.start), tokensOf(newLine.text, newLine.start), oldLine, newLine);
}

/** Neighbouring changes are joined until their brackets pair up, or if no word is between, or a part of a phrase. */
function changesInLine(a: EditToken[], b: EditToken[], oldLine: Line, newLine: Line): TextChange[] {
  const texts = (tokens: readonly EditToken[]) => tokens.map((token) => token.text);
  const joined: Part[] = [];
  for (const part of differingParts(texts(a), texts(b))) {
    const last = joined.at(-1);
    const between = a.slice(last?.oldTo ?? part.oldFrom, part.oldFrom);
    const hasWord = between.some(({ kind }) => kind === 'word') && !isPhrase(between);
    if (
      last &&
      (!hasWord || !isBalanced(a.slice(last.oldFrom, last.oldTo)) || !isBalanced(b.slice(last.newFrom, last.newTo)))
    )
      joined[joined.length - 1] = { ...last, oldTo: part.oldTo, newTo: part.newTo };
    else joined.push(part);
  }
  return joined.map((part) => {
    // Where one side is empty, the white space beside its tokens is part of the change.
    const isEmpty = part.oldFrom === part.oldTo || part.newFrom === part.newTo;
    const [oldStart, oldEnd] = rangeOf(a, part.oldFrom, part.oldTo, oldLine, isEmpty);
    const [newStart, newEnd] = rangeOf(b, part.newFrom, part.newTo, newLine, isEmpty);
    return { oldStart, oldEnd, newStart, newEnd };
  });
}

/** Whether tokens are a word or two of a string, or the middle of a host or a path: `.example.`. */
function isPhrase(tokens: readonly EditToken[]): boolean {
  if (tokens.length <= 2) return tokens.every(({ string, kind }) => string >= 0 && kind === 'word');
  const isJoint = (token: EditToken | undefined) => /^[./]$/.test(token?.text ?? '');
  return tokens.length === 3 && isJoint(tokens[0]) && tokens[1]?.kind === 'word' && isJoint(tokens[2]);
}

/** @param isWide with the white space before the tokens; at a line's beginning, with that behind them */
function rangeOf(
  tokens: readonly EditToken[],
  from: number,
  to: number,
  line: Line,
  isWide: boolean,
): [number, number] {
  if (!isWide) return [(tokens[from] as EditToken).start, (tokens[to - 1] as EditToken).end];
  const lineEnd = line.start + line.text.length;
  if (from > 0) return [(tokens[from - 1] as EditToken).end, tokens[to - 1]?.end ?? lineEnd];
  return [tokens[from]?.start ?? lineEnd, tokens[to]?.start ?? lineEnd];
}

function isBalanced(tokens: readonly EditToken[]): boolean {
  return bracketBalance(tokens.map(({ text }) => text).join('')) === 0;
}
