// A document as the models see it: its folder, its path there, and its text. The cells of a notebook are one document:
// the notebook's file, whose text is its cells in order.
import * as vscode from 'vscode';
import type { CompletionQuery } from '../../common/completion.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { aroundCell, queryAt } from './document-query.ts';
import { isCell, notebookOf, type Place, placeOf } from './folder-of-document.ts';
import type { FolderRef } from './folder-ref.ts';

/**
 * Nothing is learned from longer documents, because redacting them at every pause is slow; the query's window covers
 * them. UTF-16 units.
 */
const maxLength = 400_000;
/** Of a longer document, this many lines before and after a change are searched for secrets. */
const nearLines = 200;

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

/** An open document. */
export class Document implements Place {
  readonly uri: vscode.Uri;
  readonly folder: FolderRef;
  readonly path: string;
  /** The editor's document: of a notebook, one of its cells. */
  readonly shown: vscode.TextDocument;

  constructor(shown: vscode.TextDocument) {
    this.shown = shown;
    ({ uri: this.uri, folder: this.folder, path: this.path } = placeOf(shown.uri));
  }

  get isCell(): boolean {
    return isCell(this.shown.uri);
  }

  /** Whether it is none that the user edits. */
  get isSilent(): boolean {
    return silentSchemes.has(this.shown.uri.scheme) || silentLanguages.has(this.shown.languageId);
  }

  get isClosed(): boolean {
    return (notebookOf(this.shown.uri) ?? this.shown).isClosed;
  }

  get isDirty(): boolean {
    return (notebookOf(this.shown.uri) ?? this.shown).isDirty;
  }

  /** Tells it without building the text. */
  get isLong(): boolean {
    const lengths = this.parts.map((part) => part.offsetAt(part.lineAt(part.lineCount - 1).range.end));
    return lengths.reduce((sum, length) => sum + length, 0) > maxLength;
  }

  get text(): string {
    return joined(this.parts);
  }

  /** The code cells of a notebook, in order; undefined if it is none. */
  get code(): string | undefined {
    const cells = notebookOf(this.shown.uri)?.getCells();
    const code = cells?.filter(({ kind }) => kind === vscode.NotebookCellKind.Code);
    return code && joined(code.map(({ document }) => document));
  }

  /** The text, or of a long one the lines around `line`. */
  textNear(line: number): string {
    if (!this.isLong) return this.text;
    const text = this.shown.getText(new vscode.Range(Math.max(0, line - nearLines), 0, line + nearLines, 0));
    return text.length > maxLength ? '' : toLineFeeds(text);
  }

  /** The query at a position, with a notebook's other cells around it. */
  queryAt(position: vscode.Position): CompletionQuery {
    const { parts, shown, path } = this;
    const cell = parts.indexOf(shown);
    return queryAt(shown, position, path, cell < 0 ? undefined : aroundCell(parts, cell));
  }

  private get parts(): readonly vscode.TextDocument[] {
    const cells = notebookOf(this.shown.uri)?.getCells();
    return cells?.map(({ document }) => document) ?? [this.shown];
  }
}

function joined(parts: readonly vscode.TextDocument[]): string {
  return toLineFeeds(parts.map((part) => part.getText()).join('\n\n'));
}
