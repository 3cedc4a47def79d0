// Wraps the editor's commands that accept a word or a line, because VS Code's stable API does not report a partial
// accept.
import * as vscode from 'vscode';
import { toLineFeeds } from '../../text/lines.ts';
import { Document } from '../editor/document.ts';
import { window } from '../editor/window.ts';
import type { Documents } from '../folder/documents.ts';
import type { Folders } from '../folder/folders.ts';

type AcceptCommand = 'acceptNextWord' | 'acceptNextLine';

export async function acceptPart(part: AcceptCommand, folders: Folders, documents: Documents): Promise<void> {
  const shown = window.activeTextEditor?.document;
  const document = shown && new Document(shown);
  const service = document && folders.peek(document.folder)?.service;
  const changes: Change[] = [];
  // VS Code reports all changes of the command before it resolves.
  const listener = documents.listen({
    changed: (changed, event) => {
      if (changed.shown === shown) changes.push(...(event?.contentChanges ?? []));
    },
  });
  try {
    await vscode.commands.executeCommand(`editor.action.inlineSuggest.${part}`);
  } finally {
    listener.dispose();
  }
  if (!service || shown.isClosed) return;
  for (const { end, length } of insertedTexts(changes))
    service.partAccepted(document.queryAt(shown.positionAt(end)), length);
}

/** What is needed of a `vscode.TextDocumentContentChangeEvent`. */
interface Change {
  /** UTF-16 offset in the document before the change. */
  readonly rangeOffset: number;
  readonly text: string;
}

interface InsertedText {
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
