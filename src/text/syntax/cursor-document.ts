// The document around a cursor for the grammar: a text inserted there, and its open brackets closed after it.
import type { CompletionQuery } from '../../common/completion.ts';
import { brackets, CLOSER_OF } from '../brackets.ts';
import { fenceLength, isFenced, openFence } from '../fences.ts';
import { languageOf } from '../languages.ts';
import { lineEnd, lineStart } from '../lines.ts';

/** A longer document is cut at lines without indent, at most so many UTF-16 units before and after the cursor. */
const REACH = { before: 12_000, after: 4000 };

export interface CursorDocument {
  /** The document without the cursor's line. */
  readonly withoutLine: string;
  /** Offset of the cursor in these documents, UTF-16 units. */
  readonly at: number;
  /** The document with a text at the cursor; brackets that stay open are closed after it. */
  withText(text: string): string;
}

export function cursorDocument({ path, prefix, suffix, languageId }: CompletionQuery): CursorDocument {
  if (!isFenced(path, languageId)) return documentAround(prefix, suffix, languageId);
  return documentAround(prefix.slice(openFence(prefix)?.start), suffix.slice(0, fenceLength(suffix)), languageId);
}

function documentAround(before: string, after: string, languageId: string): CursorDocument {
  const { before: prefix, after: suffix } = outerWindow(before, after);
  const { quotes } = languageOf(languageId);
  const rest = suffix.slice(0, lineEnd(suffix));
  const below = suffix.slice(rest.length);
  // Closers below the cursor belong to the outermost openers above it.
  const closedBelow = brackets(below, quotes).strayClosers.length;
  const close = (text: string) => {
    const left = brackets(text, quotes).open.slice(closedBelow);
    // The closers get their own line, because the text may end in a comment.
    return left.reduceRight((closed, opener) => closed + CLOSER_OF[opener], left.length > 0 ? `${text}\n` : text);
  };
  return {
    withoutLine: close(prefix.slice(0, lineStart(prefix))) + below,
    at: prefix.length,
    withText: (text) => close(prefix + text + rest) + below,
  };
}

/** The texts before and after an offset; longer ones are cut at lines without indent. */
export function outerWindow(before: string, after: string): { readonly before: string; readonly after: string } {
  return { before: before.slice(outerStart(before)), after: after.slice(0, outerEnd(after)) };
}

/** Start of the first line without indent that is within reach of the cursor. */
function outerStart(prefix: string): number {
  if (prefix.length <= REACH.before) return 0;
  const from = prefix.length - REACH.before;
  const at = prefix.slice(from).search(/\n(?=[^\s)\]}])/);
  return from + at + 1;
}

function outerEnd(suffix: string): number {
  if (suffix.length <= REACH.after) return suffix.length;
  const ends = [...suffix.slice(0, REACH.after).matchAll(/\n(?=[^\s)\]}])/g)];
  return ends.at(-1)?.index ?? REACH.after;
}
