// Redacts secrets in the text around the cursor: first all of it, then it is cut.
import type { CompletionQuery } from '../common/completion.ts';
import type { Redactor } from '../common/redaction.ts';
import { lineEnd, lineStart } from '../text/lines.ts';
import { cutOf } from '../text/windows.ts';

/** Longest part of a secret at the cursor, UTF-16 units. */
const NEAR = 4000;

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
