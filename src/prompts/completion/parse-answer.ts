// Removes the wrapping of a large model's answer (tags, code fences, cursor markers), and decides when a stream may
// end. clean.ts mends the text itself.
import { languageIdOfFence } from '../../text/languages.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { hasWholeLine } from './clean.ts';
import type { LlmRequest } from './llm-request.ts';

export const openTag = '<insert>';
export const closeTag = '</insert>';

/** The answer without its wrapping. Pure. */
export function parseAnswer(raw: string, request: LlmRequest): string {
  return unwrapped(raw, request).trimEnd();
}

function unwrapped(raw: string, { query }: LlmRequest): string {
  return withoutMarkers(withoutFences(toLineFeeds(inserted(raw)), query.languageId));
}

/**
 * The text between the tags; the whole text if the model left them out.
 * @param more whether the answer still streams: then an incomplete tag at its end is left out
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

/** Whether an answer for one line is complete although the model continues. */
export function lineIsComplete(raw: string, request: LlmRequest): boolean {
  if (!inserted(raw).includes('\n')) return false;
  const { query, multiline: block } = request;
  return hasWholeLine(unwrapped(raw, request), { query, block, indentUnit: '' });
}

/**
 * Removes a code fence around the text. In Markdown a fence may be the answer itself, so only a 'markdown' fence is
 * removed.
 */
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
