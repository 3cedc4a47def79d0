// Sentences without a parser: where they end, whether a position is in prose, and whether a text is code.
import { openFence } from './fences.ts';
import { languageOf } from './languages.ts';
import { lineBefore } from './lines.ts';

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

const CODE =
  /=>|\(\)\s*[{;]|[;{}][^\S\n]*$|^[^\S\n]*["'][\w./@-]+["'][;,]?[^\S\n]*$|\b(?:const|let|var) \w+ =|:=|&&|\|\||<\/\w+>/m;

/** Whether a text is code and no sentence; code between backticks does not count. */
export function isCode(text: string): boolean {
  return CODE.test(text.replace(/`[^`\n]*`/g, 'x'));
}
