// The request to a large model at a cursor position: the same for serving and for labelling.
//
// Privacy: all of an LlmRequest leaves the machine. The caller has the user's consent for the folder, and has redacted
// the secrets in the query and the snippets; no later step redacts them.
import type { CompletionPosition, CompletionQuery, Snippet, SnippetOptions } from '../../common/completion.ts';
import { headOf, windowStart } from '../../text/windows.ts';

export interface LlmRequest {
  /** Prefix and suffix with redacted secrets. */
  readonly query: CompletionQuery;
  /** With redacted secrets. */
  readonly snippets: readonly Snippet[];
  /** The local model's drafts, likeliest first (Super In-Context Learning, arXiv 2305.08848). */
  readonly drafts: readonly EstimatedDraft[];
  readonly multiline: boolean;
  /** No further request about this file is expected, so that the API's prompt cache need not keep its text. */
  readonly oneOff?: boolean;
}

/** A local draft, with the calibrated estimate that it is exactly right. */
export interface EstimatedDraft {
  readonly text: string;
  readonly estimate: number;
}

/** The snippets of a request. */
export const REQUEST_SNIPPETS: SnippetOptions = { maxSnippets: 4, maxCharacters: 2400 };

/**
 * UTF-16 units around the cursor, a little more than the prompt takes. The start moves in steps and stays the same
 * between most keystrokes, because the API's prompt cache needs equal beginnings.
 */
const BEFORE = { reach: 8192, step: 1024 };
const AFTER = 2000;

/**
 * The first parameter is a position. Its whole query must be redacted before; here it is only cut.
 * @param snippets redacted
 */
export function requestAt(
  { query, block }: Pick<CompletionPosition, 'query' | 'block'>,
  snippets: readonly Snippet[],
  drafts: readonly EstimatedDraft[],
): LlmRequest {
  return { query: nearby(query), snippets, drafts, multiline: block };
}

/** Lines of a bare request before the cursor and after the cursor's line. */
const BARE = { before: 50, after: 12 };

/** What a plain API call sees, to measure what the rest of a request brings. */
export function bareRequestAt({ query, block }: Pick<CompletionPosition, 'query' | 'block'>): LlmRequest {
  const before = query.prefix.split('\n').slice(-BARE.before - 1);
  const after = query.suffix.split('\n').slice(0, BARE.after + 1);
  return {
    ...requestAt({ query: { ...query, prefix: before.join('\n'), suffix: after.join('\n') }, block }, [], []),
    oneOff: true,
  };
}

/** The text near the cursor, cut at line breaks. */
function nearby(query: CompletionQuery): CompletionQuery {
  const { prefix, suffix } = query;
  return { ...query, prefix: prefix.slice(windowStart(prefix, prefix.length, BEFORE)), suffix: headOf(suffix, AFTER) };
}
