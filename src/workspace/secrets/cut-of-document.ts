// What a document shows of a text that was cut out of it: a column's name or a key above the cut may tell that a value
// is a secret.
import type { Span } from './searched-text.ts';

/** A whole text, and where its secrets are. */
export interface SearchedDocument {
  readonly text: string;
  readonly found: readonly Span[];
}

/** A shorter piece of a cut may stand anywhere in the document. UTF-16 units. */
const LEAST = 16;
/** Places of a repetitive document at which a piece is looked at. */
const MAX_PLACES = 100;

/** The document's secrets in a cut, in which something may be inserted at one place: a draft, or a selected entry. */
export function spansInCut(cut: string, document: SearchedDocument): Span[] {
  const { text, found } = document;
  if (found.length === 0) return [];
  const head = longest(cut.length, (length) => text.includes(cut.slice(0, length)));
  const tail = longest(cut.length - head, (length) => text.includes(cut.slice(cut.length - length)));
  return [...spansIn(cut, 0, head, document), ...spansIn(cut, cut.length - tail, cut.length, document)];
}

/** The largest length up to `most` that holds, where each shorter one does, too. */
function longest(most: number, holds: (length: number) => boolean): number {
  let [least, end] = [0, most];
  while (least < end) {
    const middle = Math.ceil((least + end) / 2);
    if (holds(middle)) least = middle;
    else end = middle - 1;
  }
  return least;
}

/** The secrets of all places in the document where cut[from, to) stands. */
function spansIn(cut: string, from: number, to: number, { text, found }: SearchedDocument): Span[] {
  const piece = cut.slice(from, to);
  const spans: Span[] = [];
  let at = piece.length < LEAST ? -1 : text.indexOf(piece);
  for (let places = 0; at >= 0 && places < MAX_PLACES; places++) {
    for (const { start, end } of found)
      if (start < at + piece.length && end > at)
        spans.push({ start: from + Math.max(0, start - at), end: from + Math.min(piece.length, end - at) });
    at = text.indexOf(piece, at + piece.length);
  }
  return spans;
}
