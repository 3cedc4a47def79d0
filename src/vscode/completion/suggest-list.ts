// Whether the editor's own suggestion list is about to open, by the text at the cursor and the user's settings.
import * as vscode from 'vscode';
import { listOpensAt } from '../../text/suggestion-list.ts';

export function opensList(document: vscode.TextDocument, position: vscode.Position): boolean {
  const lineBefore = document.lineAt(position.line).text.slice(0, position.character);
  const kind = listOpensAt(document.languageId, lineBefore);
  if (kind === undefined) return false;
  const editor = vscode.workspace.getConfiguration('editor', document);
  if (kind === 'member') return editor.get('suggestOnTriggerCharacters') !== false;
  const quick = editor.get<unknown>('quickSuggestions');
  const other = typeof quick === 'object' && quick !== null && 'other' in quick ? quick.other : quick;
  return other !== false && other !== 'off' && other !== 'inline';
}
