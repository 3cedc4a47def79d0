// The folder of a file, a notebook's cell or an untitled document, and its path there.
import * as vscode from 'vscode';
import { type FolderRef, folderRef, looseFolder } from './folder-ref.ts';

export const isCell = ({ scheme }: vscode.Uri): boolean => scheme === 'vscode-notebook-cell';

/** Where a file or an untitled document is. */
export interface Place {
  /** Of a notebook's cell: the notebook's. */
  readonly uri: vscode.Uri;
  /** An untitled document belongs to the folder of its path, or without one to the first folder. */
  readonly folder: FolderRef;
  /** Relative to the folder, with '/'. Outside of it: the whole path without the first '/'. */
  readonly path: string;
}

export function placeOf(shown: vscode.Uri): Place {
  const uri = isCell(shown)
    ? (notebookOf(shown)?.uri ?? shown.with({ scheme: 'file', authority: '', fragment: '' }))
    : shown;
  const workspaceFolder = uri.scheme === 'untitled' ? folderOfUntitled(uri) : vscode.workspace.getWorkspaceFolder(uri);
  const folder = workspaceFolder ? folderRef(workspaceFolder) : looseFolder();
  const base = baseOf(folder);
  const isInside = base !== undefined && uri.path.startsWith(base);
  return { uri, folder, path: isInside ? uri.path.slice(base.length) : uri.path.replace(/^\/+/, '') || 'untitled' };
}

/** With a '/' at its end. */
function baseOf({ uri }: Pick<FolderRef, 'uri'>): string | undefined {
  return uri && (uri.path.endsWith('/') ? uri.path : `${uri.path}/`);
}

/** The innermost folder of its path, or the first one. */
function folderOfUntitled({ path }: vscode.Uri): vscode.WorkspaceFolder | undefined {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const around = folders.filter((folder) => path.startsWith(baseOf(folder) ?? ''));
  return around.sort((a, b) => b.uri.path.length - a.uri.path.length)[0] ?? folders[0];
}

/** The notebook of a cell; undefined for another document. */
export function notebookOf(shown: vscode.Uri): vscode.NotebookDocument | undefined {
  return isCell(shown) ? vscode.workspace.notebookDocuments.find(({ uri }) => uri.path === shown.path) : undefined;
}
