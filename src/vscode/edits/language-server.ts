// Asks the language servers that other extensions bring.
import * as vscode from 'vscode';

/** An answer that takes longer is not waited for, ms. The editor has no way to cancel such a question. */
const maxWaitMs = 10_000;

/** Rejects if the server refuses or is late. Undefined: no server answers such a question here. */
export async function askServer<T>(command: string, ...args: readonly unknown[]): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the language server did not answer in time')), maxWaitMs);
  });
  try {
    return await Promise.race([vscode.commands.executeCommand<T | undefined>(command, ...args), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Errors that come later have nothing to do with the last key, ms. */
export const maxErrorAge = 15_000;

export function errorsIn({ uri }: vscode.TextDocument): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
}
