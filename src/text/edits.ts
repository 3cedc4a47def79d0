// Whether a later document continues from an earlier cursor position, and what was typed there since.
import type { CompletionQuery } from '../common/completion.ts';
import { languageOf } from './languages.ts';
import { closersFor } from './line-state.ts';
import { detachString } from './windows.ts';

/** A position is identified by the text near it, so that edits far above do not change it. UTF-16 units. */
const NEAR_BEFORE = 1000;
const NEAR_AFTER = 300;
const MAX_TYPED = 400;

/** A cursor position when a model was asked; finds out whether a later query is at or after it. */
export class EditedPosition {
  readonly path: string;
  private readonly before: string;
  private readonly after: string;

  constructor(query: CompletionQuery) {
    this.path = query.path;
    this.before = detachString(query.prefix.slice(-NEAR_BEFORE));
    this.after = detachString(query.suffix.slice(0, NEAR_AFTER));
  }

  equals(other: EditedPosition): boolean {
    return this.path === other.path && this.before === other.before && this.after === other.after;
  }

  /**
   * The text typed since, if the query is this position with that text inserted. Of several possible texts, the
   * shortest that `accept` takes is returned. `closers` are the closing brackets and quotes that the editor added after
   * the text.
   * @param maxReplaced how many UTF-16 units after the position the typed text may have overwritten. `replaced` in the
   * result is the actual number.
   */
  typedSince(
    query: CompletionQuery,
    accept: (typed: string) => boolean,
    maxReplaced = 0,
  ): { typed: string; closers: string; replaced: number } | undefined {
    if (query.path !== this.path) return undefined;
    const longest = Math.min(MAX_TYPED, query.prefix.length);
    for (let length = 0; length <= longest; length++) {
      const end = query.prefix.length - length;
      if (!query.prefix.endsWith(this.before, end)) continue;
      // If `before` is shorter than NEAR_BEFORE, it starts at the document's start, so it has to match there.
      if (this.before.length < NEAR_BEFORE && end !== this.before.length) continue;
      const typed = query.prefix.slice(end);
      if (!accept(typed)) continue;
      for (let replaced = 0; replaced <= maxReplaced; replaced++)
        if (this.afterIs(query.suffix, replaced)) return { typed, closers: '', replaced };
      const closers = closersFor(typed, languageOf(query.languageId).quotes);
      if (closers !== '' && query.suffix.startsWith(closers) && this.afterIs(query.suffix.slice(closers.length))) {
        return { typed, closers, replaced: 0 };
      }
    }
    return undefined;
  }

  private afterIs(suffix: string, replaced = 0): boolean {
    const after = this.after.slice(replaced);
    return this.after.length < NEAR_AFTER ? suffix === after : suffix.startsWith(after);
  }
}

/** If the text above a position has changed, the last NEAR units before the position are searched for. UTF-16 units. */
const NEAR = 200;

/** Offset of an earlier query's cursor in the later document; undefined if the text before it is gone. */
export function positionIn({ prefix }: CompletionQuery, later: CompletionQuery): number | undefined {
  if (later.prefix.startsWith(prefix)) return prefix.length;
  const document = later.prefix + later.suffix;
  if (document.startsWith(prefix)) return prefix.length;
  const near = prefix.slice(-NEAR);
  if (near.trim().length < 8) return undefined;
  const at = document.lastIndexOf(near, prefix.length + 20_000);
  return at === -1 ? undefined : at + near.length;
}

/** Whether one of the texts begins with the other. */
export function beginsAlike(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/**
 * The lines in which two texts differ, without the equal ones at both ends, each with a line end; '' where a side has
 * none. `start`: their offset in both, UTF-16 units.
 */
export function changedLines(
  before: string,
  after: string,
): { readonly old: string; readonly new: string; readonly start: number } {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const lines = (of: readonly string[]) =>
    of
      .slice(start, of.length - end)
      .map(withLineEnd)
      .join('');
  const above = old.slice(0, start).reduce((sum, line) => sum + line.length + 1, 0);
  return { old: lines(old), new: lines(now), start: above };
}

const withLineEnd = (line: string) => `${line}\n`;

/** Length of the common prefix, UTF-16 units. */
export function commonPrefix(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}

/** Length of the common suffix, UTF-16 units. */
export function commonSuffix(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a[a.length - 1 - i] === b[b.length - 1 - i]) i++;
  return i;
}
