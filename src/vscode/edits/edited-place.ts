// Where the large model may be asked for the edit that follows: the cursor rests after an edit that may be sent. What a
// language server has found wrong since that edit counts for it.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import type { AskedPlace } from '../../edits/editor.ts';
import type { ChangeKind } from '../../edits/history/edit.ts';
import { lineFeedOffset } from '../editor/document-query.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import { errorsIn, isRecentIn, type SourceDeps } from './language-server.ts';

export class EditedPlaces extends Part<SourceDeps> {
  /** The document that was typed into last, when, and its errors before. */
  private typed:
    | { readonly document: vscode.TextDocument; at: number; readonly errors: ReadonlySet<string> }
    | undefined;

  constructor(deps: SourceDeps) {
    super(deps);
    this.add(
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        if (isRecentIn(uris, this.typed)) deps.onFound();
      }),
    );
  }

  changed(document: vscode.TextDocument, kind: ChangeKind): void {
    if (kind === 'tool') return;
    if (kind === 'undo' || kind === 'redo') this.typed = undefined;
    else if (this.typed?.document === document) this.typed.at = performance.now();
    else this.typed = { document, at: performance.now(), errors: new Set(errorsIn(document).map(nameOf)) };
  }

  /** Undefined where the user has not typed last. */
  typedNow(): AskedPlace<FolderRef> | undefined {
    return window.activeTextEditor?.document === this.typed?.document ? this.now() : undefined;
  }

  now(): AskedPlace<FolderRef> | undefined {
    const { journals, documents, isOn } = this.deps;
    const editor = window.activeTextEditor;
    const recorded = editor && journals.recordedOf(editor.document);
    if (!recorded || !isOn(recorded.folder, editor.document.languageId)) return undefined;
    const { document, selection, selections } = editor;
    const { folder, path, journal } = recorded;
    const changes = journal
      .recentChanges()
      .map((change) => ({ ...change, path: journals.fileOf(change.path) }))
      .filter((change) => documents.mayLeave({ folder, path: change.path }));
    const text = journal.textOf(path);
    if (text === undefined || selections.length !== 1 || !selection.isEmpty || changes.length === 0) return undefined;
    const { version } = document;
    const offset = lineFeedOffset(document, selection.active);
    const newErrors = this.newErrors(document, selection.active.line);
    const place = { path: journals.fileOf(path), text, offset, changes, newErrors };
    return { folder, path, place, isChanged: () => document.version !== version };
  }

  /** Lines, but the cursor's, with an error that was not there before the edit. */
  private newErrors(document: vscode.TextDocument, line: number): number {
    const { typed } = this;
    if (typed?.document !== document) return 0;
    const fresh = errorsIn(document).filter((error) => !typed.errors.has(nameOf(error)));
    return new Set(fresh.map(({ range }) => range.start.line).filter((each) => each !== line)).size;
  }
}

/** The same error may have moved. */
function nameOf({ message, range }: vscode.Diagnostic): string {
  return JSON.stringify([message, range.start.character]);
}
