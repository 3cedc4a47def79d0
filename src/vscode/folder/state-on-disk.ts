// Tells whether a file on disk has changed since an earlier look.
import * as vscode from 'vscode';

/** Equal for an unchanged file; 'gone' if there is none. */
export async function stateOnDisk(uri: vscode.Uri): Promise<string> {
  return vscode.workspace.fs.stat(uri).then(
    ({ mtime, size }) => `${mtime} ${size}`,
    () => 'gone',
  );
}
