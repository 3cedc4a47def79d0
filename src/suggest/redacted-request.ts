// The content of an API call: text around the cursor and snippets, with secrets redacted. First all of it is redacted,
// then it is cut.
import type { CompletionPosition, CompletionQuery, Specialist } from '../common/completion.ts';
import type { Redactor } from '../common/redaction.ts';
import {
  type EstimatedDraft,
  type LlmRequest,
  REQUEST_SNIPPETS,
  requestAt,
} from '../prompts/completion/llm-request.ts';
import { lineEnd, lineStart } from '../text/lines.ts';
import { cutOf } from '../text/windows.ts';

/** Longest part of a secret at the cursor, UTF-16 units. */
const NEAR = 4000;

export interface PromptParts {
  readonly position: Pick<CompletionPosition, 'query' | 'block'>;
  /** Likeliest first. */
  readonly drafts: readonly EstimatedDraft[];
  /**
   * A local draft that was rejected here. It guides the search for snippets (MCCom, arXiv 2603.05974) and is not sent.
   */
  readonly rejected?: string | undefined;
}

/**
 * Redacts whole texts with the folder's known secrets, and cuts afterwards. A draft that contains a secret is dropped.
 */
export async function redactedRequest(
  { position: { query, block }, drafts, rejected = '' }: PromptParts,
  specialist: Specialist,
  redact: Redactor,
  signal: AbortSignal,
): Promise<LlmRequest> {
  // The index names a file by its redacted path.
  const snippetQuery = { ...query, path: await redact.path(query.path), prefix: query.prefix + rejected };
  const [redacted, clean, foundSnippets] = await Promise.all([
    redactedQuery(query, redact),
    Promise.all(drafts.map(async ({ text }) => text === (await redactedInsert(text, query, redact)))),
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
  return requestAt(
    { query: redacted, block },
    snippets,
    drafts.filter((_, i) => clean[i]),
  );
}

/**
 * The query with secrets redacted and offsets unchanged. A secret across the cursor is redacted on both sides, and so
 * is a partial secret that is being typed.
 */
export async function redactedQuery(query: CompletionQuery, redact: Redactor): Promise<CompletionQuery> {
  const { prefix, suffix, path } = query;
  // The cursor may cut a secret in two: both halves of the line are checked separately.
  const from = lineStart(prefix, Math.max(0, prefix.length - NEAR));
  const rest = lineEnd(suffix, Math.min(NEAR, suffix.length));
  const [whole, before, after, name] = await Promise.all([
    redact.text(prefix + suffix, path, cutOf(query)),
    redact.text(prefix.slice(from), path, { end: true }),
    redact.text(suffix.slice(0, rest), path, { start: true }),
    redact.path(path),
  ]);
  const both = union(prefix + suffix, whole, prefix.slice(0, from) + before + after + suffix.slice(rest));
  return { ...query, path: name, prefix: both.slice(0, prefix.length), suffix: both.slice(prefix.length) };
}

/** Redacts a text to be inserted at the cursor, both in its surroundings and by itself. */
export async function redactedInsert(text: string, query: CompletionQuery, redact: Redactor): Promise<string> {
  if (text === '') return '';
  const { prefix, suffix, path } = query;
  const [inContext, byItself] = await Promise.all([
    redact.text(prefix + text + suffix, path, cutOf(query)),
    redact.text(text, path, { start: true, end: true }),
  ]);
  return union(text, inContext.slice(prefix.length, prefix.length + text.length), byItself);
}

/** Redacted wherever one of the two is. All three have the same length. */
function union(text: string, one: string, other: string): string {
  if (one === other || other === text) return one;
  if (one === text) return other;
  return Array.from({ length: text.length }, (_, i) => (one[i] === text[i] ? other[i] : one[i])).join('');
}
