// What a large model puts round an answer, taken off: tags, code fences, cursor markers, and where a stream may end. What is wrong with
// the text itself is another matter (clean.ts).
import { languageIdOfFence } from '../../text/languages.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { hasWholeLine } from './clean.ts';
import type { LlmRequest } from './llm-request.ts';

export const openTag = '<insert>';
export const closeTag = '</insert>';

/** The answer's text as the model meant it. Pure. */
export function parseAnswer(raw: string, request: LlmRequest): string {
  return unwrapped(raw, request).trimEnd();
}

function unwrapped(raw: string, { query }: LlmRequest): string {
  return withoutMarkers(withoutFences(toLineFeeds(inserted(raw)), query.languageId));
}

/**
 * What stands between the tags; the whole text where the model left them out.
 * @param more the answer still streams: a tag's first half at its end is held back
 */
export function inserted(raw: string, more = false): string {
  const open = raw.indexOf(openTag);
  const begun = open >= 0 ? raw.slice(open + openTag.length) : raw;
  const close = begun.indexOf(closeTag);
  if (close >= 0) return begun.slice(0, close);
  if (!more) return begun;
  const tag = open >= 0 ? closeTag : openTag;
  for (let length = Math.min(tag.length - 1, begun.length); length > 0; length--) {
    if (tag.startsWith(begun.slice(-length))) return begun.slice(0, -length);
  }
  return begun;
}

/** A single line's answer is at its end although the model goes on. */
export function lineIsComplete(raw: string, request: LlmRequest): boolean {
  if (!inserted(raw).includes('\n')) return false;
  const { query, multiline: block } = request;
  return hasWholeLine(unwrapped(raw, request), { query, block, indentUnit: '' });
}

/** A code fence around the whole. In Markdown a fence may be what was asked for: only one that says 'markdown' goes. */
function withoutFences(text: string, languageId: string): string {
  const fence = /^\s*(```+|~~~+)([\w+#.-]*)[ \t]*\n/.exec(text);
  if (fence === null) return text;
  const [head, bar, info] = fence as unknown as [string, string, string];
  if (languageId === 'markdown' && languageIdOfFence(info) !== 'markdown') return text;
  const body = text.slice(head.length);
  const end = body.search(new RegExp(`^[ \\t]*${bar}[ \\t]*$`, 'm'));
  return end < 0 ? body : body.slice(0, end).replace(/\n$/, '');
}

function withoutMarkers(text: string): string {
  return text.replace(/<\|cursor(-\d+)?\|>/g, '');
}
