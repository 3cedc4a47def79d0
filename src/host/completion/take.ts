// Take a word, take a line: the editor's own commands, wrapped so that what they took is known. The stable API tells nobody of a part that is taken.
import * as vscode from 'vscode';
import { queryAt } from '../document-query.ts';
import type { Folders } from '../folder/folders.ts';
import { folderOf, pathIn } from '../folder-ref.ts';

export type Part = 'acceptNextWord' | 'acceptNextLine';

export async function take(part: Part, folders: Folders): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const run = () => vscode.commands.executeCommand(`editor.action.inlineSuggest.${part}`);
  const folder = editor && folderOf(editor.document.uri);
  const service = folder && folders.peek(folder)?.service;
  if (!service) return void (await run());
  const { document } = editor;
  const path = pathIn(folder, document.uri);
  const before = queryAt(document, editor.selection.active, path);
  await run();
  service.took(before, queryAt(document, editor.selection.active, path));
}
