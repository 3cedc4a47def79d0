// Asks the language servers that other extensions bring.
import * as vscode from 'vscode';
import type { Log } from '../../common/log.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Documents } from '../folder/documents.ts';
import type { EditJournals } from './edit-journals.ts';

/** What is made from the answers of language servers. */
export interface SourceDeps {
  readonly documents: Documents;
  readonly journals: EditJournals;
  readonly log: Log;
  /** Whether completions are enabled for this folder and language, and not snoozed. */
  readonly isOn: (folder: FolderRef, languageId: string) => boolean;
  /** Called when there may be another edit to offer without a change of the user. */
  readonly onFound: () => void;
}

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

/** Whether errors are reported of a document that was typed into a moment ago. */
export function isRecentIn(
  uris: readonly vscode.Uri[],
  typed: { readonly document: vscode.TextDocument; readonly at: number } | undefined,
): typed is { readonly document: vscode.TextDocument; readonly at: number } {
  if (typed === undefined || performance.now() - typed.at > maxErrorAge) return false;
  return uris.some((uri) => uri.toString() === typed.document.uri.toString());
}

export function errorsIn({ uri }: vscode.TextDocument): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
}
