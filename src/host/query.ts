// From an editor's document and position to the query that the models see, and from their text back to the document's line ends.
import type { CompletionQuery } from '../common/completion.ts';

/** What is needed of a `vscode.TextDocument`. */
export interface DocumentView {
  readonly languageId: string;
  getText(): string;
  offsetAt(position: { readonly line: number; readonly character: number }): number;
}

/** UTF-16 units taken before and after the cursor: whole files up to 64 KB or so, in a file of 50 MB a window. */
export const maxPrefix = 48_000;
export const maxSuffix = 16_000;

/** The window's start moves in steps of this, so that one keystroke leaves prefixes, and the caches keyed by them, alone. */
const step = 8192;

/**
 * The query at `position`. Line ends are '\n'. A window that does not begin at the file's start begins at a line's start,
 * so that no half line looks like code.
 */
export function queryAt(
  document: DocumentView,
  position: { readonly line: number; readonly character: number },
  path: string,
): CompletionQuery {
  const text = document.getText();
  const offset = document.offsetAt(position);
  let start = Math.max(0, Math.ceil((offset - maxPrefix) / step) * step);
  if (start > 0) {
    const lineEnd = text.indexOf('\n', start);
    if (lineEnd >= 0 && lineEnd < offset) start = lineEnd + 1;
  }
  return {
    path,
    languageId: document.languageId,
    prefix: toLineFeeds(text.slice(start, offset)),
    suffix: toLineFeeds(text.slice(offset, offset + maxSuffix)),
  };
}

/** '\r\n' and lone '\r' become '\n'; text without '\r' is returned as it is. */
export function toLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

export function fromLineFeeds(text: string, crlf: boolean): string {
  return crlf ? text.replace(/\n/g, '\r\n') : text;
}

/** One step of indentation, from the editor's options. */
export function indentUnit(options: { readonly insertSpaces?: unknown; readonly tabSize?: unknown }): string {
  if (options.insertSpaces === false) return '\t';
  return ' '.repeat(typeof options.tabSize === 'number' && options.tabSize > 0 ? options.tabSize : 4);
}

/** Schemes whose documents are no files that somebody writes: output, diffs' old sides, the source control's message box. */
const silentSchemes = new Set([
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
