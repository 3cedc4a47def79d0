// What a command of the editor wrote, by the changes of the document that it wrote into: no editor, and no cursor, is told of in the box for a commit's message.
import { toLineFeeds } from '../../text/lines.ts';

/** What is needed of a `vscode.TextDocumentContentChangeEvent`. */
export interface Change {
  /** UTF-16 units of the document as it was. */
  readonly rangeOffset: number;
  readonly text: string;
}

export interface Written {
  /** Behind it, UTF-16 units of the document as it is now. */
  readonly end: number;
  /** As the models see it, a line end being one. */
  readonly length: number;
}

/** @param changes of one edit: below each other, the last one first, as the editor tells them */
export function writtenBy(changes: readonly Change[]): Written[] {
  let before = 0;
  const inOrder = [...changes].sort((a, b) => a.rangeOffset - b.rangeOffset);
  return inOrder.flatMap(({ rangeOffset, text }) => {
    const end = rangeOffset + before + text.length;
    before += text.length;
    return text === '' ? [] : [{ end, length: toLineFeeds(text).length }];
  });
}
