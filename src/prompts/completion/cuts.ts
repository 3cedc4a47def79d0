// Positions at which a draft may be cut: each beginning that leaves well-formed text is a draft itself, and judged like
// one.
import { type CompletionPosition, type Draft, type DraftToken, NGRAM_MODEL } from '../../common/completion.ts';
import { wordAtStart } from '../../text/lexemes.ts';
import { lineState } from '../../text/line-state.ts';
import { lineBefore, lineStart } from '../../text/lines.ts';
import { isProse } from '../../text/prose-text.ts';
import { fitsLine } from './clean.ts';

/** An unfinished member or hyphenated name, an opener without its content, an operator without its operand. */
const OPEN_END = /[.([{<"'`\\@#$&|!?]$|(?<!-)-$/;
/** The end of a sentence; in prose a cut is always possible there. */
const SENTENCE_END = /\p{L}[.!?…]["'”’»)\]]*$/u;
/** Shortest useful beginning of a later line, UTF-16 units. */
const MIN_LATER_LINE = 6;
/** Text around the cursor in which names are looked for, UTF-16 units. */
const NEAR = { before: 6000, after: 2000 };
const isWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}_$]/u.test(character);

/**
 * The beginnings of a cleaned draft, shortest first; the last is the whole draft with its continuation. On the cursor's
 * line a cut is after a token and a whole word, not after an opener. A later line has at least a few characters, no
 * blank line before it, and, if a grammar checked it, completes all that it begins. No cut adds syntax errors, and
 * each fits the rest of the line. If cleaning changed the text so that its tokens cannot be found, only the draft
 * itself.
 */
export function cutsOf(draft: Draft, { query }: Pick<CompletionPosition, 'query'>): Draft[] {
  const { continuation, ...line } = draft;
  const text = draft.text + (continuation?.text ?? '');
  if (text === '') return [];
  const tokens = [...draft.tokens, ...(continuation?.tokens ?? [])];
  const start = tokens
    .map((token) => token.text)
    .join('')
    .indexOf(text);
  if (start < 0) return continuation === undefined ? [draft] : cutsOf(line, { query });
  const before = lineBefore(query.prefix);
  const parses = (cut: string) => {
    const length = start + cut.length;
    const isWhole = draft.wholeCuts?.includes(length) !== false || !cut.trimStart().includes('\n');
    return isWhole && draft.brokenCuts?.includes(length) !== true && fitsLine(cut, query);
  };
  const prose = isProse(query.languageId, query.prefix);
  const begun = unfinishedName(before);
  const names = begun === '' ? undefined : namesFrom(begun, query.prefix, query.suffix);
  const name = wholeName(begun, text);
  const isStranger = names !== undefined && names.size > 0 && name !== begun && !names.has(name);
  const whole = { ...line, ...(isStranger && { unknownIdentifier: true as const }) };
  const known = draft.model === NGRAM_MODEL ? namesNear(query, begun) : undefined;
  const cutAt = (cut: string, of: readonly DraftToken[]) => {
    const isKnown = known !== undefined && namesIn(begun + cut).every((each) => known.has(each));
    return { ...beginning(whole, cut, of), ...(isKnown && { knownNames: true as const }) };
  };
  const cuts: Draft[] = [];
  let end = -start;
  for (const [i, { text: piece }] of tokens.entries()) {
    end += piece.length;
    const cut = text.slice(0, Math.max(0, end)).trimEnd();
    const isSentence = prose && SENTENCE_END.test(cut) && !/^\S/.test(text.slice(cut.length));
    const ends = isSentence || mayEnd(cut, text, before, query.languageId);
    if (cut === '' || cut === cuts.at(-1)?.text || !ends || !parses(cut)) continue;
    cuts.push(cutAt(cut, tokens.slice(0, i + 1)));
  }
  if (cuts.at(-1)?.text !== text && parses(text)) cuts.push(cutAt(text, tokens));
  return cuts;
}

/** Names near the cursor, without the begun one. */
function namesNear({ prefix, suffix }: CompletionPosition['query'], begun: string): ReadonlySet<string> {
  const above = prefix.slice(0, prefix.length - begun.length).slice(-NEAR.before);
  return new Set(namesIn(`${above} ${suffix.slice(0, NEAR.after)}`));
}

/** The model's confidence is about the whole line. */
function beginning({ confidence, ...draft }: Draft, text: string, tokens: readonly DraftToken[]): Draft {
  const ofLine = confidence === undefined ? {} : { lineConfidence: confidence };
  return { ...draft, ...ofLine, text, tokens, complete: draft.complete && text.length >= draft.text.length };
}

function mayEnd(cut: string, text: string, before: string, languageId: string): boolean {
  const next = text.slice(cut.length).trimStart() === '' ? undefined : text[cut.length];
  if (next === undefined || /^[^\S\n]*\n/.test(text.slice(cut.length))) return true;
  if (isWord(cut.at(-1)) && isWord(next)) return false;
  const line = (before + cut).slice(lineStart(before + cut));
  if (cut.includes('\n') && (line.trim().length < MIN_LATER_LINE || /\n\s*\n/.test(cut))) return false;
  // After a closing quote a cut is possible.
  const closed = /["'`]$/.test(cut) && lineState(languageId, line) === 'code';
  return closed || !OPEN_END.test(cut);
}

/** Text around the cursor whose names count, UTF-16 units. */
const REACH = { before: 60_000, after: 20_000 };
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** The unfinished name at the text's end; '' if there is none. */
function unfinishedName(prefix: string): string {
  return /[\p{L}_$][\p{L}\p{N}_$]*$/u.exec(prefix.slice(-100))?.[0] ?? '';
}

/** The document's names that begin with the unfinished one and are longer. */
function namesFrom(begun: string, prefix: string, suffix: string): ReadonlySet<string> {
  const above = prefix.slice(-REACH.before, prefix.length - begun.length);
  const all = namesIn(`${above} ${suffix.slice(0, REACH.after)}`);
  return new Set(all.filter((name) => name.length > begun.length && name.startsWith(begun)));
}

function namesIn(text: string): readonly string[] {
  return text.match(NAME) ?? [];
}

/** The whole name if the text follows the unfinished one. */
function wholeName(begun: string, text: string): string {
  return begun + wordAtStart(text);
}
