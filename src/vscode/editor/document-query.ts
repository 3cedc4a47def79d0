// From an editor's document and position to the query that the models see.
import type { CompletionQuery } from '../../common/completion.ts';
import { queryOf } from '../../prompts/completion/completion-position.ts';
import { kindOf } from '../../text/languages.ts';
import { toLineFeeds } from '../../text/lines.ts';
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

/** Offset of a position in the document's text with '\n' as line end, UTF-16 units. */
export function lineFeedOffset(
  document: Pick<DocumentView, 'offsetAt' | 'eol'>,
  position: { readonly line: number; readonly character: number },
): number {
  return document.offsetAt(position) - (document.eol === 2 ? position.line : 0);
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

interface NotebookCell {
  readonly languageId: string;
  getText(): string;
}

/** Maximum size of the context cells, UTF-16 units: the size of a query. */
const maxLength = { above: 48_000, below: 16_000 };
const separator = '\n\n';

/** Cells of the same language; for a text cell, all text cells. */
export function aroundCell(cells: readonly NotebookCell[], at: number): Around {
  const currentCell = cells[at];
  const isProse = currentCell !== undefined && kindOf(currentCell.languageId) === 'prose';
  const fits = ({ languageId }: NotebookCell) =>
    isProse ? kindOf(languageId) === 'prose' : languageId === currentCell?.languageId;
  const text = (cell: NotebookCell) => toLineFeeds(cell.getText()).trimEnd();
  const above = cells.slice(0, at).filter(fits).map(text);
  const below = cells
    .slice(at + 1)
    .filter(fits)
    .map(text);
  return {
    above: above
      .map((cell) => cell + separator)
      .join('')
      .slice(-maxLength.above),
    below: below
      .map((cell) => separator + cell)
      .join('')
      .slice(0, maxLength.below),
  };
}
