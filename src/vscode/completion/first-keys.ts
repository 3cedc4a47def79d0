// Requests ghost text for the first keys in a new editor. VS Code creates an editor's ghost text when idle, up to 5 s
// after the editor: until then, keys trigger no request.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { Document } from '../editor/document.ts';
import { window } from '../editor/window.ts';
import type { DocumentListener, Documents } from '../folder/documents.ts';

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
