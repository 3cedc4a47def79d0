// Whether a later text goes on from an earlier place, and what was typed there since.
import type { CompletionQuery } from '../common/completion.ts';
import { closersFor } from './brackets.ts';
import { languageOf } from './languages.ts';
import { apart } from './windows.ts';

/** A place is what stands near it: edits far above do not make it another. UTF-16 units. */
const NEAR_BEFORE = 1000;
const NEAR_AFTER = 300;
const MOST_TYPED = 400;

/** A place as it was when a model was asked, and whether a later query stands at it or further along. */
export class EditedPlace {
  readonly path: string;
  private readonly before: string;
  private readonly after: string;

  constructor(query: CompletionQuery) {
    this.path = query.path;
    this.before = apart(query.prefix.slice(-NEAR_BEFORE));
    this.after = apart(query.suffix.slice(0, NEAR_AFTER));
  }

  equals(other: EditedPlace): boolean {
    return this.path === other.path && this.before === other.before && this.after === other.after;
  }

  /**
   * What was typed since, when the query's text round the cursor is this place's with that inserted: the first candidate
   * that `accept` takes; and the closing brackets and quotes behind it that the editor added for openers in it.
   * @param over UTF-16 units behind this place that may be gone: what was typed took the place of them
   */
  typedSince(
    query: CompletionQuery,
    accept: (typed: string) => boolean,
    over = 0,
  ): { typed: string; closers: string; over: number } | undefined {
    if (query.path !== this.path) return undefined;
    const longest = Math.min(MOST_TYPED, query.prefix.length);
    for (let length = 0; length <= longest; length++) {
      const end = query.prefix.length - length;
      if (!query.prefix.endsWith(this.before, end)) continue;
      // A window shorter than its limit began at the start of the document, and must still do so.
      if (this.before.length < NEAR_BEFORE && end !== this.before.length) continue;
      const typed = query.prefix.slice(end);
      if (!accept(typed)) continue;
      for (let gone = 0; gone <= over; gone++)
        if (this.afterIs(query.suffix, gone)) return { typed, closers: '', over: gone };
      const closers = closersFor(typed, languageOf(query.languageId).quotes);
      if (closers !== '' && query.suffix.startsWith(closers) && this.afterIs(query.suffix.slice(closers.length))) {
        return { typed, closers, over: 0 };
      }
    }
    return undefined;
  }

  private afterIs(suffix: string, gone = 0): boolean {
    const after = this.after.slice(gone);
    return this.after.length < NEAR_AFTER ? suffix === after : suffix.startsWith(after);
  }
}

/** Text that is looked for where the text above a place has changed. UTF-16 units. */
const NEAR = 200;

/** Where the place of an earlier query is in the later document; undefined when it is gone. */
export function placeIn({ prefix }: CompletionQuery, later: CompletionQuery): number | undefined {
  if (later.prefix.startsWith(prefix)) return prefix.length;
  const document = later.prefix + later.suffix;
  if (document.startsWith(prefix)) return prefix.length;
  const near = prefix.slice(-NEAR);
  if (near.trim().length < 8) return undefined;
  const at = document.lastIndexOf(near, prefix.length + 20_000);
  return at === -1 ? undefined : at + near.length;
}

/** Length of what two texts begin with alike. */
export function commonPrefix(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}

/** Length of what two texts end with alike. */
export function commonSuffix(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a[a.length - 1 - i] === b[b.length - 1 - i]) i++;
  return i;
}
