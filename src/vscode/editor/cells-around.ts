// Which of a notebook's cells are read with one of them. Pure.
import { kindOf } from '../../text/languages.ts';
import { toLineFeeds } from '../../text/lines.ts';
import type { Around } from './document-query.ts';

export interface NotebookCell {
  readonly languageId: string;
  getText(): string;
}

/** Of cells that are read together at most, UTF-16 units: as much as a query holds. */
const most = { above: 48_000, below: 16_000 };
const between = '\n\n';

/** Those of its language; for a cell of text all that hold text. */
export function aroundCell(cells: readonly NotebookCell[], at: number): Around {
  const own = cells[at];
  const isProse = own !== undefined && kindOf(own.languageId) === 'prose';
  const fits = ({ languageId }: NotebookCell) =>
    isProse ? kindOf(languageId) === 'prose' : languageId === own?.languageId;
  const text = (cell: NotebookCell) => toLineFeeds(cell.getText()).trimEnd();
  const above = cells.slice(0, at).filter(fits).map(text);
  const below = cells
    .slice(at + 1)
    .filter(fits)
    .map(text);
  return {
    above: above
      .map((cell) => cell + between)
      .join('')
      .slice(-most.above),
    below: below
      .map((cell) => between + cell)
      .join('')
      .slice(0, most.below),
  };
}
