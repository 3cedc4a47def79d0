// From an editor's document and position to the query that the models see.
import type { CompletionQuery } from '../common/completion.ts';
import { queryOf } from '../tasks/completion/query.ts';

/** What is needed of a `vscode.TextDocument`. */
export interface DocumentView {
  readonly languageId: string;
  getText(): string;
  offsetAt(position: { readonly line: number; readonly character: number }): number;
}

/** The query at `position`. */
export function queryAt(
  document: DocumentView,
  position: { readonly line: number; readonly character: number },
  path: string,
): CompletionQuery {
  return queryOf(document.getText(), document.offsetAt(position), path, document.languageId);
}

/** One step of indentation, from the editor's options. */
export function indentUnit(options: { readonly insertSpaces?: unknown; readonly tabSize?: unknown }): string {
  if (options.insertSpaces === false) return '\t';
  return ' '.repeat(typeof options.tabSize === 'number' && options.tabSize > 0 ? options.tabSize : 4);
}

/** Of the document that shows what is kept and sent. */
export const keptScheme = 'easy-adaptation-kept';

/** Schemes whose documents are no files that somebody writes: output, diffs' old sides, the source control's message box. */
const silentSchemes = new Set([
  keptScheme,
  'output',
  'git',
  'gitlens',
  'vscode-scm',
  'debug',
  'search-editor',
  'comment',
  'chat-editing-snapshot-text-model',
  'interactive-input',
  'walkThrough',
  'walkThroughSnippet',
  'vscode-settings',
]);
const silentLanguages = new Set(['scminput', 'log', 'Log', 'code-text-binary', 'search-result']);

export function isSilent(scheme: string, languageId: string): boolean {
  return silentSchemes.has(scheme) || silentLanguages.has(languageId);
}
