// Opens the position of a row of the panel in the editor.
import * as vscode from 'vscode';
import type { Activity } from '../completion/activity.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';

export async function openPosition(activity: Activity, id: string): Promise<void> {
  const row = activity.get(id);
  const document = activity.documentOf(id);
  if (!row || document === undefined) return;
  const position = new vscode.Position(row.line - 1, row.before.length);
  try {
    await window.showTextDocument(vscode.Uri.parse(document), { selection: new vscode.Range(position, position) });
  } catch {
    void window.showInformationMessage(t('{0} cannot be opened. It may have been moved or deleted.', row.path));
  }
}
