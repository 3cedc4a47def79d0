// The first keys in an editor. VS Code makes an editor's ghost text when its window has a moment's rest, at the latest 5 s after
// the editor: on a busy machine the first keys ask nobody, and nothing asks later. What was typed so is asked about from here.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { isSilent } from '../editor/document-query.ts';
import { window } from '../editor/window.ts';

/** The editor itself asks 50 ms after a key; who has not asked so long after the last one will not, ms. */
const settleMs = 500;

export class FirstKeys extends DisposableStore {
  /** Editors that have asked: they go on by themselves. */
  private readonly asking = new WeakSet<vscode.TextEditor>();
  private readonly ask: (editor: vscode.TextEditor) => Promise<void>;
  private timer: NodeJS.Timeout | undefined;

  /** @param ask asks for ghost text at the editor's cursor; that it has to be made first is the editor's own business */
  constructor(ask: (editor: vscode.TextEditor) => Promise<void>) {
    super();
    this.ask = ask;
    this.add(vscode.workspace.onDidChangeTextDocument((event) => this.changed(event)));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  /** A request has come for this document. */
  asked(document: vscode.TextDocument): void {
    const editor = window.activeTextEditor;
    if (editor?.document === document) this.asking.add(editor);
  }

  private changed({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    const editor = window.activeTextEditor;
    // Typing: not an undo, nothing that another extension writes elsewhere.
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
