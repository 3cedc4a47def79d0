// From an editor's document and position to the query that the models see.
import type { CompletionQuery } from '../common/completion.ts';
import { maxPrefix, maxSuffix, queryOf } from '../tasks/completion/query.ts';

/** What is needed of a `vscode.TextDocument`. */
export interface DocumentView {
  readonly languageId: string;
  /** 1: a line feed, 2: carriage return and line feed. */
  readonly eol: number;
  readonly lineCount: number;
  lineAt(line: number): { readonly text: string };
  offsetAt(position: { readonly line: number; readonly character: number }): number;
}

/**
 * The query at `position`. Of the document the lines in reach alone are taken: all of a long one would be joined at each key, and stay in
 * memory for as long as a piece of it does.
 */
export function queryAt(
  document: DocumentView,
  position: { readonly line: number; readonly character: number },
  path: string,
): CompletionQuery {
  const end = document.eol === 2 ? '\r\n' : '\n';
  const { text } = document.lineAt(position.line);
  const character = Math.min(position.character, text.length);
  const lines = [text];
  let before = character;
  for (let line = position.line - 1; line >= 0 && before <= maxPrefix; line--) {
    lines.unshift(document.lineAt(line).text);
    before += (lines[0] as string).length + end.length;
  }
  let after = text.length - character;
  for (let line = position.line + 1; line < document.lineCount && after <= maxSuffix; line++) {
    const next = document.lineAt(line).text;
    lines.push(next);
    after += next.length + end.length;
  }
  return queryOf(lines.join(end), before, path, document.languageId, document.offsetAt(position) - before);
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
