// Pairs of old and new text that a model proposes, as next edits of a file.
import { commonPrefix, commonSuffix } from '../../text/edits.ts';
import { lineEnd, lineStart } from '../../text/lines.ts';
import { changesBetween } from './changes.ts';
import { positionOf, type TextFile } from './edit.ts';
import type { Replacement } from './moved-range.ts';
import type { EditOrigin, NextEdit } from './next-edit.ts';

/**
 * A pair counts if its old text stands exactly once in text[from, to) and does not overlap an earlier pair's.
 * @param rule identifies the proposal
 */
export function proposedEdits(
  { path, text }: TextFile,
  { from, to }: { readonly from: number; readonly to: number },
  pairs: readonly { readonly search: string; readonly replacement: string }[],
  { rule, origin }: { readonly rule: string; readonly origin: EditOrigin },
): NextEdit[] {
  const window = text.slice(from, to);
  const found: Replacement[] = [];
  for (const { search, replacement } of pairs) {
    const at = window.indexOf(search);
    if (at < 0 || window.indexOf(search, at + 1) >= 0) continue;
    const [start, end] = [from + at, from + at + search.length];
    const narrow = narrowed(text, { start, end, text: replacement });
    if (narrow.every((one) => found.every((other) => one.end < other.start || one.start > other.end)))
      found.push(...narrow);
  }
  return found.map(({ start, end, text: replacement }) => {
    const removed = text.slice(start, end);
    return {
      path,
      range: { start: positionOf(text, start), end: positionOf(text, end) },
      removed,
      replacement,
      rule,
      place: JSON.stringify(['proposed', path, text.slice(lineStart(text, start), lineEnd(text, end)), replacement]),
      origin,
      learnedFrom: [],
      left: found.length,
      probability: 1,
    };
  });
}

/** The changed tokens and lines alone. */
function narrowed(text: string, { start, end, text: replacement }: Replacement): Replacement[] {
  // Whole lines, so that tokens are whole.
  const [from, to] = [lineStart(text, start), lineEnd(text, end) + 1];
  const before = text.slice(from, to);
  const after = text.slice(from, start) + replacement + text.slice(end, to);
  const changes = changesBetween(before, after).map(({ oldStart, oldEnd, newStart, newEnd }) => ({
    start: from + oldStart,
    end: from + oldEnd,
    text: after.slice(newStart, newEnd),
  }));
  const applied = changes.reduceRight(
    (now, change) => now.slice(0, change.start - from) + change.text + now.slice(change.end - from),
    before,
  );
  if (applied === after) return changes;
  // Changes of white space alone are no changes there.
  const head = commonPrefix(before, after);
  const tail = commonSuffix(before.slice(head), after.slice(head));
  return [{ start: from + head, end: from + before.length - tail, text: after.slice(head, after.length - tail) }];
}
