// Asks for the folder of a command if several are open.
import * as vscode from 'vscode';
import { type FolderRef, folderRef } from './folder-ref.ts';
import { safeText, t, type UiText } from './ui-text.ts';
import { window } from './window.ts';

/** The only folder, or the one that the user picks. Undefined, after a message to the user, if there is none. */
export async function pickFolder(current: FolderRef, placeHolder: UiText): Promise<FolderRef | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(folderRef).filter(({ root }) => root !== undefined);
  if (folders.length === 0) {
    const open = t('Open Folder');
    const answer = await window.showInformationMessage(t('No folder on disk is open. Open one to learn from.'), open);
    if (answer === open) await vscode.commands.executeCommand('workbench.action.files.openFolder');
    return undefined;
  }
  if (folders.length === 1) return folders[0];
  const sorted = [...folders].sort((a, b) => Number(b.key === current.key) - Number(a.key === current.key));
  const picked = await window.showQuickPick(
    sorted.map((folder) => ({ label: safeText(folder.name), description: safeText(folder.root ?? ''), folder })),
    { placeHolder },
  );
  return picked?.folder;
}
