// Near-copies of the lines around the cursor: earlier or later lines of the document that equal those lines except for
// some words.
import type { CompletionQuery } from '../../common/completion.ts';
import {
  isCommentLine,
  isWordCode,
  type Lexeme,
  type LineReader,
  type LineShape,
  lexemesOf,
} from '../../text/lexemes.ts';
import { restOfLine } from '../../text/lines.ts';
import { Renaming } from '../../text/renaming.ts';

/** Window of the document that is searched for copies, UTF-16 units. */
const REACH = { before: 150_000, after: 60_000 };
/** Number of lines above the cursor's line that are compared. */
const CONTEXT = 6;
/** Near-copies that are aligned, and those that vote. */
const ALIGNED = 24;
const VOTING = 8;
/**
 * The least evidence of a near-copy, in equal words. A strong one decides: it has this share of the best one's
 * evidence, or so much. The agreement of the others only enters the probability.
 */
const LEAST_EVIDENCE = 2;
const STRONG_SHARE = 0.6;
const STRONG = 4;

/** An earlier text that equals the lines around the cursor except for some words. */
export interface Copy {
  /** Index of the line that the cursor's is a copy of. */
  readonly line: number;
  /** Index of the first lexeme of that line that is not typed yet. */
  readonly next: number;
  /** The end of a word that is typed in part. */
  readonly begun: string | undefined;
  readonly renaming: Renaming;
  readonly evidence: number;
  readonly isStrong: boolean;
  /** Number of equal words and marks. */
  readonly matched: number;
  readonly equalTyped: number;
  readonly holes: number;
  readonly lines: number;
}

export interface TemplateDocument {
  /** Text before the cursor. */
  readonly text: string;
  readonly languageId: string;
  readonly lines: readonly LineShape[];
  /** Index of the cursor's line. */
  readonly cursor: number;
  /** That line up to the cursor. */
  readonly typed: string;
  /** The trimmed text after the cursor, on the cursor's line. */
  readonly rest: string;
  /** The nearest line with text below, trimmed. */
  readonly next: string;
}

/** The document around a cursor. */
export function readDocument({ prefix, suffix, languageId }: CompletionQuery, reader: LineReader): TemplateDocument {
  const before = prefix.slice(Math.max(0, prefix.length - REACH.before));
  const above = reader.lines(before).slice(0, -1);
  const restEnd = suffix.indexOf('\n');
  const below = restEnd < 0 ? [] : reader.lines(suffix.slice(restEnd + 1, restEnd + REACH.after));
  return {
    text: before,
    languageId,
    // The cursor's line is no source.
    lines: [...above, reader.line(''), ...below],
    cursor: above.length,
    typed: before.slice(before.lastIndexOf('\n') + 1),
    rest: restOfLine(suffix),
    next: below.find(({ shape }) => shape !== 0)?.text.trim() ?? '',
  };
}

/** The best near-copies, best first. */
export function copiesAt(document: TemplateDocument): Copy[] {
  const { lines, cursor, typed } = document;
  const start = typed.trimStart();
  const indent = typed.length - start.length;
  const begins = lexemesOf(start);
  if (typed.length > 300) return [];
  const ranked: { line: number; depth: number; quick: number }[] = [];
  for (let at = 0; at < lines.length; at++) {
    const source = lines[at] as LineShape;
    if (at === cursor || source.shape <= 0) continue;
    if (start !== '' && !mayBegin(source, start)) continue;
    const depth = contextDepth(lines, cursor, at, source.indent - indent);
    if (depth === 0 && (start === '' || source.indent !== indent)) continue;
    const shared = start === '' ? 0 : sharedStart(source, start);
    if (depth === 0 && shared < Math.min(start.length, 3)) continue;
    ranked.push({ line: at, depth, quick: shared + 8 * depth - Math.abs(at - cursor) / 10_000 });
  }
  ranked.sort((a, b) => b.quick - a.quick);
  const copies: Copy[] = [];
  for (const { line, depth } of ranked.slice(0, ALIGNED)) {
    const copy = alignedAt(document, line, depth, begins, start);
    if (copy && copy.evidence >= LEAST_EVIDENCE) copies.push(copy);
  }
  const nearer = (a: Copy, b: Copy) => Math.abs(a.line - cursor) - Math.abs(b.line - cursor);
  copies.sort((a, b) => b.evidence - a.evidence || nearer(a, b));
  const least = Math.min(STRONG, (copies[0]?.evidence ?? 0) * STRONG_SHARE);
  return copies.slice(0, VOTING).map((copy) => ({ ...copy, isStrong: copy.evidence >= least }));
}

