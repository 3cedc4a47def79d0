// The text that an editor command inserted, from the document's changes. The commit message box reports no editor and
// no cursor.
import { toLineFeeds } from '../../text/lines.ts';

/** What is needed of a `vscode.TextDocumentContentChangeEvent`. */
export interface Change {
  /** UTF-16 offset in the document before the change. */
  readonly rangeOffset: number;
  readonly text: string;
}

export interface InsertedText {
  /** Offset after the inserted text, UTF-16 units in the current document. */
  readonly end: number;
  /** Length of the text with normalized line ends, UTF-16 units. */
  readonly length: number;
}

/** @param changes of one edit, last position first, as VS Code reports them */
export function insertedTexts(changes: readonly Change[]): InsertedText[] {
  let unitsBefore = 0;
  const inOrder = [...changes].sort((a, b) => a.rangeOffset - b.rangeOffset);
  return inOrder.flatMap(({ rangeOffset, text }) => {
    const end = rangeOffset + unitsBefore + text.length;
    unitsBefore += text.length;
    return text === '' ? [] : [{ end, length: toLineFeeds(text).length }];
  });
}
