// Wraps the editor's commands that accept a word or a line, because VS Code's stable API does not report a partial
// accept.
import * as vscode from 'vscode';
import { queryAt } from '../editor/document-query.ts';
import { folderOf, pathIn } from '../editor/folder-ref.ts';
import type { DocumentSurroundings } from '../editor/surroundings.ts';
import type { Folders } from '../folder/folders.ts';
import { type Change, insertedTexts } from './inserted-texts.ts';

export type Part = 'acceptNextWord' | 'acceptNextLine';

export interface AcceptPartDeps {
  readonly folders: Folders;
  readonly surroundings: DocumentSurroundings;
  /** The document of the last request. The commit message box is a document without a visible editor. */
  readonly ghostText: { readonly document: vscode.TextDocument | undefined };
}

export async function acceptPart(part: Part, { folders, surroundings, ghostText }: AcceptPartDeps): Promise<void> {
  const { document } = ghostText;
  const folder = document && folderOf(document.uri);
  const service = folder && folders.peek(folder)?.service;
  const changes: Change[] = [];
  // VS Code reports all changes of the command before it resolves.
  const listener = vscode.workspace.onDidChangeTextDocument((event) => {
    if (event.document === document) changes.push(...event.contentChanges);
  });
  try {
    await vscode.commands.executeCommand(`editor.action.inlineSuggest.${part}`);
  } finally {
    listener.dispose();
  }
  if (!service || document.isClosed) return;
  const path = pathIn(folder, document.uri);
  for (const { end, length } of insertedTexts(changes))
    service.partAccepted(queryAt(document, document.positionAt(end), path, surroundings.of(document)), length);
}
