// Offers the fix that a language server prefers for an error near the cursor, such as a missing import. Asked for when
// the user rests after typing, and only read: no command of another extension is run.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import { toLineFeeds } from '../../text/lines.ts';
import type { ChangeKind } from '../../workspace/edits/edit.ts';
import type { NextEdit } from '../../workspace/edits/next-edit.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { EditSource, EditSourceDeps } from './edit-source.ts';
import { askServer } from './language-server.ts';

/** Pause in typing, ms; and after new diagnostics, which come one after another. */
const restMs = 500;
const settledMs = 150;
/** Diagnostics that come later have nothing to do with the last key, ms. */
const maxAge = 15_000;
/** Distance of an error from the cursor, lines. */
const maxDistance = 5;
const maxErrors = 3;
/** Fixes of an error that the server completes with their changes. Preferred ones come first. */
const maxResolved = 3;
/** A longer fix is more than a decoration can show, UTF-16 units. */
const maxLength = 300;
/** TypeScript's fixes have it. Without further actions, which are not preferred ones, it only counts their use. */
const countingCommand = '_typescript.applyCodeActionCommand';

interface Found {
  readonly document: vscode.TextDocument;
  readonly version: number;
  /** The folder's key. */
  readonly folder: string;
  readonly edit: NextEdit;
}

export class QuickFixes extends DisposableStore implements EditSource {
  private readonly deps: EditSourceDeps;
  /** The document that was typed into last. */
  private typed: { readonly document: vscode.TextDocument; readonly at: number } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isAsking = false;
  private found: Found | undefined;

  constructor(deps: EditSourceDeps) {
    super();
    this.deps = deps;
    this.add(vscode.languages.onDidChangeDiagnostics(({ uris }) => this.onDiagnostics(uris)));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  changed(_path: string, { document }: vscode.TextDocumentChangeEvent, kind: ChangeKind): void {
    clearTimeout(this.timer);
    this.found = undefined;
    this.typed = kind === 'typed' ? { document, at: performance.now() } : undefined;
    if (this.typed) this.askSoon(restMs);
  }

  edits({ key }: FolderRef): NextEdit[] {
    const { found } = this;
    return found && found.folder === key && found.document.version === found.version ? [found.edit] : [];
  }

  private onDiagnostics(uris: readonly vscode.Uri[]): void {
    const { typed } = this;
    if (!typed || !uris.some((uri) => uri.toString() === typed.document.uri.toString())) return;
    const age = performance.now() - typed.at;
    if (age < maxAge) this.askSoon(Math.max(settledMs, restMs - age));
  }

  private askSoon(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), ms);
  }

  private async ask(): Promise<void> {
    if (this.isAsking) return this.askSoon(restMs);
    const editor = window.activeTextEditor;
    const recorded = editor && this.deps.journals.recordedOf(editor.document);
    if (!recorded || editor.document !== this.typed?.document) return;
    const { document, selection } = editor;
    const { folder, path } = recorded;
    if (!this.deps.isOn(folder, document.languageId)) return;
    const { version } = document;
    this.isAsking = true;
    try {
      for (const diagnostic of errorsNear(document, selection.active)) {
        const edit = await fixOf(document, path, diagnostic);
        if (this.isDisposed || document.version !== version) return;
        if (edit === undefined) continue;
        const isKnown = this.found?.edit.rule === edit.rule;
        this.found = { document, version, folder: folder.key, edit };
        if (!isKnown) this.deps.onFound();
        return;
      }
      if (this.found === undefined) return;
      this.found = undefined;
      this.deps.onFound();
    } catch (error) {
      this.deps.log.debug(`No quick fix: ${messageOf(error)}`);
    } finally {
      this.isAsking = false;
    }
  }
}

/** Nearest first. Errors at the cursor may be about a word that is still being typed. */
function errorsNear({ uri }: vscode.TextDocument, cursor: vscode.Position): vscode.Diagnostic[] {
  const distance = ({ range }: vscode.Diagnostic) => Math.abs(range.start.line - cursor.line);
  return vscode.languages
    .getDiagnostics(uri)
    .filter(
      (diagnostic) =>
        diagnostic.severity === vscode.DiagnosticSeverity.Error &&
        distance(diagnostic) <= maxDistance &&
        !diagnostic.range.contains(cursor),
    )
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, maxErrors);
}

/** The preferred fix, if it is one change of this document. */
async function fixOf(
  document: vscode.TextDocument,
  path: string,
  { range, message }: vscode.Diagnostic,
): Promise<NextEdit | undefined> {
  const { version } = document;
  const actions = await askServer<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
    vscode.CodeActionKind.QuickFix.value,
    maxResolved,
  );
  if (document.version !== version) return undefined;
  const action = actions?.find(({ isPreferred }) => isPreferred);
  if (action?.edit === undefined) return undefined;
  if (action.command !== undefined && action.command.command !== countingCommand) return undefined;
  const [file, ...others] = action.edit.entries();
  if (file === undefined || others.length > 0) return undefined;
  const [uri, [change, ...further]] = file;
  if (uri.toString() !== document.uri.toString() || change === undefined || further.length > 0) return undefined;
  const removed = toLineFeeds(document.getText(change.range));
  const replacement = toLineFeeds(change.newText);
  if (removed.length + replacement.length > maxLength || removed === replacement) return undefined;
  const { title } = action;
  const name = JSON.stringify(['fix', path, title, message]);
  return {
    path,
    range: change.range,
    removed,
    replacement,
    rule: name,
    place: name,
    origin: { kind: 'fix', title },
    learnedFrom: [],
    left: 1,
    probability: 1,
  };
}
