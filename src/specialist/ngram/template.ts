// The repeated block: finds earlier near-copies of the lines around the cursor, learns which words differ, and
// continues as they do. If several copies agree, the text is probable. If they differ and no typed text decides, the
// text ends.
import type { CompletionQuery } from '../../common/completion.ts';
import { kindOf } from '../../text/languages.ts';
import { isCommentLine, type Lexeme, type LineReader, type LineShape } from '../../text/lexemes.ts';
import { bracketBalance } from '../../text/line-state.ts';
import { indentLength } from '../../text/lines.ts';
import { countedOn } from '../../text/renaming.ts';
import { closesBlock } from '../../text/syntax/blocks.ts';
import { isPiece, isRenamed, isWord, isWordOf, type Proposal, pieceProbability } from './piece-facts.ts';
import { type Copy, copiesAt, readDocument, type TemplateDocument } from './template-copies.ts';

/** A piece of a continuation: a word or mark with the white space before it, or a line end with the next indent. */
export interface TemplatePiece {
  readonly text: string;
  /** Probability that the author writes the piece, given that all pieces before it are right. */
  readonly probability: number;
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

/** Limits of a continuation: lines, and the probability below which it ends. */
const MOST_LINES = 16;
const LEAST_PIECE = 0.2;
const LEAST_WHOLE = 0.03;
const OPENER = /(?:[([{:]|=>)$/;

/** Maximum number of counted occurrences of a word. */
const MOST_SEEN = 8;

/**
 * The continuation of the copies that the lines around the cursor are; undefined if they are none.
 * @param reader keeps the lines that it has seen for the next query
 */
export function templateAt(query: CompletionQuery, reader: LineReader): TemplateDraft | undefined {
  const document = readDocument(query, reader);
  const copies = copiesAt(document);
  return copies.length === 0 ? undefined : new Writer(document, copies).write();
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
  private readonly document: TemplateDocument;
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
  /** How often the document has a word. */
  private readonly counts = new Map<string, number>();
  private startsLine = false;

  constructor(document: TemplateDocument, copies: readonly Copy[]) {
    this.document = document;
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
      const probability = this.probabilityOf(chosen);
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
      this.take(chosen, probability, contrary);
    }
    return this.draft(complete, ends, copies);
  }

  private draft(complete: boolean, ends: number, copies: number): TemplateDraft | undefined {
    const { pieces } = this;
    while (pieces.length > 0 && (pieces.at(-1) as TemplatePiece).text.trim() === '') pieces.pop();
    if (pieces.length === 0) return undefined;
    const { matched } = this.copies[0] as Copy;
    return { pieces, complete, ends, copies, matched: Math.round(matched) };
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

  private probabilityOf({ proposal, strong, weak, isCounted }: Choice): number {
    const { copy } = strong[0] as Voter;
    return pieceProbability({
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
      isRepeated: isPiece(proposal) && this.words.has(proposal.text),
      seen: isPiece(proposal) && proposal.lexeme.kind !== 'mark' ? this.occurrences(proposal.text) : 0,
    });
  }

  private occurrences(word: string): number {
    const { text } = this.document;
    const known = this.counts.get(word);
    if (known !== undefined) return known;
    let count = 0;
    for (let at = text.indexOf(word); at >= 0 && count < MOST_SEEN; at = text.indexOf(word, at + word.length)) count++;
    this.counts.set(word, count);
    return count;
  }

  private take({ proposal, strong }: Choice, probability: number, contrary: number): void {
    const text = isPiece(proposal) ? proposal.lead + proposal.text : proposal.text;
    const renamed = isRenamed(proposal);
    this.pieces.push({ text, probability, agreeing: strong.length, contrary, isRenamed: renamed });
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
