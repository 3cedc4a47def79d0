// Prose has filters of its own: a suggestion goes to the end of its sentence, and what is code is none.
import { isCode, isProse, sentenceEnd } from '../../text/prose-text.ts';
import type { Context } from './filter.ts';

/** A block of code begins in it. */
const FENCE = /```|~~~/;

/** Up to the end of the sentence under way. */
export function cutToSentence(text: string, { query, before }: Context): string {
  if (!isProse(query.languageId, query.prefix) || FENCE.test(text)) return text;
  return text.slice(0, sentenceEnd(text, before));
}

/** What was learned from code, in a paragraph that has none. */
export function dropCode(text: string, { query, before }: Context): string {
  const isMeant = !isProse(query.languageId, query.prefix) || FENCE.test(text) || isInTicks(before) || isCode(before);
  return !isMeant && isCode(text) ? '' : text;
}

function isInTicks(before: string): boolean {
  return (before.match(/`/g)?.length ?? 0) % 2 === 1;
}
