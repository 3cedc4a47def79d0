// What a large model is asked at a place: the same where somebody waits for it and where its answers are labels.
//
// Privacy: whatever is in a TeacherRequest leaves the machine. The caller has the user's consent for the folder, and has
// masked secrets in the query and the snippets; nothing from here on looks for them again.
import type { CompletionQuery, Snippet, SnippetOptions } from '../../common/completion.ts';
import { headOf, windowStart } from '../../text/windows.ts';
import type { CompletionPlace } from './types.ts';

export interface LlmRequest {
  /** Prefix and suffix with secrets masked. */
  readonly query: CompletionQuery;
  /** Secrets masked. */
  readonly snippets: readonly Snippet[];
  /** The specialist's draft as a hint; absent when it has none worth showing (Data Shunt, arXiv 2406.15471). */
  readonly hint?: string;
  readonly multiline: boolean;
  /** Nobody is going to ask about this file again soon: its text is not worth writing to the API's prompt cache. */
  readonly oneOff?: boolean;
}

/** The snippets that go along. */
export const REQUEST_SNIPPETS: SnippetOptions = { maxSnippets: 4, maxCharacters: 2400 };

/**
 * UTF-16 units round the cursor, a little more than the large model's prompt takes. The start moves in steps, so that it
 * stays where it is from keystroke to keystroke: the API's prompt cache needs equal beginnings.
 */
const BEFORE = { reach: 20_480, step: 4096 };
const AFTER = 5000;

/**
 * @param place its query masked whole: it is cut here
 * @param snippets masked
 */
export function requestAt(
  { query, block }: Pick<CompletionPlace, 'query' | 'block'>,
  snippets: readonly Snippet[],
  more: Pick<LlmRequest, 'hint' | 'oneOff'> = {},
): LlmRequest {
  return { query: nearby(query), snippets, multiline: block, ...more };
}

/** The text near the cursor, cut at line breaks. */
function nearby(query: CompletionQuery): CompletionQuery {
  const { prefix, suffix } = query;
  return { ...query, prefix: prefix.slice(windowStart(prefix, prefix.length, BEFORE)), suffix: headOf(suffix, AFTER) };
}
