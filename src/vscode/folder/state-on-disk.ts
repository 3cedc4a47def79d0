// Tells whether a file on disk has changed since an earlier look.
import * as vscode from 'vscode';

/** Equal for an unchanged file; 'folder' for a folder, 'gone' if there is nothing. */
export async function stateOnDisk(uri: vscode.Uri): Promise<string> {
  return vscode.workspace.fs.stat(uri).then(
    ({ type, mtime, size }) => (type & vscode.FileType.Directory ? 'folder' : `${mtime} ${size}`),
    () => 'gone',
  );
}
