// Offers the next edit: shows what was found, and goes to it, applies it or dismisses it.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { fromLineFeeds, toLineFeeds } from '../../text/lines.ts';
import type { Edit } from '../../workspace/edits/edit.ts';
import { joinEdits } from '../../workspace/edits/join-edits.ts';
import { isPlaceOnly } from '../../workspace/edits/next-edit.ts';
import { ShownEdits } from '../../workspace/edits/shown-edits.ts';
import type { Activity } from '../completion/activity.ts';
import type { InsertedSuggestion } from '../completion/provider.ts';
import { documentAt, type FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { Folders } from '../folder/folders.ts';
import { importKnownModule } from '../folder/late.ts';
import { AddImports } from './add-imports.ts';
import { EditJournals, type EditJournalsDeps } from './edit-journals.ts';
import type { EditSource } from './edit-source.ts';
import { hintText, originText } from './edit-texts.ts';
import { EditView, rangeOf } from './edit-view.ts';
import { type FoundEdits, OfferSearch } from './offer-search.ts';
import { type Cursor, endOf, type OfferedEdit, OfferedEdits, type TabAction } from './offered-edits.ts';
import { QuickFixes } from './quick-fixes.ts';
import { Renames } from './renames.ts';

export interface EditOffersDeps extends Omit<EditJournalsDeps, 'onRecorded' | 'onCleared'> {
  readonly folders: Folders;
  readonly activity: Activity;
  readonly log: Log;
  /** Whether completions are enabled for this folder and language, and not snoozed. */
  readonly isOn: (folder: FolderRef, languageId: string) => boolean;
  /** Called with whether an edit is offered. */
  readonly onOffered: (isOffered: boolean) => void;
  /** Called with what the Tab key does. */
  readonly onTabAction: (action: TabAction) => void;
}

export class EditOffers extends DisposableStore {
  private readonly deps: EditOffersDeps;
  private readonly journals: EditJournals;
  /** The edits of the first one come before repeated ones, those of the others behind them. */
  private readonly sources: readonly EditSource[];
  private readonly search: OfferSearch;
  private readonly view = this.add(new EditView());
  private readonly imports: AddImports;
  private readonly offered = new OfferedEdits(() => performance.now());
  private readonly shown = new ShownEdits();
  /** Identifies the edits after which an offer was counted as shown. */
  private shownAfter = '';
  /** The folder of the offers. */
  private folder: FolderRef | undefined;
  /** An edit of ours under way: an offered one, or one that the user has not written. */
  private applying: 'accepted' | 'tool' | undefined;
  /** Whether ghost text is shown at the cursor, where Tab accepts it. */
  private isGhostTextShown = false;

  constructor(deps: EditOffersDeps) {
    super();
    this.deps = deps;
    this.journals = this.add(
      new EditJournals({
        ...deps,
        onRecorded: () => this.search.soon(),
        onCleared: (folder) => folder.key === this.folder?.key && this.reset(),
      }),
    );
    const onFound = () => {
      if (!this.search.isWaiting) this.search.soon(0);
    };
    const sourceDeps = { ...deps, journals: this.journals, onFound };
    this.sources = [this.add(new Renames(sourceDeps)), this.add(new QuickFixes(sourceDeps))];
    this.imports = this.add(
      new AddImports({
        log: deps.log,
        asTool: (edit) => this.asTool(edit),
        isKnown: async (...module) => (await importKnownModule()).isKnownModule(...module),
      }),
    );
    this.search = this.add(
      new OfferSearch({
        ...deps,
        journals: this.journals,
        ignored: () => (this.offered.isSilent ? undefined : this.shown.ignored),
        onFound: (found) => this.found(found),
        onOff: () => this.reset(),
      }),
    );
    this.add(vscode.workspace.onDidChangeTextDocument((event) => this.onChanged(event)));
    this.add(window.onDidChangeTextEditorSelection(({ textEditor }) => this.onMoved(textEditor)));
    this.add(window.onDidChangeActiveTextEditor(() => this.onMoved(window.activeTextEditor)));
  }

  /** Call after activation: records the documents that are open already. */
  start(): void {
    this.journals.reopen();
  }

  /** The rest of an insertion that is offered at the cursor, for ghost text. */
  insertionAt(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): { readonly id: string; readonly text: string } | undefined {
    const recorded = this.journals.recordedOf(document);
    if (!recorded || recorded.folder.key !== this.folder?.key) return undefined;
    const found = this.offered.insertionAt(recorded.path, position);
    if (!found) return undefined;
    this.record(found.offer);
    return { id: found.offer.id, text: found.text };
  }

  /** Call when ghost text was accepted. Whether it was an offered edit. */
  accepted(id: string): boolean {
    const row = this.deps.activity.get(id);
    if (row?.source !== 'edit') return false;
    this.deps.activity.setOutcome(id, 'accepted', row.text.length);
    this.offered.accepted();
    void this.search.run();
    return true;
  }

  /** Call with whether the last request for ghost text at the cursor was answered. */
  onGhostText(isShown: boolean): void {
    if (this.isGhostTextShown === isShown) return;
    this.isGhostTextShown = isShown;
    // Between two keys nothing is drawn.
    if (!this.search.isWaiting) this.draw();
  }

  /** Adds the imports that an accepted suggestion needs. */
  addImports(inserted: InsertedSuggestion): void {
    this.imports.accepted(inserted);
  }

  /** Runs an edit from which nothing is learned. */
  async asTool(edit: () => Thenable<boolean>): Promise<void> {
    this.applying = 'tool';
    try {
      await edit();
    } finally {
      this.applying = undefined;
    }
  }

  /** Moves the cursor to the next edit. Returns whether there was one. */
  async goTo(): Promise<boolean> {
    return (await this.jump()) !== undefined;
  }

  /** Moves the cursor to the next edit, and returns it. One without a text is done then. */
  private async jump(): Promise<OfferedEdit | undefined> {
    await this.search.finish();
    const next = this.offered.current;
    if (next !== undefined && (await this.openFiles([next]))) this.offered.preferFile(next.path);
    const { current } = this.offered;
    const uri = this.uriOf(current);
    if (current === undefined || uri === undefined || !this.journals.has(uri)) {
      this.reset();
      return undefined;
    }
    const { line, character } = current.insertion?.at ?? current.range.start;
    const position = new vscode.Position(line, character);
    this.offered.jumped(current);
    const shown = window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    const editor = await window.showTextDocument(await vscode.workspace.openTextDocument(uri), {
      ...(shown?.viewColumn !== undefined && { viewColumn: shown.viewColumn }),
    });
    editor.selection = new vscode.Selection(position, position);
    editor.revealRange(rangeOf(current.range), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    if (isPlaceOnly(current)) {
      this.offered.applied([current], position);
      this.deps.activity.setOutcome(current.id, 'accepted', 0);
    }
    this.draw();
    return current;
  }

  /** Applies the next edit, as one undo step. Goes to it first. */
  async apply(): Promise<void> {
    const current = await this.jump();
    const editor = window.activeTextEditor;
    if (editor === undefined || current === undefined || isPlaceOnly(current)) return;
    const { document } = editor;
    const range = rangeOf(current.range);
    if (this.unchangedDocument(current) !== document) return this.reset();
    this.search.cancel();
    this.applying = 'accepted';
    try {
      const text = fromLineFeeds(current.replacement, document.eol === vscode.EndOfLine.CRLF);
      if (!(await editor.edit((edit) => edit.replace(range, text)))) return;
    } finally {
      this.applying = undefined;
    }
    const { line, character } = endOf(current);
    const end = new vscode.Position(line, character);
    editor.selection = new vscode.Selection(end, end);
    this.offered.applied([current], end);
    this.deps.activity.setOutcome(current.id, 'accepted', current.replacement.length);
    await this.search.run();
  }

  /** Applies all edits that repeat the next one, after VS Code's preview of them. */
  async applyAll(): Promise<void> {
    await this.search.finish();
    if (this.offered.current && isPlaceOnly(this.offered.current)) return void (await this.goTo());
    await this.openFiles(this.offered.alike);
    const offers = this.offered.alike.filter((offer) => this.unchangedDocument(offer) !== undefined);
    const [first] = offers;
    if (first === undefined) return this.reset();
    const workspaceEdit = new vscode.WorkspaceEdit();
    for (const offer of offers) {
      const uri = this.uriOf(offer) as vscode.Uri;
      const label = originText(offer);
      workspaceEdit.replace(uri, rangeOf(offer.range), offer.replacement, { needsConfirmation: false, label });
      // The preview opens only if an edit needs confirmation, and begins with such edits unticked. This one does nothing
      // and is not listed.
      if (offer === first) workspaceEdit.createFile(uri, { ignoreIfExists: true }, { needsConfirmation: true, label });
    }
    const editor = window.activeTextEditor;
    if (await vscode.workspace.applyEdit(workspaceEdit, { isRefactoring: true })) {
      this.offered.applied(offers);
      this.deps.activity.setOutcome(first.id, 'accepted', first.replacement.length);
    }
    // The preview was shown in other editors, where nothing is offered.
    if (editor) await window.showTextDocument(editor.document, editor.viewColumn);
    await this.search.run();
  }

  dismiss(): void {
    const dismissed = this.offered.dismiss();
    if (dismissed) {
      this.shown.dismissed(dismissed);
      this.deps.activity.setOutcome(dismissed.id, 'rejected', 0);
    }
    this.search.cancel();
    this.draw();
  }

  private onChanged(event: vscode.TextDocumentChangeEvent): void {
    const { document, contentChanges } = event;
    const [first] = contentChanges;
    const recorded = this.journals.recordedOf(document);
    const before = recorded?.journal.textOf(recorded.path) ?? '';
    const kind = this.journals.record(event, this.applying);
    if (recorded === undefined || kind === undefined || first === undefined) return;
    this.search.cancel();
    this.isGhostTextShown = false;
    for (const source of this.sources) source.changed(recorded.path, event, kind, before);
    if (kind === 'undo' || kind === 'redo') {
      this.offered.undone(recorded.path);
      this.draw();
      return;
    }
    if (contentChanges.length === 1 && first.range.isEmpty)
      this.offered.inserted(recorded.path, first.range.start, toLineFeeds(first.text));
    else if (contentChanges.length === 1 && first.text === '' && !first.range.isSingleLine)
      this.offered.deletedAt(recorded.path, first.range.start);
    else this.offered.changed();
    // Tab must not jump between two keys.
    this.drawHint(undefined);
    if (this.applying !== 'accepted') this.search.soon();
  }

  private onMoved(editor: vscode.TextEditor | undefined): void {
    if (editor === undefined || editor !== window.activeTextEditor || this.offered.current === undefined) return;
    // The cursor moves with each key, too: then the edits are asked for again.
    if (this.search.isWaiting || this.applying === 'accepted') return;
    const cursor = this.cursor();
    if (cursor) this.offered.prefer(cursor);
    this.isGhostTextShown = false;
    this.draw();
  }

  /**
   * Opens the files of edits, and asks again if one was not open: the folder's index may be older than the file.
   * Returns whether it asked.
   */
  private async openFiles(offers: readonly OfferedEdit[]): Promise<boolean> {
    const uris = new Map(offers.map((offer) => [offer.path, this.uriOf(offer) as vscode.Uri]));
    const closed = [...uris.values()].filter((uri) => !this.journals.has(uri));
    for (const uri of closed) {
      try {
        await this.journals.opened(await vscode.workspace.openTextDocument(uri));
      } catch (error) {
        this.deps.log.warn(`The file of a next edit cannot be opened: ${messageOf(error)}`);
      }
    }
    if (closed.length > 0) await this.search.run();
    return closed.length > 0;
  }

  /** Shows the first of the edits that were found. Returns whether there is one. */
  private found({ folder, edits, documents, repeated }: FoundEdits): boolean {
    this.folder = folder;
    const [first = [], ...others] = this.sources.map((source) => source.edits(folder, documents, edits));
    const next = joinEdits([first, repeated, ...others], this.shown.ignored);
    const cursor = this.cursor();
    this.offered.offer(next, (path) => documents.find((file) => file.path === path)?.text, cursor);
    if (cursor) this.offered.prefer(cursor);
    this.countShown(edits);
    this.draw();
    return next.length > 0;
  }

  /** Counts an offer as shown once after each of the user's edits. */
  private countShown(edits: readonly Edit[]): void {
    const { current } = this.offered;
    const after = `${edits.length} ${edits[0]?.time}`;
    if (current === undefined || after === this.shownAfter) return;
    this.shownAfter = after;
    this.shown.shown(current);
  }

  private reset(): void {
    this.search.cancel();
    this.offered.withdraw();
    this.draw();
  }

  private draw(): void {
    const { current } = this.offered;
    this.deps.onOffered(current !== undefined);
    const isGhostText = this.isGhostTextShown && this.isInsertedAtCursor(current);
    this.view.show(isGhostText ? undefined : current, this.uriOf(current));
    this.drawHint(current);
    this.view.announce(current, current && this.fileOf(current));
    if (current) this.record(current);
  }

  private drawHint(offer: OfferedEdit | undefined): void {
    const cursor = this.cursor();
    const action = offer && cursor && this.offered.tabAction(cursor);
    this.deps.onTabAction(action);
    const isHidden = offer === undefined || this.isGhostTextShown;
    this.view.showHint(window.activeTextEditor, isHidden ? undefined : hintText(offer, action, this.fileOf(offer)));
  }

  private isInsertedAtCursor(offer: OfferedEdit | undefined): boolean {
    const cursor = this.cursor();
    return cursor !== undefined && this.offered.insertionAt(cursor.path, cursor.position)?.offer === offer;
  }

  /** The cursor of the active editor, if it is in the folder of the offers and selects nothing. */
  private cursor(): Cursor | undefined {
    const editor = window.activeTextEditor;
    const recorded = editor && this.journals.recordedOf(editor.document);
    if (!recorded || recorded.folder.key !== this.folder?.key) return undefined;
    const { selection, selections, document } = editor;
    if (selections.length !== 1 || !selection.isEmpty) return undefined;
    const { line, character } = selection.active;
    return {
      path: recorded.path,
      position: { line, character },
      before: document.lineAt(line).text.slice(0, character),
    };
  }

  private uriOf(offer: OfferedEdit | undefined): vscode.Uri | undefined {
    return offer && this.folder && documentAt(this.folder, offer.path);
  }

  /** The open document of an edit, if the text that the edit replaces is still there. */
  private unchangedDocument(offer: OfferedEdit): vscode.TextDocument | undefined {
    const uri = this.uriOf(offer);
    const document = uri && this.journals.recordedOf({ uri })?.document;
    return document && toLineFeeds(document.getText(rangeOf(offer.range))) === offer.removed ? document : undefined;
  }

  /** Name of the edit's file, if it is not the active editor's. */
  private fileOf({ path }: OfferedEdit): string | undefined {
    const document = window.activeTextEditor?.document;
    const recorded = document && this.journals.recordedOf(document);
    const isHere = recorded?.path === path && recorded.folder.key === this.folder?.key;
    return isHere ? undefined : path.slice(path.lastIndexOf('/') + 1);
  }

  /** Lists a shown edit in the panel. */
  private record(offer: OfferedEdit): void {
    const { activity } = this.deps;
    const uri = this.uriOf(offer);
    if (uri === undefined || activity.get(offer.id)?.edit?.left === offer.left) return;
    const { id, path, range, before, removed, insertion, replacement, learnedFrom, left } = offer;
    const at = insertion?.at ?? range.start;
    const isMultiRoot = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
    activity.add(
      {
        id,
        at: Date.now(),
        path: isMultiRoot ? `${this.folder?.name}/${path}` : path,
        line: at.line + 1,
        before,
        text: insertion?.text ?? replacement,
        source: 'edit',
        model: originText(offer),
        cached: false,
        latencyMs: 0,
        costUsd: 0,
        savedUsd: 0,
        outcome: 'pending',
        edit: {
          removed: insertion ? '' : removed,
          learnedFrom: learnedFrom.slice(0, 2).map((edit) => ({ removed: edit.removed, inserted: edit.inserted })),
          left,
        },
      },
      uri.toString(),
    );
  }
}
