// Prose without a parser: sentences, code fences and front matter, whether a position is in prose, and whether a text
// is code.
import { kindOf, languageIdOf, languageIdOfFence, languageOf } from './languages.ts';
import { lineBefore } from './lines.ts';

/** A fence that is not closed yet. */
interface OpenFence {
  /** The language of the code; undefined if the fence names none, or a language of prose. */
  readonly languageId: string | undefined;
  /** Offset of its first line of code. */
  readonly start: number;
}

const BAR = /^[ \t>]*(`{3,}|~{3,})(.*)$/gm;
const CLOSING_BAR = /^[ \t>]*(?:`{3,}|~{3,})[ \t]*$/m;
/** `ts`, `ts title="a.ts"`, `{.python}`, `{r, echo=FALSE}` */
const NAME = /^\s*\{?\.?([\w+#.-]+)/;

/** The end of a document's front matter, which is YAML. */
const FRONT_MATTER_END = /\n(?:---|\.\.\.)[ \t]*(?:\n|$)/;

/** The fence or front matter that is open at the end of a document's beginning; a fence's own line belongs to it. */
export function openFence(text: string): OpenFence | undefined {
  if (text.startsWith('---\n') && !FRONT_MATTER_END.test(text.slice(3))) return { languageId: 'yaml', start: 4 };
  let open: { readonly bar: string; readonly info: string; readonly start: number } | undefined;
  for (const match of text.matchAll(BAR)) {
    const [line, bar = '', info = ''] = match;
    if (open === undefined) {
      // Backticks in the line make it code between backticks.
      if (!info.includes('`')) open = { bar, info, start: match.index + line.length + 1 };
    } else if (bar.startsWith(open.bar) && info.trim() === '') open = undefined;
  }
  if (open === undefined) return undefined;
  const name = open.start > text.length ? undefined : NAME.exec(open.info)?.[1];
  const languageId = name === undefined ? undefined : languageIdOfFence(name);
  const isCode = languageId !== undefined && kindOf(languageId) === 'code';
  return { languageId: isCode ? languageId : undefined, start: Math.min(open.start, text.length) };
}

/** The language at the end of a document's beginning: the fence's in a fence, else the document's. */
export function languageAt(languageId: string, before: string): string {
  if (kindOf(languageId) === 'code') return languageId;
  return openFence(before)?.languageId ?? languageId;
}

/** Whether a language is that of a fence in the file, as `languageAt` gives it. */
export function isFenced(path: string, languageId: string): boolean {
  return kindOf(languageId) === 'code' && kindOf(languageIdOf(path)) === 'prose';
}

/** Length of the text up to the line that closes the fence. */
export function fenceLength(after: string): number {
  return CLOSING_BAR.exec(after)?.index ?? after.length;
}

const STOP = /[.!?…]["'”’»)\]]*(?=\s|$)/gu;
/** A full stop after an abbreviation ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(])(?:\p{L}|e\.g|i\.e|etc|cf|ca|vs|al|approx|Mr|Mrs|Ms|Dr|Prof|St|No|Nr|Fig|Eq|Sec|Jr|Sr|z\.B|d\.h|u\.a|bzw|usw|evtl|ggf)\.$/iu;

/** The number of a list item or a heading. */
const ITEM_NUMBER = /(?:^|\n)[ \t>#*+-]*\d+(?:\.\d+)*\.$/;

/**
 * Length of the text up to the end of its first sentence; undefined if no sentence ends in it.
 * @param before the part of the line to the left of the text
 */
export function sentenceEnd(text: string, before = ''): number | undefined {
  for (const { index, 0: mark } of text.matchAll(STOP)) {
    const end = index + mark.length;
    if (!/[\p{L}\p{N}]/u.test(text.slice(0, end))) continue;
    if (mark === '.' && ABBREVIATION.test(text.slice(0, end))) continue;
    if (mark === '.' && ITEM_NUMBER.test(before + text.slice(0, end))) continue;
    // A small letter continues the sentence.
    if (/^\s+\p{Ll}/u.test(text.slice(end))) continue;
    return end;
  }
  return undefined;
}

/** Whether the end of the prefix is prose, not code in a fenced block. */
export function isProse(languageId: string, prefix: string): boolean {
  return languageOf(languageId).family === 'prose' && openFence(prefix) === undefined;
}

/** A heading, a row of a table, a tag, a definition of a link, or an item that begins with a link. */
const STRUCTURED_LINE = /^\s*(?:#{1,6}\s|\||<[\w/!]|\[[^\]]+\]:|(?:[-*+]|\d+\.)\s*\[)/;
/** A link's text or target, or an image. */
const LINK = /\[[^[\]]*$|\]\((?:(?!\]\()[^)\s])*$/;

/** Whether the end of the prefix is in a sentence: neither code nor the structure of a document. */
export function isSentence(languageId: string, prefix: string): boolean {
  if (!isProse(languageId, prefix)) return false;
  const line = lineBefore(prefix);
  const inTicks = (line.match(/`/g)?.length ?? 0) % 2 === 1;
  return !inTicks && !STRUCTURED_LINE.test(line) && !LINK.test(line);
}

const IN_WORD = /[\p{L}\p{N}_'’-]/u;
/** The rest of a word that was begun. */
const WORD_REST = /^[\p{L}\p{N}_'’-]*/u;
const SENTENCE_START = /(?:^|[.!?:]\s)[\s>*_("'“-]*$/;

/**
 * Whether a text brings a word beyond the one that the line before it begins, or completes a term. Terms are
 * `TestClient`, `http2`, `max_age`, or a name inside a sentence. The end of another word is quicker typed than read.
 */
export function bringsWord(text: string, line: string): boolean {
  let start = line.length;
  while (start > 0 && IN_WORD.test(line[start - 1] as string)) start--;
  const begun = line.slice(start).replace(/^['’-]+/, '');
  const rest = begun === '' ? '' : (WORD_REST.exec(text)?.[0] ?? '');
  if (/[\p{L}\p{N}]/u.test(text.slice(rest.length))) return true;
  const word = begun + rest;
  const isName = /^\p{Lu}/u.test(word) && !SENTENCE_START.test(line.slice(0, line.length - begun.length));
  return isName || /[\p{Lu}\d_]/u.test(word.slice(1));
}

const CODE =
  /=>|\(\)\s*[{;]|[;{}][^\S\n]*$|^[^\S\n]*["'][\w./@-]+["'][;,]?[^\S\n]*$|\b(?:const|let|var) \w+ =|:=|&&|\|\||<\/\w+>/m;

/** Whether a text is code and no sentence; code between backticks does not count. */
export function isCode(text: string): boolean {
  return CODE.test(text.replace(/`[^`\n]*`/g, 'x'));
}
