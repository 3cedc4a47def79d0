// Requests ghost text for the first keys in a new editor. VS Code creates an editor's ghost text when idle, up to 5 s
// after the editor: until then, keys trigger no request.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { isSilent } from '../editor/document-query.ts';
import { window } from '../editor/window.ts';

/** The editor requests ghost text 50 ms after a key; without a request after this long, it will not, ms. */
const settleMs = 500;

export class FirstKeys extends DisposableStore {
  /** Editors that have requested ghost text by themselves. */
  private readonly asking = new WeakSet<vscode.TextEditor>();
  private readonly ask: (editor: vscode.TextEditor) => Promise<void>;
  private timer: NodeJS.Timeout | undefined;

  /** @param ask requests ghost text at the editor's cursor */
  constructor(ask: (editor: vscode.TextEditor) => Promise<void>) {
    super();
    this.ask = ask;
    this.add(vscode.workspace.onDidChangeTextDocument((event) => this.changed(event)));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  /** VS Code has sent a request for this document. */
  asked(document: vscode.TextDocument): void {
    const editor = window.activeTextEditor;
    if (editor?.document === document) this.asking.add(editor);
  }

  private changed({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    const editor = window.activeTextEditor;
    // Only typing: no undo, and no edit away from the cursor.
    if (editor?.document !== document || this.asking.has(editor)) return;
    if (contentChanges.length === 0 || reason !== undefined || isSilent(document.uri.scheme, document.languageId))
      return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.settled(editor), settleMs);
  }

  private async settled(editor: vscode.TextEditor): Promise<void> {
    if (window.activeTextEditor !== editor || this.asking.has(editor) || !editor.selection.isEmpty) return;
    const settings = vscode.workspace.getConfiguration('editor', editor.document);
    if (settings.get('inlineSuggest.enabled') === false) return;
    this.asking.add(editor);
    await this.ask(editor);
  }
}
