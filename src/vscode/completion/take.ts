// Take a word, take a line: the editor's own commands, wrapped so that what they took is known. The stable API tells nobody of a part that is taken.
import * as vscode from 'vscode';
import { queryAt } from '../editor/document-query.ts';
import { folderOf, pathIn } from '../editor/folder-ref.ts';
import type { DocumentSurroundings } from '../editor/surroundings.ts';
import type { Folders } from '../folder/folders.ts';
import { type Change, writtenBy } from './written-by.ts';

export type Part = 'acceptNextWord' | 'acceptNextLine';

export interface TakeDeps {
  readonly folders: Folders;
  readonly surroundings: DocumentSurroundings;
  /** The document that was asked about last: a file's, a cell's, or that of the box for a commit's message, which is in no editor that one is told of. */
  readonly ghostText: () => { readonly document: vscode.TextDocument | undefined };
}

export async function take(part: Part, { folders, surroundings, ghostText }: TakeDeps): Promise<void> {
  const { document } = ghostText();
  const folder = document && folderOf(document.uri);
  const service = folder && folders.peek(folder)?.service;
  const changes: Change[] = [];
  // All that the command writes is told of before it is said to be done.
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
  for (const { end, length } of writtenBy(changes))
    service.took(queryAt(document, document.positionAt(end), path, surroundings.of(document)), length);
}
