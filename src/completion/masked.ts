// Secrets out of what a place consists of: first all of its text is masked, then it is cut.
import type { CompletionQuery } from '../common/completion.ts';
import type { Masking } from '../common/masking.ts';
import { cutOf } from '../prompts/completion/query.ts';
import { lineEnd, lineStart } from '../text/lines.ts';

/** A secret's half at the cursor is no longer than this, UTF-16 units. */
const NEAR = 4000;

/**
 * The query without secrets, its offsets what they were. A secret across the cursor is masked on both sides, and half a
 * secret that ends at the cursor (it is being typed) is masked as well.
 */
export async function maskedQuery(query: CompletionQuery, mask: Masking): Promise<CompletionQuery> {
  const { prefix, suffix, path } = query;
  // At the cursor the text is cut by what is being written: looked at for halves from the line's start, and to its end.
  const from = lineStart(prefix, Math.max(0, prefix.length - NEAR));
  const rest = lineEnd(suffix, Math.min(NEAR, suffix.length));
  const [whole, before, after, name] = await Promise.all([
    mask.text(prefix + suffix, path, cutOf(query)),
    mask.text(prefix.slice(from), path, { end: true }),
    mask.text(suffix.slice(0, rest), path, { start: true }),
    mask.path(path),
  ]);
  const both = union(prefix + suffix, whole, prefix.slice(0, from) + before + after + suffix.slice(rest));
  return { ...query, path: name, prefix: both.slice(0, prefix.length), suffix: both.slice(prefix.length) };
}

/** A text that is to stand at the query's cursor, masked with what stands round it, and by itself. */
export async function maskedInsert(text: string, query: CompletionQuery, mask: Masking): Promise<string> {
  if (text === '') return '';
  const { prefix, suffix, path } = query;
  const [there, alone] = await Promise.all([
    mask.text(prefix + text + suffix, path, cutOf(query)),
    mask.text(text, path, { start: true, end: true }),
  ]);
  return union(text, there.slice(prefix.length, prefix.length + text.length), alone);
}

/** Masked wherever one of the two is, which are as long as the text. */
function union(text: string, one: string, other: string): string {
  if (one === other || other === text) return one;
  if (one === text) return other;
  return Array.from({ length: text.length }, (_, i) => (one[i] === text[i] ? other[i] : one[i])).join('');
}
