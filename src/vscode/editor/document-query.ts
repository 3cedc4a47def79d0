// From an editor's document and position to the query that the models see.
import type { CompletionQuery } from '../../common/completion.ts';
import { queryOf } from '../../prompts/completion/completion-position.ts';
import { QUERY_WINDOW } from '../../text/windows.ts';

/** What is needed of a `vscode.TextDocument`. */
export interface DocumentView {
  readonly languageId: string;
  /** 1: a line feed, 2: carriage return and line feed. */
  readonly eol: number;
  readonly lineCount: number;
  lineAt(line: number): { readonly text: string };
  offsetAt(position: { readonly line: number; readonly character: number }): number;
}

/** Context before and after a document's text, such as notebook cells. */
export interface Around {
  readonly above: string;
  readonly below: string;
}

/**
 * The query at `position`. Only the lines within reach are read, because joining all lines of a long document at each
 * key is slow and keeps the text in memory.
 */
export function queryAt(
  document: DocumentView,
  position: { readonly line: number; readonly character: number },
  path: string,
  { above, below }: Around = { above: '', below: '' },
): CompletionQuery {
  const end = document.eol === 2 ? '\r\n' : '\n';
  const { text } = document.lineAt(position.line);
  const character = Math.min(position.character, text.length);
  const lines = [text];
  let unitsBefore = character;
  for (let line = position.line - 1; line >= 0 && unitsBefore <= QUERY_WINDOW.prefix.reach; line--) {
    lines.unshift(document.lineAt(line).text);
    unitsBefore += (lines[0] as string).length + end.length;
  }
  let unitsAfter = text.length - character;
  let line = position.line + 1;
  for (; line < document.lineCount && unitsAfter <= QUERY_WINDOW.suffix.reach; line++) {
    const next = document.lineAt(line).text;
    lines.push(next);
    unitsAfter += next.length + end.length;
  }
  const skipped = document.offsetAt(position) - unitsBefore;
  // Context is added only if the document's start or end is within reach.
  const head = skipped === 0 ? above : '';
  const tail = line >= document.lineCount ? below : '';
  return queryOf(head + lines.join(end) + tail, head.length + unitsBefore, path, document.languageId, skipped);
}

/** One step of indentation, from the editor's options. */
export function indentUnit(options: { readonly insertSpaces?: unknown; readonly tabSize?: unknown }): string {
  if (options.insertSpaces === false) return '\t';
  return ' '.repeat(typeof options.tabSize === 'number' && options.tabSize > 0 ? options.tabSize : 4);
}

/** Scheme of the document with stored and sent data. */
export const keptScheme = 'easy-adaptation-kept';

/** Schemes of documents that the user does not edit, such as output and old sides of diffs. */
const silentSchemes = new Set([
  keptScheme,
  'output',
  'git',
  'gitlens',
  'debug',
  'search-editor',
  'comment',
  // The box of a commit message: 'Generate Commit Message' writes there.
  'vscode-scm',
  'chat-editing-snapshot-text-model',
  'interactive-input',
  'walkThrough',
  'walkThroughSnippet',
  'vscode-settings',
]);
const silentLanguages = new Set(['log', 'Log', 'code-text-binary', 'search-result']);

export function isSilent(scheme: string, languageId: string): boolean {
  return silentSchemes.has(scheme) || silentLanguages.has(languageId);
}
