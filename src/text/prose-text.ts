// What a sentence is, without a parser: where it ends, whether a place is prose at all, and what does not belong into one.
import { languageOf } from './languages.ts';

const STOP = /[.!?…]["'”’»)\]]*(?=\s|$)/gu;
/** A full stop behind these ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(])(?:\p{L}|e\.g|i\.e|etc|cf|ca|vs|al|approx|Mr|Mrs|Ms|Dr|Prof|St|No|Nr|Fig|Eq|Sec|Jr|Sr|z\.B|d\.h|u\.a|bzw|usw|evtl|ggf)\.$/iu;

/** The number of a list's item or a heading, from its line's start on. */
const ITEM_NUMBER = /(?:^|\n)[ \t>#*+-]*\d+(?:\.\d+)*\.$/;

/**
 * Length of the text up to the end of its first sentence; undefined where none ends in it.
 * @param before what stands before the text in its line
 */
export function sentenceEnd(text: string, before = ''): number | undefined {
  for (const { index, 0: mark } of text.matchAll(STOP)) {
    const end = index + mark.length;
    if (!/[\p{L}\p{N}]/u.test(text.slice(0, end))) continue;
    if (mark === '.' && ABBREVIATION.test(text.slice(0, end))) continue;
    if (mark === '.' && ITEM_NUMBER.test(before + text.slice(0, end))) continue;
    // What goes on in small letters was no end.
    if (/^\s+\p{Ll}/u.test(text.slice(end))) continue;
    return end;
  }
  return undefined;
}

/** Text stands there, and not the code of a fenced block. */
export function isProse(languageId: string, prefix: string): boolean {
  return languageOf(languageId).family === 'prose' && !isFenced(prefix);
}

function isFenced(prefix: string): boolean {
  const fences = prefix.match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0;
  return fences % 2 === 1;
}

const CODE = /=>|\(\)\s*[{;]|[;{}]\s*$|^\s*["'][\w./@-]+["'][;,]?\s*$|\b(?:const|let|var) \w+ =|:=|&&|\|\||<\/\w+>/m;

/** It is no sentence, but a piece of code that strayed into it; what stands between backticks is meant. */
export function isCode(text: string): boolean {
  return CODE.test(text.replace(/`[^`\n]*`/g, 'x'));
}
