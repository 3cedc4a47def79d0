// The content of an API call: text around the cursor and snippets, with secrets redacted.
import type { Draft, Specialist } from '../common/completion.ts';
import type { Redactor } from '../common/redaction.ts';
import { type LlmRequest, REQUEST_SNIPPETS, requestAt } from '../prompts/completion/llm-request.ts';
import type { CompletionPosition } from '../prompts/completion/types.ts';
import { redactedInsert, redactedQuery } from './redacted-query.ts';

/** A local draft below this confidence is not sent as a hint. */
export const HINT_THRESHOLD = 0.1;

export interface PromptParts {
  readonly position: Pick<CompletionPosition, 'query' | 'block'>;
  readonly hint: Draft | undefined;
  /**
   * A local draft that was rejected here. It guides the search for snippets (MCCom, arXiv 2603.05974) and is not sent.
   */
  readonly rejected?: string | undefined;
}

/**
 * Redacts whole texts with the folder's known secrets, and cuts afterwards. A hint that contains a secret is dropped.
 */
export async function redactedRequest(
  { position: { query, block }, hint, rejected = '' }: PromptParts,
  specialist: Specialist,
  redact: Redactor,
  signal: AbortSignal,
): Promise<LlmRequest> {
  const snippetQuery = { ...query, prefix: query.prefix + rejected };
  const [redacted, text, foundSnippets] = await Promise.all([
    redactedQuery(query, redact),
    redactedInsert(hint?.text ?? '', query, redact),
    // A prompt without snippets is still valid.
    specialist.snippets(snippetQuery, REQUEST_SNIPPETS, signal).catch(() => []),
  ]);
  signal.throwIfAborted();
  const snippets = await Promise.all(
    foundSnippets.map(async ({ path, text, line }) => ({
      path: await redact.path(path),
      // The file may have changed since it was redacted.
      text: await redact.text(text, path, { start: true, end: true }),
      line,
    })),
  );
  return requestAt({ query: redacted, block }, snippets, text !== '' && text === hint?.text ? { hint: text } : {});
}
