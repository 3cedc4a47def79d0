// The repeated block: finds earlier near-copies of the lines around the cursor, learns which words differ, and
// continues as they do. If several copies agree, the text is probable. If they differ and no typed text decides, the
// text ends.
import type { CompletionQuery } from '../../common/completion.ts';
import { sigmoid } from '../../common/statistics/logistic.ts';
import { dot } from '../../common/statistics/vectors.ts';
import { bracketBalance } from '../../text/brackets.ts';
import { indentLength } from '../../text/indents.ts';
import { kindOf } from '../../text/languages.ts';
import { isCommentLine, type Lexeme, LineReader, type LineShape, lexemesOf } from '../../text/lexemes.ts';
import { restOfLine } from '../../text/lines.ts';
import { countedOn, Renaming, type WordOrigin } from '../../text/renaming.ts';
import { closesBlock } from '../../text/syntax/blocks.ts';
import { pieceWeights } from './template-weights.ts';

/** A piece of a continuation: a word or mark with the white space before it, or a line end with the next indent. */
export interface TemplatePiece {
  readonly text: string;
  /** Probability that the author writes the piece, given that all pieces before it are right. */
  readonly probability: number;
  /** Features of the probability; see `PieceFacts`. */
  readonly facts: Float64Array;
  /** Near-copies that write it, and those that do not. */
  readonly agreeing: number;
  readonly contrary: number;
  /** Whether the piece has another word than the copies. */
  readonly isRenamed: boolean;
}

