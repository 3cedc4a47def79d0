// What leaves the machine with an API call: text round the cursor and snippets, secrets replaced.
import type { CompletionQuery, Draft, Specialist } from '../common/completion.ts';
import type { Masking } from '../common/masking.ts';
import type { TeacherRequest } from '../teacher/types.ts';
import { headOf, windowStart } from '../text/windows.ts';
import { maskedInsert, maskedQuery } from './masked.ts';

/**
 * UTF-16 units round the cursor, a little more than the teacher's prompt takes. The start moves in steps, so that it
 * stays where it is from keystroke to keystroke: the API's prompt cache needs equal beginnings.
 */
const BEFORE = { reach: 20_480, step: 4096 };
const AFTER = 5000;
const SNIPPETS = { maxSnippets: 4, maxCharacters: 2400 };
/** A local draft less likely right than this is no hint. */
export const HINT_BAR = 0.1;

export interface PromptParts {
  readonly query: CompletionQuery;
  readonly hint: Draft | undefined;
  readonly multiline: boolean;
}

/** Everything is masked whole, with what is known of the folder, and cut afterwards. A hint with a secret in it is no hint. */
export async function maskedRequest(
  { query, hint, multiline }: PromptParts,
  specialist: Specialist,
  mask: Masking,
  signal: AbortSignal,
): Promise<TeacherRequest> {
  const [masked, text, found] = await Promise.all([
    maskedQuery(query, mask),
    maskedInsert(hint?.text ?? '', query, mask),
    // Without snippets the prompt is poorer, not wrong.
    specialist.snippets(query, SNIPPETS, signal).catch(() => []),
  ]);
  signal.throwIfAborted();
  const snippets = await Promise.all(
    found.map(async ({ path, text, line }) => ({
      path: await mask.path(path),
      // It was cut from a file that may have changed since it was masked.
      text: await mask.text(text, path, { start: true, end: true }),
      line,
    })),
  );
  return { query: nearby(masked), snippets, multiline, ...(text !== '' && text === hint?.text && { hint: text }) };
}

/** The text near the cursor, cut at line breaks. */
export function nearby(query: CompletionQuery): CompletionQuery {
  const { prefix, suffix } = query;
  return { ...query, prefix: prefix.slice(windowStart(prefix, prefix.length, BEFORE)), suffix: headOf(suffix, AFTER) };
}
