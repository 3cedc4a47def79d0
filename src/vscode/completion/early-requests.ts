// Requests before, or in place of, VS Code's own. Each key starts the draft that is requested 50 ms later, and a resting
// cursor prefills the prompt: nothing is shown or counted. For the first keys in a new editor ghost text is requested.
import * as vscode from 'vscode';
import type { CompletionQuery } from '../../common/completion.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import type { Suggester } from '../../suggest/suggester.ts';
import { Document } from '../editor/document.ts';
import { indentUnit } from '../editor/document-query.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { DocumentListener, Documents } from '../folder/documents.ts';
import type { Folders } from '../folder/folders.ts';

export interface EarlyRequestsDeps {
  readonly folders: Pick<Folders, 'peek'>;
  readonly documents: Pick<Documents, 'ruleOf'>;
  /** Whether completions are enabled for this folder and language, and not snoozed. */
  readonly isOn: (folder: FolderRef, languageId: string) => boolean;
  /** Whether prefilling is allowed: no adaptation is running. */
  readonly mayPrefill: () => boolean;
}

/** In longer documents, building the query twice per key costs too much. */
const maxLines = 20_000;

export class EarlyRequests extends DisposableStore {
  private readonly deps: EarlyRequestsDeps;

  constructor(deps: EarlyRequestsDeps) {
    super();
    this.deps = deps;
    const watch = this.add(
      new CursorWatch<vscode.TextEditor>({
        onKey: (editor) => void this.withRequest(editor, (service, request) => service.begin(request)),
        onRest: (editor) => {
          if (deps.mayPrefill()) void this.withRequest(editor, (service, { query }) => service.warm(query));
        },
      }),
    );
    this.add(window.onDidChangeTextEditorSelection(({ textEditor }) => watch.moved(textEditor)));
    this.add(window.onDidChangeActiveTextEditor((editor) => editor && watch.startRest(editor)));
  }

  /** Calls `work` if ghost text would be requested at the editor's cursor. */
  private async withRequest(
    editor: vscode.TextEditor,
    work: (
      service: Suggester,
      request: { readonly query: CompletionQuery; readonly trigger: 'automatic'; readonly indentUnit: string },
    ) => void,
  ): Promise<void> {
    const { document: shown, selections } = editor;
    const [selection] = selections;
    if (editor !== window.activeTextEditor || selections.length !== 1 || !selection?.isEmpty) return;
    const document = new Document(shown);
    if (shown.lineCount > maxLines || document.isSilent) return;
    const session = this.deps.folders.peek(document.folder);
    if (!session || !this.deps.isOn(document.folder, shown.languageId)) return;
    if (vscode.workspace.getConfiguration('editor', shown).get('inlineSuggest.enabled') === false) return;
    const { version } = shown;
    if ((await this.deps.documents.ruleOf(document)) === 'off') return;
    if (this.isDisposed || session.isDisposed || shown.isClosed || shown.version !== version) return;
    const query = document.queryAt(selection.active);
    work(session.service, { query, trigger: 'automatic', indentUnit: indentUnit(editor.options) });
  }
}

interface CursorWatchDeps<Editor> {
  /** Called when a key was pressed in this editor. */
  readonly onKey: (editor: Editor) => void;
  /** Called when the cursor has rested in this editor. */
  readonly onRest: (editor: Editor) => void;
}

interface Versioned {
  readonly version: number;
}

/** The cursor rests after this long without a move, ms. */
const REST_MS = 200;

export class CursorWatch<Editor extends { readonly document: Versioned }> implements Disposable {
  private readonly deps: CursorWatchDeps<Editor>;
  /** Version of each document at its cursor's last move: a changed version means that a key was pressed. */
  private readonly versions = new WeakMap<Versioned, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: CursorWatchDeps<Editor>) {
    this.deps = deps;
  }

  moved(editor: Editor): void {
    const { document } = editor;
    const previousVersion = this.versions.get(document);
    this.versions.set(document, document.version);
    clearTimeout(this.timer);
    if (previousVersion === undefined || previousVersion === document.version) this.startRest(editor);
    else this.deps.onKey(editor);
  }

  /** Starts the wait for a rest; also called when this editor becomes active. */
  startRest(editor: Editor): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.deps.onRest(editor), REST_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

/** The editor requests ghost text 50 ms after a key. After this time without a request, it will send none, ms. */
const waitMs = 500;

export class FirstKeys extends DisposableStore implements DocumentListener {
  /** Editors that request ghost text by themselves. */
  private readonly requesting = new WeakSet<vscode.TextEditor>();
  private readonly request: (editor: vscode.TextEditor) => Promise<void>;
  private timer: NodeJS.Timeout | undefined;

  /** @param request requests ghost text at the editor's cursor */
  constructor(request: (editor: vscode.TextEditor) => Promise<void>, documents: Documents) {
    super();
    this.request = request;
    this.add(documents.listen(this));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  /** Call when VS Code has sent a request for this document. */
  onRequested(document: vscode.TextDocument): void {
    const editor = window.activeTextEditor;
    if (editor?.document === document) this.requesting.add(editor);
  }

  changed({ shown, isSilent }: Document, event?: vscode.TextDocumentChangeEvent): void {
    const editor = window.activeTextEditor;
    // Only typing counts, not undo and not an edit away from the cursor.
    if (editor?.document !== shown || this.requesting.has(editor)) return;
    if (!event?.contentChanges.length || event.reason !== undefined || isSilent) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.requestIfStillActive(editor), waitMs);
  }

  private async requestIfStillActive(editor: vscode.TextEditor): Promise<void> {
    if (window.activeTextEditor !== editor || this.requesting.has(editor) || !editor.selection.isEmpty) return;
    const settings = vscode.workspace.getConfiguration('editor', editor.document);
    if (settings.get('inlineSuggest.enabled') === false) return;
    this.requesting.add(editor);
    await this.request(editor);
  }
}
