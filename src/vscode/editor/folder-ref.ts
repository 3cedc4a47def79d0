// A workspace folder: URI, path on disk, and display name.
import * as vscode from 'vscode';
import { offerCommand } from './dialogs.ts';
import { safeText, t, type UiText } from './ui-text.ts';
import { window } from './window.ts';

export interface FolderRef {
  /** The key of permissions and maps: the folder's URI, or 'loose'. */
  readonly key: string;
  readonly uri: vscode.Uri | undefined;
  readonly name: string;
  /**
   * Absolute path on this extension host's disk; undefined for virtual folders and for documents outside every folder.
   */
  readonly root: string | undefined;
  /** The folder's name in the store. The command line uses the same name. */
  readonly storeName: string;
}

/** Documents outside every workspace folder: open files only, no index. */
export function looseFolder(): FolderRef {
  return {
    key: 'loose',
    uri: undefined,
    name: t('Files without a folder'),
    root: undefined,
    storeName: 'loose',
  };
}

export function folderRef({ uri, name }: vscode.WorkspaceFolder): FolderRef {
  const root = uri.scheme === 'file' ? uri.fsPath : undefined;
  return { key: uri.toString(), uri, name, root, storeName: root ?? uri.toString() };
}

/** The document at a path of a folder. Untitled documents are identified by their name. */
export function documentAt(folder: FolderRef, path: string): vscode.Uri {
  if (folder.uri !== undefined) return vscode.Uri.joinPath(folder.uri, path);
  return path.includes('/') ? vscode.Uri.file(`/${path}`) : vscode.Uri.from({ scheme: 'untitled', path });
}

/** The only folder, or the one that the user picks. Undefined, after a message to the user, if there is none. */
export async function pickFolder(current: FolderRef, placeHolder: UiText): Promise<FolderRef | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(folderRef).filter(({ root }) => root !== undefined);
  if (folders.length === 0) {
    const none = t('No folder on disk is open. Open one to learn from.');
    await offerCommand('Information', none, t('Open Folder'), 'workbench.action.files.openFolder');
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
