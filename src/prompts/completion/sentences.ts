// Filters for prose: a suggestion ends with its sentence and contains no code.
import { isCode, isProse, sentenceEnd } from '../../text/prose-text.ts';
import type { Context } from './filter.ts';

/** The beginning of a code block. */
const FENCE = /```|~~~/;

/** Cuts at the end of the current sentence. */
export function cutToSentence(text: string, { query, before }: Context): string {
  if (!isProse(query.languageId, query.prefix) || FENCE.test(text)) return text;
  return text.slice(0, sentenceEnd(text, before));
}

/** Drops a suggestion that is code, unless code is expected at the cursor. */
export function dropCode(text: string, { query, before }: Context): string {
  const isMeant = !isProse(query.languageId, query.prefix) || FENCE.test(text) || isInTicks(before) || isCode(before);
  return !isMeant && isCode(text) ? '' : text;
}

function isInTicks(before: string): boolean {
  return (before.match(/`/g)?.length ?? 0) % 2 === 1;
}