export interface TemplateDraft {
  /** Pieces of the rest of the cursor's line, then of further lines. */
  readonly pieces: readonly TemplatePiece[];
  /** Whether the last piece ends its line, as far as the copies say. */
  readonly complete: boolean;
  /** Probability that the last line ends there; 0 if it is not complete. */
  readonly ends: number;
  /** Near-copies that agree on the first piece. */
  readonly copies: number;
  /** Words and marks that the nearest copy shares with the text before the cursor. */
  readonly matched: number;
}

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
/** Limits of a continuation: lines, and the probability below which it ends. */
const MOST_LINES = 16;
const LEAST_PIECE = 0.2;
const LEAST_WHOLE = 0.03;
const OPENER = /(?:[([{:]|=>)$/;

/** An earlier text that equals the lines around the cursor except for some words. */
interface Copy {
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

/** How a copy continues. */
type Proposal =
  | {
      readonly kind: 'piece';
      readonly text: string;
      readonly lead: string;
      readonly lexeme: Lexeme;
      readonly origin: WordOrigin;
    }
  | { readonly kind: 'line end'; readonly text: string; readonly indent: number };

/** Facts that decide the probability of a piece. */
interface PieceFacts {
  readonly proposal: Proposal;
  readonly copy: Copy;
  readonly agreeing: number;
  readonly asked: number;
  readonly lost: number;
  /** Weak copies that write it, and those that do not. */
  readonly witnesses: number;
  readonly contrary: number;
  readonly isCounted: boolean;
  readonly isFirst: boolean;
  readonly startsLine: boolean;
  readonly startsSibling: boolean;
  readonly isComment: boolean;
  readonly isProse: boolean;
  readonly written: number;
  readonly writtenLines: number;
  readonly distance: number;
  readonly isRest: boolean;
  /** Whether the continuation already contains the word. */
  readonly isRepeated: boolean;
  /** How often the document has the word, up to a limit. */
  readonly seen: number;
}

const flag = (condition: boolean) => (condition ? 1 : 0);
const isPiece = (p: Proposal): p is Proposal & { readonly kind: 'piece' } => p.kind === 'piece';
const isWordOf = (p: Proposal, origin: WordOrigin) => isPiece(p) && p.lexeme.kind !== 'mark' && p.origin === origin;

const isWord = (p: Proposal) => isPiece(p) && p.lexeme.kind !== 'mark';
const isRenamed = (p: Proposal) => isWordOf(p, 'mapped') || isWordOf(p, 'part');

/** One row a feature, in the order of the weights. */
const FACTS: readonly ((facts: PieceFacts) => number)[] = [
  () => 1,
  ({ copy }) => Math.log1p(copy.evidence),
  ({ copy }) => Math.log1p(copy.equalTyped),
  ({ copy }) => Math.log1p(copy.lines),
  ({ copy }) => copy.holes / (copy.holes + copy.matched),
  ({ agreeing }) => Math.min(3, agreeing - 1),
  ({ agreeing }) => flag(agreeing > 1),
  ({ agreeing, asked }) => (asked - agreeing) / asked,
  ({ lost }) => Math.min(3, lost),
  ({ proposal }) => flag(isWordOf(proposal, 'same')),
  ({ proposal }) => flag(isWordOf(proposal, 'mapped')),
  ({ proposal }) => flag(isWordOf(proposal, 'part')),
  ({ proposal }) => flag(isWordOf(proposal, 'unseen')),
  ({ proposal, agreeing }) => flag(isWordOf(proposal, 'unseen') && agreeing > 1),
  ({ proposal }) => flag(isPiece(proposal) && proposal.lexeme.kind === 'number'),
  ({ proposal, agreeing }) => flag(isPiece(proposal) && proposal.lexeme.kind === 'number' && agreeing > 1),
  ({ isCounted }) => flag(isCounted),
  ({ proposal }) => flag(proposal.kind === 'line end'),
  ({ proposal, writtenLines }) => flag(proposal.kind === 'line end' && writtenLines > 0),
  ({ proposal }) => flag(isPiece(proposal) && proposal.lexeme.string >= 0),
  ({ proposal }) => flag(isWordOf(proposal, 'unseen') && isPiece(proposal) && proposal.lexeme.string >= 0),
  ({ isComment }) => flag(isComment),
  ({ isComment, agreeing }) => flag(isComment && agreeing > 1),
  ({ isProse }) => flag(isProse),
  ({ isFirst }) => flag(isFirst),
  ({ isFirst, copy }) => flag(isFirst && copy.begun !== undefined),
  ({ startsLine }) => flag(startsLine),
  ({ startsSibling }) => flag(startsSibling),
  ({ written }) => Math.log1p(written),
  ({ writtenLines }) => Math.log1p(writtenLines),
  ({ distance }) => Math.log1p(distance),
  ({ copy }) => Math.min(3, copy.renaming.conflicts),
  ({ copy }) => flag(copy.renaming.changes === 0),
  ({ copy, proposal }) => flag(copy.renaming.changes === 0 && isWordOf(proposal, 'unseen')),
  ({ proposal, written }) => flag(isWordOf(proposal, 'unseen')) * Math.log1p(written),
  ({ isFirst, copy }) => flag(isFirst && copy.equalTyped === 0),
  ({ isRest }) => flag(isRest),
  ({ proposal, agreeing }) => flag(isRenamed(proposal) && agreeing > 1),
  ({ proposal, isRepeated }) => flag(isRenamed(proposal) && isRepeated),
  ({ proposal, isRepeated, agreeing }) => flag(isRenamed(proposal) && isRepeated && agreeing > 1),
  ({ proposal, isRepeated }) => flag(isWordOf(proposal, 'unseen') && isRepeated),
  ({ agreeing, written }) => flag(agreeing > 1) * Math.log1p(written),
  ({ agreeing, startsLine }) => flag(agreeing > 1 && startsLine),
  ({ agreeing, proposal }) => flag(agreeing > 1 && proposal.kind === 'line end'),
  ({ agreeing, isFirst }) => flag(agreeing > 1 && isFirst),
  ({ copy, startsLine }) => flag(startsLine) * Math.log1p(copy.evidence),
  ({ witnesses }) => Math.min(3, witnesses),
  ({ contrary }) => Math.min(3, contrary),
  ({ contrary, witnesses }) => contrary / Math.max(1, contrary + witnesses),
  ({ contrary, proposal }) => flag(contrary > 0 && isWordOf(proposal, 'unseen')),
  ({ proposal, seen }) => flag(isWordOf(proposal, 'unseen') && seen <= 1),
  ({ proposal, seen, agreeing }) => flag(isWordOf(proposal, 'unseen') && seen <= 1 && agreeing > 1),
  ({ proposal, seen }) => flag(isWordOf(proposal, 'unseen')) * Math.log1p(seen),
  ({ proposal, seen }) => flag(isWordOf(proposal, 'part')) * Math.log1p(seen),
];

/** Maximum number of counted occurrences of a word. */
const MOST_SEEN = 8;

export const pieceFactCount = FACTS.length;

export class TemplateFinder {
  private readonly reader = new LineReader();

  /** The continuation of the copies that the lines around the cursor are; undefined if they are none. */
  find(query: CompletionQuery, weights: ArrayLike<number> = pieceWeights): TemplateDraft | undefined {
    const document = this.read(query);
    const copies = copiesAt(document);
    return copies.length === 0 ? undefined : new Writer(document, copies, weights).write();
  }

  private read({ prefix, suffix, languageId }: CompletionQuery): Document {
    const { reader } = this;
    const before = prefix.slice(Math.max(0, prefix.length - REACH.before));
    const lines = reader.lines(before);
    const typed = before.slice(before.lastIndexOf('\n') + 1);
    const cursor = Math.max(0, lines.length - 1);
    const end = suffix.indexOf('\n');
    const below = end < 0 ? [] : reader.lines(suffix.slice(end + 1, end + REACH.after));
    // The cursor's line is no source.
    const all = [...lines.slice(0, cursor), reader.line(''), ...below];
    const next = below.find(({ shape }) => shape !== 0);
    return {
      text: before,
      languageId,
      lines: all,
      cursor,
      typed,
      rest: restOfLine(suffix),
      next: next?.text.trim() ?? '',
    };
  }
}

interface Document {
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

/** The best near-copies, best first. */
function copiesAt({ lines, cursor, typed }: Document): Copy[] {
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
    const copy = alignedAt(lines, cursor, line, depth, begins, start);
    if (copy && copy.evidence >= LEAST_EVIDENCE) copies.push(copy);
  }
  const nearer = (a: Copy, b: Copy) => Math.abs(a.line - cursor) - Math.abs(b.line - cursor);
  copies.sort((a, b) => b.evidence - a.evidence || nearer(a, b));
  const least = Math.min(STRONG, (copies[0]?.evidence ?? 0) * STRONG_SHARE);
  return copies.slice(0, VOTING).map((copy) => ({ ...copy, isStrong: copy.evidence >= least }));
}

/** Whether the typed part may be the beginning of the line, by its first character. */
function mayBegin({ text, indent }: LineShape, start: string): boolean {
  const [one, other] = [text.charAt(indent), start.charAt(0)];
  return one === other || (/[\p{L}\p{N}_$]/u.test(one) && /[\p{L}\p{N}_$]/u.test(other));
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
  lines: readonly LineShape[],
  cursor: number,
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

/** A copy that still agrees with the written text. */
interface Voter {
  readonly copy: Copy;
  line: number;
  next: number;
  /** The rest of a word that is typed in part. */
  begun: string | undefined;
}

/** The next text, and the copies that agree on it. */
interface Choice {
  readonly proposal: Proposal;
  readonly strong: readonly Voter[];
  readonly weak: readonly Voter[];
  readonly isCounted: boolean;
}

/** Writes the continuation that most copies agree on. */
class Writer {
  private readonly document: Document;
  private readonly weights: ArrayLike<number>;
  private readonly copies: readonly Copy[];
  private voters: readonly Voter[];
  private readonly pieces: TemplatePiece[] = [];
  private readonly indent: number;
  private whole = 1;
  private lines = 0;
  private lost = 0;
  private strong: number;
  /** The text of the line so far. */
  private line: string;
  private block = '';
  private readonly words = new Set<string>();
  private startsLine = false;

  constructor(document: Document, copies: readonly Copy[], weights: ArrayLike<number>) {
    this.document = document;
    this.weights = weights;
    this.copies = copies;
    this.voters = copies.map((copy) => ({ copy, line: copy.line, next: copy.next, begun: copy.begun }));
    this.strong = copies.filter(({ isStrong }) => isStrong).length;
    this.line = document.typed;
    this.indent = indentLength(document.typed);
  }

  write(): TemplateDraft | undefined {
    let copies = 0;
    let ends = 0;
    let complete = false;
    for (;;) {
      const chosen = this.vote();
      if (chosen === undefined) break;
      const { proposal, strong, weak } = chosen;
      const facts = this.factsOf(chosen);
      const probability = sigmoid(dot(facts, this.weights as Float64Array));
      if (copies === 0) copies = strong.length;
      if (proposal.kind === 'line end') {
        if (this.pieces.length === 0) break;
        [ends, complete] = [probability, true];
        if (this.repeatsBelow() || this.endsHere(proposal)) break;
      }
      if (probability < LEAST_PIECE || this.whole * probability < LEAST_WHOLE) break;
      [ends, complete] = [0, false];
      const contrary = this.voters.length - strong.length - weak.length;
      this.lost += this.strong - strong.length;
      this.strong = strong.length;
      this.voters = [...strong, ...weak];
      this.take(chosen, probability, facts, contrary);
    }
    return this.draft(complete, ends, copies);
  }

  private draft(complete: boolean, ends: number, copies: number): TemplateDraft | undefined {
    const { pieces } = this;
    while (pieces.length > 0 && (pieces.at(-1) as TemplatePiece).text.trim() === '') pieces.pop();
    if (pieces.length === 0) return undefined;
    return { pieces, complete, ends, copies, matched: Math.round((this.copies[0] as Copy).matched) };
  }

  /** The next text of most strong copies; undefined if none continues, or they differ and no typed text decides. */
  private vote(): Choice | undefined {
    const groups = new Map<string, { proposal: Proposal; strong: Voter[]; weak: Voter[] }>();
    for (const voter of this.voters) {
      const proposal = this.proposalOf(voter);
      if (proposal === undefined) continue;
      const key = `${proposal.kind} ${proposal.text}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { proposal, strong: [], weak: [] };
        groups.set(key, group);
      }
      (voter.copy.isStrong ? group.strong : group.weak).push(voter);
    }
    const ranked = [...groups.values()].sort((a, b) => b.strong.length - a.strong.length);
    const [first, second] = ranked;
    if (first === undefined || first.strong.length === 0) return undefined;
    const strong = this.voters.filter(({ copy }) => copy.isStrong);
    const weak = this.voters.filter(({ copy }) => !copy.isStrong);
    if (second === undefined) return { ...first, isCounted: false };
    const counted = this.counted(this.voters) ?? (second.strong.length > 0 ? this.counted(strong) : undefined);
    if (counted) return { proposal: counted, strong, weak, isCounted: true };
    const others = ranked.slice(1).filter(({ proposal }) => isWord(proposal));
    const isHole = first.strong.length === 1 && isWordOf(first.proposal, 'unseen') && others.length > 1;
    return first.strong.length > second.strong.length && !isHole ? { ...first, isCounted: false } : undefined;
  }

  private lexemeOf({ line, next }: Voter): Lexeme | undefined {
    return this.document.lines[line]?.lexemes[next];
  }

  private proposalOf(voter: Voter): Proposal | undefined {
    const { copy } = voter;
    if (voter.begun) {
      const whole = this.document.lines[voter.line]?.lexemes[voter.next - 1] as Lexeme;
      const { origin } = copy.renaming.apply(whole.text);
      return { kind: 'piece', text: voter.begun, lead: '', lexeme: whole, origin };
    }
    const lexeme = this.lexemeOf(voter);
    if (lexeme === undefined) return this.lineEndOf(voter);
    const lead = this.leadOf(lexeme);
    if (lexeme.kind === 'mark') return { kind: 'piece', text: lexeme.text, lead, lexeme, origin: 'same' };
    return { kind: 'piece', ...copy.renaming.apply(lexeme.text), lead, lexeme };
  }

  /** The white space before the lexeme; '' if it is before the cursor already. */
  private leadOf({ lead }: Lexeme): string {
    const isTyped = this.pieces.length === 0 && /\s$|^$/.test(this.document.typed);
    return isTyped || this.startsLine ? '' : lead;
  }

  /** The line end with the indent of the next line; blank lines between them are part of it. */
  private lineEndOf({ line, copy }: Voter): Proposal | undefined {
    const { lines, cursor } = this.document;
    let next = line + 1;
    while (next !== cursor && lines[next]?.shape === 0) next++;
    const source = lines[next];
    const end: Proposal = { kind: 'line end', text: '\n', indent: -1 };
    if (source === undefined || next === cursor || source.shape < 0) return end;
    const base = (lines[copy.line] as LineShape).indent;
    const deeper = source.indent - base;
    const typed = this.document.typed.slice(0, this.indent);
    if (deeper < 0) return end;
    const sourceIndent = source.text.slice(0, source.indent);
    const own = this.indent === base ? typed : typed + sourceIndent.slice(base);
    const indent = this.indent === base ? sourceIndent : own;
    return { kind: 'line end', text: '\n'.repeat(next - line) + indent, indent: deeper };
  }

  /** The next number where the copies count. */
  private counted(voters: readonly Voter[]): Proposal | undefined {
    const { cursor, lines } = this.document;
    const above = voters.filter(({ line }) => line < cursor).sort((a, b) => a.line - b.line);
    if (above.length < 2 || above.length < voters.length) return undefined;
    const lexemes = above.map((voter) => this.lexemeOf(voter));
    if (lexemes.some((lexeme) => lexeme === undefined || lexeme.kind === 'mark')) return undefined;
    if (above.some(({ begun }) => begun !== undefined && begun !== '')) return undefined;
    const text = countedOn(lexemes.map((lexeme) => (lexeme as Lexeme).text));
    const last = above.at(-1) as Voter;
    const lexeme = lines[last.line]?.lexemes[last.next] as Lexeme;
    return text === undefined
      ? undefined
      : { kind: 'piece', text, lead: this.leadOf(lexeme), lexeme, origin: 'unseen' };
  }

  private factsOf({ proposal, strong, weak, isCounted }: Choice): Float64Array {
    const { copy } = strong[0] as Voter;
    const facts: PieceFacts = {
      proposal,
      copy,
      agreeing: strong.length,
      asked: this.strong,
      witnesses: weak.length,
      contrary: this.voters.length - this.strong - weak.length,
      lost: this.lost,
      isCounted,
      isFirst: this.pieces.length === 0,
      startsLine: this.startsLine,
      startsSibling: this.startsLine && indentLength(this.line) <= this.indent,
      isComment: isCommentLine(this.line.trimStart()),
      isProse: kindOf(this.document.languageId) === 'prose',
      written: this.pieces.length,
      writtenLines: this.lines,
      distance: Math.abs(this.document.cursor - copy.line),
      isRest: this.document.rest !== '',
      isRepeated: isPiece(proposal) && this.words.has(proposal.text),
      seen: isPiece(proposal) && proposal.lexeme.kind !== 'mark' ? this.occurrences(proposal.text) : 0,
    };
    return Float64Array.from(FACTS, (fact) => fact(facts));
  }

  private occurrences(word: string): number {
    const { text } = this.document;
    let count = 0;
    for (let at = text.indexOf(word); at >= 0 && count < MOST_SEEN; at = text.indexOf(word, at + word.length)) count++;
    return count;
  }

  private take({ proposal, strong }: Choice, probability: number, facts: Float64Array, contrary: number): void {
    const text = isPiece(proposal) ? proposal.lead + proposal.text : proposal.text;
    const renamed = isRenamed(proposal);
    this.pieces.push({ text, probability, facts, agreeing: strong.length, contrary, isRenamed: renamed });
    this.whole *= probability;
    this.startsLine = proposal.kind === 'line end';
    if (proposal.kind === 'line end') {
      this.block += `${this.line}\n`;
      this.line = text.slice(text.lastIndexOf('\n') + 1);
      this.lines++;
    } else this.line += text;
    if (isPiece(proposal) && proposal.lexeme.kind !== 'mark') this.words.add(proposal.text);
    for (const voter of this.voters) {
      if (proposal.kind === 'line end') {
        voter.line += text.lastIndexOf('\n') + 1;
        voter.next = 0;
      } else if (!voter.begun) voter.next++;
      voter.begun = undefined;
    }
  }

  /** Whether the block, the copy or what may be written ends with the line. */
  private endsHere(end: Proposal & { readonly kind: 'line end' }): boolean {
    const { rest, languageId } = this.document;
    if (end.indent < 0 || rest !== '' || this.lines + 1 >= MOST_LINES) return true;
    const written = this.block + this.line;
    // A blank line at the block's depth ends it once everything is closed.
    const isBlank = /^\n\n/.test(end.text);
    if (isBlank && end.indent === 0 && bracketBalance(written) <= 0) return true;
    // The closer of the block that the cursor's line opened ends the block.
    const opens = OPENER.test(this.block.slice(0, this.block.indexOf('\n')));
    const closes = closesBlock(this.line, languageId) && indentLength(this.line) === this.indent;
    return opens && closes && end.indent === 0 && !OPENER.test(this.line);
  }

  /** Removes a line that is below the cursor already. */
  private repeatsBelow(): boolean {
    const { next, languageId } = this.document;
    const { pieces } = this;
    if (next === '' || this.line.trim() !== next) return false;
    if (closesBlock(next, languageId) && bracketBalance(this.block) > 0) return false;
    while (pieces.length > 0 && !(pieces.at(-1) as TemplatePiece).text.includes('\n')) pieces.pop();
    pieces.pop();
    return true;
  }
}
