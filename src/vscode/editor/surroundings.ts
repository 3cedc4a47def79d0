// Context of documents without a file of their own: the other cells of a notebook.
import type * as vscode from 'vscode';
import { kindOf } from '../../text/languages.ts';
import { toLineFeeds } from '../../text/lines.ts';
import type { Around } from './document-query.ts';
import { notebookOf } from './folder-ref.ts';

export function surroundingsOf(document: vscode.TextDocument): Around | undefined {
  const all = notebookOf(document.uri)
    ?.getCells()
    .map(({ document: cell }) => cell);
  const index = all?.indexOf(document) ?? -1;
  return all && index >= 0 ? aroundCell(all, index) : undefined;
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
