// Adds the imports that an accepted suggestion needs, as part of its undo step.
import * as vscode from 'vscode';
import { fromLineFeeds, lineNumber, lineStart, toLineFeeds } from '../../text/lines.ts';
import { folderOf, pathIn } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { Folders } from '../folder/folders.ts';

/** A suggestion that was inserted: where, and its text with the document's line ends. */
export interface InsertedSuggestion {
  readonly document: vscode.TextDocument;
  readonly start: vscode.Position;
  readonly text: string;
}

/**
 * Does nothing if the document changes before the imports are known.
 * @param apply runs the edit, which the user has not written
 */
export async function addImports(
  { document, start, text }: InsertedSuggestion,
  folders: Folders,
  apply: (edit: () => Thenable<boolean>) => Promise<void>,
): Promise<void> {
  const folder = folderOf(document.uri);
  const session = folders.peek(folder);
  if (!session || document.uri.scheme !== 'file') return;
  const { version, languageId } = document;
  const before = document.getText(new vscode.Range(new vscode.Position(0, 0), start));
  const whole = document.getText();
  if (!whole.startsWith(text, before.length)) return;
  const from = toLineFeeds(before).length;
  const normalized = toLineFeeds(whole);
  const edit = await session.missingImports({
    ...{ path: pathIn(folder, document.uri), languageId, text: normalized },
    ...{ from, to: from + toLineFeeds(text).length },
  });
  const editor = window.visibleTextEditors.find((shown) => shown.document === document);
  if (edit === undefined || !editor || document.version !== version) return;
  const positionAt = (at: number) => new vscode.Position(lineNumber(normalized, at), at - lineStart(normalized, at));
  // An edit that changes two statements replaces the text between them by itself.
  const range = new vscode.Range(positionAt(edit.at), positionAt(edit.at + edit.removed));
  const imports = fromLineFeeds(edit.text, document.eol === vscode.EndOfLine.CRLF);
  const undo = { undoStopBefore: false, undoStopAfter: true };
  await apply(() => editor.edit((builder) => builder.replace(range, imports), undo));
}
