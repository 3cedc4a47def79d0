// Take a word, take a line: the editor's own commands, wrapped so that what they took is known. The stable API tells nobody of a part that is taken.
import * as vscode from 'vscode';
import { queryAt } from '../document-query.ts';
import type { Folders } from '../folder/folders.ts';
import { folderOf, pathIn } from '../folder-ref.ts';
import type { Surroundings } from '../surroundings.ts';

export type Part = 'acceptNextWord' | 'acceptNextLine';

export async function take(part: Part, folders: Folders, surroundings: Surroundings): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const run = () => vscode.commands.executeCommand(`editor.action.inlineSuggest.${part}`);
  const folder = editor && folderOf(editor.document.uri);
  const service = folder && folders.peek(folder)?.service;
  if (!service) return void (await run());
  const { document } = editor;
  const path = pathIn(folder, document.uri);
  const now = () => queryAt(document, editor.selection.active, path, surroundings.of(document));
  const before = now();
  await run();
  service.took(before, now());
}
