// Where a draft may end: the beginnings of it that leave well-formed text, each a draft of its own, so that it can be judged like one.
import type { Draft, DraftToken } from '../../common/completion.ts';
import { begunName, namesFrom, wholeName } from '../../text/begun-names.ts';
import { lineState } from '../../text/line-state.ts';
import { lineBefore, lineStart } from '../../text/lines.ts';
import { isProse } from '../../text/prose-text.ts';
import type { CompletionPlace } from './types.ts';

/** Half of a member, or of a name in parts; an opener without what it holds, a mark that asks for more. */
const OPEN_END = /[.([{<"'`\\@#$&|!?]$|(?<!-)-$/;
/** In prose it ends more than any other mark does. */
const SENTENCE_END = /\p{L}[.!?…]["'”’»)\]]*$/u;
/** Of a further line nobody wants less, characters. */
const LEAST_BEGUN = 6;
const isWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}_$]/u.test(character);

/**
 * The beginnings of a cleaned draft, shortest first; the last is all of it, with the lines beyond. Within the cursor's line they end with a token, a
 * whole word and no opener; a further line, not below a blank one, with a few characters at least, and where a grammar
 * looked at it with all that was begun; and nowhere with what breaks the document. Where cleaning has changed the text so that its tokens cannot be found, the draft alone.
 */
export function cutsOf(draft: Draft, { query }: Pick<CompletionPlace, 'query'>): Draft[] {
  const { beyond, ...line } = draft;
  const text = draft.text + (beyond?.text ?? '');
  if (text === '') return [];
  const tokens = [...draft.tokens, ...(beyond?.tokens ?? [])];
  const start = tokens
    .map((token) => token.text)
    .join('')
    .indexOf(text);
  if (start < 0) return beyond === undefined ? [draft] : cutsOf(line, { query });
  const before = lineBefore(query.prefix);
  const parses = (cut: string) => {
    const length = start + cut.length;
    const isWhole = draft.whole?.includes(length) !== false || !cut.trimStart().includes('\n');
    return isWhole && draft.broken?.includes(length) !== true;
  };
  const prose = isProse(query.languageId, query.prefix);
  const begun = begunName(before);
  const names = begun === '' ? undefined : namesFrom(begun, query.prefix, query.suffix);
  const name = wholeName(begun, text);
  const isStranger = names !== undefined && names.size > 0 && name !== begun && !names.has(name);
  const whole = { ...line, ...(isStranger && { stranger: true as const }) };
  const cuts: Draft[] = [];
  let end = -start;
  for (const [i, { text: piece }] of tokens.entries()) {
    end += piece.length;
    const cut = text.slice(0, Math.max(0, end)).trimEnd();
    const isSentence = prose && SENTENCE_END.test(cut) && !/^\S/.test(text.slice(cut.length));
    const ends = isSentence || mayEnd(cut, text, before, query.languageId);
    if (cut === '' || cut === cuts.at(-1)?.text || !ends || !parses(cut)) continue;
    cuts.push(beginning(whole, cut, tokens.slice(0, i + 1)));
  }
  if (cuts.at(-1)?.text !== text && parses(text)) cuts.push(beginning(whole, text, tokens));
  return cuts;
}

/** The specialist's own confidence is of whole lines, and says nothing here. */
function beginning({ confidence: _, ...draft }: Draft, text: string, tokens: readonly DraftToken[]): Draft {
  return { ...draft, text, tokens, complete: draft.complete && text.length >= draft.text.length };
}

function mayEnd(cut: string, text: string, before: string, languageId: string): boolean {
  const next = text.slice(cut.length).trimStart() === '' ? undefined : text[cut.length];
  if (next === undefined || /^[^\S\n]*\n/.test(text.slice(cut.length))) return true;
  if (isWord(cut.at(-1)) && isWord(next)) return false;
  const line = (before + cut).slice(lineStart(before + cut));
  if (cut.includes('\n') && (line.trim().length < LEAST_BEGUN || /\n\s*\n/.test(cut))) return false;
  // A quote that has just been closed is an end like any other.
  const closed = /["'`]$/.test(cut) && lineState(languageId, line) === 'code';
  return closed || !OPEN_END.test(cut);
}