/** Whether the typed part may be the beginning of the line, by its first character. */
function mayBegin({ text, indent }: LineShape, start: string): boolean {
  const [one, other] = [text.charCodeAt(indent), start.charCodeAt(0)];
  return one === other || (isWordCode(one) && isWordCode(other));
}

function sharedStart({ text, indent }: LineShape, start: string): number {
  let length = 0;
  while (length < start.length && text.charCodeAt(indent + length) === start.charCodeAt(length)) length++;
  return length;
}

/** Lines above the cursor's that have the shape of those above `at`, with the same difference of indents. */
function contextDepth(lines: readonly LineShape[], cursor: number, at: number, deeper: number): number {
  let depth = 0;
  for (let up = 1; up <= CONTEXT; up++) {
    const own = lines[cursor - up];
    const source = lines[at - up];
    if (own === undefined || source === undefined || at - up === cursor || own.shape !== source.shape) break;
    if (own.shape < 0 || (own.shape > 0 && source.indent - own.indent !== deeper)) break;
    depth = up;
  }
  return depth;
}

class Alignment {
  readonly renaming = new Renaming();
  equal = 0;
  words = 0;
  holes = 0;

  /**
   * Pairs the lexemes of a line of the copy with those of its source. Returns the index of the first lexeme of the
   * source behind them; undefined if they do not fit.
   * @param isPart the copy's line may be shorter
   */
  add(source: readonly Lexeme[], own: readonly Lexeme[], isPart: boolean, inComment: boolean): number | undefined {
    let at = 0;
    for (let i = 0; i < own.length; i++) {
      const [one, other] = [source[at], own[i] as Lexeme];
      if (one === undefined) return inComment && !isPart ? source.length : undefined;
      if ((one.kind === 'mark') === (other.kind === 'mark') && (one.kind !== 'mark' || one.text === other.text)) {
        this.pair(one, other);
        at++;
      } else if (one.string >= 0 && other.string >= 0) {
        // Strings of different shapes are one hole.
        this.holes++;
        while (source[at]?.string === one.string) at++;
        while (own[i + 1]?.string === other.string) i++;
      } else if (inComment && !isPart) {
        this.holes++;
        return source.length;
      } else return undefined;
    }
    return at === source.length || isPart || inComment ? at : undefined;
  }

  private pair(one: Lexeme, other: Lexeme): void {
    if (one.kind === 'mark') {
      this.equal += 1;
      return;
    }
    if (one.text === other.text) {
      this.equal++;
      this.words++;
    } else this.holes++;
    // A single digit is not learned, because it may be replaced by different ones.
    if (one.kind === 'word' || one.text.length > 1) this.renaming.learn(one.text, other.text);
  }
}

function alignedAt(
  { lines, cursor }: TemplateDocument,
  line: number,
  depth: number,
  begins: readonly Lexeme[],
  start: string,
): Copy | undefined {
  const alignment = new Alignment();
  let evidence = 0;
  let compared = 0;
  let words = 0;
  // The farthest lines come first, because later replacements overwrite earlier ones.
  for (let up = depth; up > 0; up--) {
    const [own, source] = [lines[cursor - up] as LineShape, lines[line - up] as LineShape];
    if (own.shape === 0) continue;
    words = alignment.words;
    const comment = isCommentLine(own.text.trimStart());
    if (alignment.add(source.lexemes, own.lexemes, false, comment) === undefined) return undefined;
    compared++;
    evidence += (alignment.words - words) * 0.85 ** (up - 1);
  }
  const source = (lines[line] as LineShape).lexemes;
  const isOpen = /[\p{L}\p{M}\p{N}_$]$/u.test(start);
  const closed = isOpen ? begins.slice(0, -1) : begins;
  words = alignment.words;
  const next = alignment.add(source, closed, true, false);
  if (next === undefined) return undefined;
  let equalTyped = alignment.words - words;
  let begun: string | undefined;
  const from = source[next];
  if (isOpen) {
    const typed = (begins.at(-1) as Lexeme).text;
    if (from === undefined || from.kind === 'mark') return undefined;
    const whole = alignment.renaming.apply(from.text).text;
    // The content of a hole is unknown until it is typed.
    if (!whole.startsWith(typed)) return undefined;
    begun = whole.slice(typed.length);
    equalTyped += typed.length / Math.max(3, whole.length);
  }
  evidence += equalTyped * 1.5 - 0.25 * alignment.holes;
  const { renaming, equal: matched, holes } = alignment;
  return {
    line,
    next: isOpen ? next + 1 : next,
    begun,
    renaming,
    evidence,
    isStrong: true,
    matched,
    equalTyped,
    holes,
    lines: compared,
  };
}
