// The folder of a file, a notebook's cell or an untitled document, and its path there.
import * as vscode from 'vscode';
import { type FolderRef, folderRef, looseFolder } from './folder-ref.ts';

export const isCell = ({ scheme }: vscode.Uri): boolean => scheme === 'vscode-notebook-cell';

/** Where a file or an untitled document is. */
export interface Place {
  /** Of a notebook's cell: the notebook's. */
  readonly uri: vscode.Uri;
  /** An untitled document belongs to the first folder, and uses its model and consent. */
  readonly folder: FolderRef;
  /** Relative to the folder, with '/'. Outside of it: the whole path without the first '/'. */
  readonly path: string;
}

export function placeOf(shown: vscode.Uri): Place {
  const uri = isCell(shown)
    ? (notebookOf(shown)?.uri ?? shown.with({ scheme: 'file', authority: '', fragment: '' }))
    : shown;
  const untitled = uri.scheme === 'untitled' ? vscode.workspace.workspaceFolders?.[0] : undefined;
  const workspaceFolder = vscode.workspace.getWorkspaceFolder(uri) ?? untitled;
  const folder = workspaceFolder ? folderRef(workspaceFolder) : looseFolder();
  const base = folder.uri && (folder.uri.path.endsWith('/') ? folder.uri.path : `${folder.uri.path}/`);
  const isInside = base !== undefined && uri.path.startsWith(base);
  return { uri, folder, path: isInside ? uri.path.slice(base.length) : uri.path.replace(/^\/+/, '') || 'untitled' };
}

/** The notebook of a cell; undefined for another document. */
export function notebookOf(shown: vscode.Uri): vscode.NotebookDocument | undefined {
  return isCell(shown) ? vscode.workspace.notebookDocuments.find(({ uri }) => uri.path === shown.path) : undefined;
}
