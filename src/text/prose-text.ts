// Sentences without a parser: where they end, whether a position is in prose, and whether a text is code.
import { languageOf } from './languages.ts';

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
  return languageOf(languageId).family === 'prose' && !isFenced(prefix);
}

function isFenced(prefix: string): boolean {
  const fences = prefix.match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0;
  return fences % 2 === 1;
}

const CODE = /=>|\(\)\s*[{;]|[;{}]\s*$|^\s*["'][\w./@-]+["'][;,]?\s*$|\b(?:const|let|var) \w+ =|:=|&&|\|\||<\/\w+>/m;

/** Whether a text is code and no sentence; code between backticks does not count. */
export function isCode(text: string): boolean {
  return CODE.test(text.replace(/`[^`\n]*`/g, 'x'));
}
