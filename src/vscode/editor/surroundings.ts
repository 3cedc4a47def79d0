// Context of documents without a file of their own: other cells of a notebook, and earlier messages for the commit
// message box.
import * as vscode from 'vscode';
import { counted } from '../../common/format.ts';
import type { Log } from '../../common/log.ts';
import { kindOf } from '../../text/languages.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { pastCommits } from '../../workspace/files/staged.ts';
import { aboveBox, boxScheme } from './commit-box.ts';
import type { Around } from './document-query.ts';
import { folderOf } from './folder-ref.ts';

const cellScheme = 'vscode-notebook-cell';
/** Earlier messages are read again after this time, ms. */
const refreshMs = 5 * 60_000;

export class DocumentSurroundings {
  private readonly log: Log;
  /** Folder of the repository → its earlier messages, and the time when they were read. */
  private readonly messages = new Map<string, { readonly readAt: number; text: string }>();

  constructor(log: Log) {
    this.log = log;
  }

  of(document: vscode.TextDocument): Around | undefined {
    const { scheme } = document.uri;
    if (scheme === cellScheme) return cells(document);
    return scheme === boxScheme ? { above: this.earlier(document), below: '' } : undefined;
  }

  /** The messages read so far. Git runs only in trusted folders. */
  private earlier({ uri }: vscode.TextDocument): string {
    const { root } = folderOf(uri);
    if (root === undefined || !vscode.workspace.isTrusted) return '';
    const cached = this.messages.get(root);
    if (cached === undefined || performance.now() - cached.readAt > refreshMs) void this.read(root, cached?.text ?? '');
    return cached?.text ?? '';
  }

  private async read(root: string, text: string): Promise<void> {
    const now = { readAt: performance.now(), text };
    this.messages.set(root, now);
    try {
      const messages = (await pastCommits(root)).map(({ message }) => message);
      now.text = aboveBox(messages);
      this.log.info(`Read ${counted(messages.length, 'earlier commit message')}`);
    } catch (error) {
      this.log.error('Earlier commit messages were not read', error);
    }
  }
}

function cells(document: vscode.TextDocument): Around | undefined {
  for (const notebook of vscode.workspace.notebookDocuments) {
    if (notebook.uri.path !== document.uri.path) continue;
    const all = notebook.getCells().map(({ document: cell }) => cell);
    const index = all.indexOf(document);
    if (index >= 0) return aroundCell(all, index);
  }
  return undefined;
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
