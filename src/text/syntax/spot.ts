// The document round a cursor as a grammar is shown it: with a text there, and what it leaves open closed behind it.
import type { CompletionQuery } from '../../common/completion.ts';
import { brackets, CLOSER_OF } from '../brackets.ts';
import { languageOf } from '../languages.ts';
import { lineEnd, lineStart } from '../lines.ts';

/** Of a longer document, what lies between two lines without indent, UTF-16 units before and after the cursor. */
const REACH = { before: 12_000, after: 4000 };

export interface Spot {
  /** The document without the cursor's line. */
  readonly withoutLine: string;
  /** Where the cursor stands in what follows, UTF-16 units. */
  readonly at: number;
  /** The document with a text at the cursor, and what it leaves open closed behind it. */
  withText(text: string): string;
}

export function spotOf({ prefix: before, suffix: after, languageId }: CompletionQuery): Spot {
  const prefix = before.slice(outerStart(before));
  const suffix = after.slice(0, outerEnd(after));
  const { quotes } = languageOf(languageId);
  const rest = suffix.slice(0, lineEnd(suffix));
  const below = suffix.slice(rest.length);
  // What the lines below close was opened above, from the outside in.
  const closedBelow = brackets(below, quotes).strayClosers.length;
  const close = (text: string) => {
    const left = brackets(text, quotes).open.slice(closedBelow);
    // On a line of their own: the text may end in a comment.
    return left.reduceRight((closed, opener) => closed + CLOSER_OF[opener], left.length > 0 ? `${text}\n` : text);
  };
  return {
    withoutLine: close(prefix.slice(0, lineStart(prefix))) + below,
    at: prefix.length,
    withText: (text) => close(prefix + text + rest) + below,
  };
}

/** Where the last line without indent begins that leaves no more than the reach. */
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
