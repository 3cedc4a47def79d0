// Whether a document still parses with a suggestion in it, where it parsed before.
import type { CompletionQuery, Draft } from '../common/completion.ts';
import { brackets, CLOSER_OF } from '../text/brackets.ts';
import { languageOf } from '../text/languages.ts';
import { lineState } from '../text/line-state.ts';
import { lineBefore, lineEnd, lineStart } from '../text/lines.ts';
import { parserFor } from './grammars.ts';
import type { Parsed } from './parsed.ts';

/** Of a longer document, what lies between two lines without indent, UTF-16 units before and after the cursor. */
const REACH = { before: 12_000, after: 4000 };
/** Lines that are looked at: what bounds the work. Should they take longer than this, ms, the others are not looked at. */
const MOST_ENDS = 12;
const MOST_MS = 40;
/** More is waiting for what comes: a text that ends so says nothing of whether it is right. */
const ASKS_FOR_MORE =
  /(?:[-+*/%=<>!&|^~,.:?\\([{@#$]|=>|->|\b(?:else|do|then|in|of|return|and|or|not|if|async|await|new|case))$/;

/**
 * The draft, with the ends at which the document would not parse any more. As it is where no grammar knows the language.
 * @param mostMs what has not been looked at by then may be shown
 */
export async function withSyntax(draft: Draft, query: CompletionQuery, mostMs = MOST_MS): Promise<Draft> {
  const line = lineBefore(query.prefix) + draft.text.slice(0, lineEnd(draft.text));
  if (draft.text === '' || lineState(query.languageId, line) === 'comment') return draft;
  const parsed = await parserFor(query.languageId);
  if (parsed === undefined) return draft;
  const broken = brokenEnds(parsed, query, draft, performance.now() + mostMs);
  return broken.length === 0 ? draft : { ...draft, broken };
}

/** Lengths of beginnings of the draft and what lies beyond it: those that end with a line and break the document. Half a line says little: `import a` breaks what `import a from 'a'` does not. */
function brokenEnds(parsed: Parsed, query: CompletionQuery, { text, beyond }: Draft, deadline: number): number[] {
  const place = placeOf(query);
  const whole = text + (beyond?.text ?? '');
  const sound = parsed.errorsIn(place.withoutLine, deadline);
  if (sound === undefined) return [];
  const broken = new Set<number>();
  const ends = [...whole.matchAll(/\n|$/g)].map(({ index }) => index);
  for (const end of ends.slice(0, MOST_ENDS)) {
    const cut = whole.slice(0, end).trimEnd();
    if (ASKS_FOR_MORE.test(cut)) continue;
    const errors = parsed.errorsIn(place.withText(cut), deadline);
    if (errors === undefined) break;
    if (errors > sound) broken.add(cut.length);
  }
  return [...broken];
}

interface Place {
  /** The document without the cursor's line. */
  readonly withoutLine: string;
  /** The document with a text at the cursor, and what it leaves open closed behind it. */
  withText(text: string): string;
}

function placeOf({ prefix: before, suffix: after, languageId }: CompletionQuery): Place {
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
