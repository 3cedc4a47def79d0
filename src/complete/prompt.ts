// What leaves the machine with an API call: text round the cursor and snippets, secrets replaced.
import type { CompletionQuery, Draft, Specialist } from '../common/completion.ts';
import type { TeacherRequest } from '../teacher/types.ts';

/**
 * UTF-16 units round the cursor, a little more than the teacher's prompt takes. The start moves in steps, so that it
 * stays where it is from keystroke to keystroke: the API's prompt cache needs equal beginnings.
 */
const BEFORE = 20_480;
const STEP = 4096;
const AFTER = 5000;
/** Further up than this, a header that nothing ends is a mention of one. */
const LONGEST_PEM = 16_000;
const SNIPPETS = { maxSnippets: 4, maxCharacters: 2400 };
/** A local draft less likely right than this is no hint. */
export const HINT_BAR = 0.1;

export interface PromptParts {
  readonly query: CompletionQuery;
  readonly hint: Draft | undefined;
  readonly multiline: boolean;
}

/**
 * Undefined where a secret lies across the cursor and so cannot be replaced on either side alone: such a place is not
 * sent at all.
 */
export async function maskedRequest(
  parts: PromptParts,
  specialist: Specialist,
  mask: (text: string, path: string) => Promise<string>,
  signal: AbortSignal,
): Promise<TeacherRequest | undefined> {
  const { query, hint, multiline } = parts;
  const near = nearby(query);
  const [whole, found] = await Promise.all([
    mask(near.prefix + near.suffix, query.path),
    // Without snippets the prompt is poorer, not wrong.
    specialist.snippets(query, SNIPPETS, signal).catch(() => []),
  ]);
  signal.throwIfAborted();
  let masked = near;
  if (whole !== near.prefix + near.suffix) {
    const [prefix, suffix] = await Promise.all([mask(near.prefix, query.path), mask(near.suffix, query.path)]);
    if (prefix + suffix !== whole) return undefined;
    masked = { ...near, prefix, suffix };
  }
  // Drafts and snippets can come from open files, whose unsaved text was not masked when it was indexed.
  const snippets = await Promise.all(found.map(async (s) => ({ ...s, text: await mask(s.text, s.path) })));
  const text = hint === undefined ? '' : await mask(hint.text, query.path);
  return { query: masked, snippets, multiline, ...(text === '' ? {} : { hint: text }) };
}

/** The text near the cursor, cut at line breaks and never inside a PEM block (its key would pass without its header). */
export function nearby(query: CompletionQuery): CompletionQuery {
  return { ...query, prefix: lastPart(query.prefix), suffix: firstPart(query.suffix) };
}

function lastPart(prefix: string): string {
  if (prefix.length <= BEFORE) return prefix;
  const from = Math.ceil((prefix.length - BEFORE) / STEP) * STEP;
  const line = prefix.indexOf('\n', from);
  const start = line === -1 ? from : line + 1;
  const begin = prefix.lastIndexOf('-----BEGIN ', start);
  if (begin === -1 || start - begin > LONGEST_PEM) return prefix.slice(start);
  const end = prefix.indexOf('-----END ', begin);
  if (end === -1) return prefix.slice(begin);
  return prefix.slice(end < start ? start : Math.max(start, endOfLine(prefix, end)));
}

function firstPart(suffix: string): string {
  if (suffix.length <= AFTER) return suffix;
  const line = suffix.lastIndexOf('\n', AFTER);
  const stop = line === -1 ? AFTER : line;
  const begin = suffix.lastIndexOf('-----BEGIN ', stop);
  const open = begin !== -1 && suffix.indexOf('-----END ', begin) >= stop;
  return suffix.slice(0, open ? begin : stop);
}

function endOfLine(text: string, from: number): number {
  const line = text.indexOf('\n', from);
  return line === -1 ? text.length : line;
}
