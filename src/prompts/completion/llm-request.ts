// The request to a large model at a cursor position: the same for serving and for labelling.
//
// Privacy: all of an LlmRequest leaves the machine. The caller has the user's consent for the folder, and has redacted
// the secrets in the query and the snippets; no later step redacts them.
import type { CompletionQuery, Snippet, SnippetOptions } from '../../common/completion.ts';
import { headOf, windowStart } from '../../text/windows.ts';
import type { CompletionPosition } from './types.ts';

export interface LlmRequest {
  /** Prefix and suffix with redacted secrets. */
  readonly query: CompletionQuery;
  /** With redacted secrets. */
  readonly snippets: readonly Snippet[];
  /** The local model's draft as a hint, if it is worth showing (Data Shunt, arXiv 2406.15471). */
  readonly hint?: string;
  readonly multiline: boolean;
  /** No further request about this file is expected, so that the API's prompt cache need not keep its text. */
  readonly oneOff?: boolean;
}

/** The snippets of a request. */
export const REQUEST_SNIPPETS: SnippetOptions = { maxSnippets: 4, maxCharacters: 2400 };

/**
 * UTF-16 units around the cursor, a little more than the prompt takes. The start moves in steps and stays the same
 * between most keystrokes, because the API's prompt cache needs equal beginnings.
 */
const BEFORE = { reach: 20_480, step: 4096 };
const AFTER = 5000;

/**
 * The first parameter is a position. Its whole query must be redacted before; here it is only cut.
 * @param snippets redacted
 */
export function requestAt(
  { query, block }: Pick<CompletionPosition, 'query' | 'block'>,
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
