// Next edits in the editor: connects their life (src/edits/next-edit.ts) with its documents, language servers, keys and
// drawings.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import type { AskedPlace, Present } from '../../edits/editor.ts';
import { NextEdits } from '../../edits/next-edit.ts';
import { type EditCursor, type OfferedEdit, silentMs, type TabAction } from '../../edits/offers.ts';
import type { EditInLine } from '../../suggest/suggestion.ts';
import type { Activity } from '../completion/activity.ts';
import type { InsertedSuggestion, NextEditsAt } from '../completion/provider.ts';
import type { Document } from '../editor/document.ts';
import { lineFeedOffset } from '../editor/document-query.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { DocumentListener } from '../folder/documents.ts';
import { importKnownModule } from '../folder/late.ts';
import { AddImports } from './add-imports.ts';
import { ApplyEdits } from './apply-edits.ts';
import { EditJournals, type EditJournalsDeps } from './edit-journals.ts';
import { editRow } from './edit-row.ts';
import { fileName } from './edit-texts.ts';
import { EditView } from './edit-view.ts';
import { EditedPlaces } from './edited-place.ts';
import { NewErrors } from './new-errors.ts';
import { QuickFixes } from './quick-fixes.ts';
import { Renames } from './renames.ts';
import { TabKey } from './tab-key.ts';
import { TabLine } from './tab-line.ts';

export interface EditOffersDeps extends Omit<EditJournalsDeps, 'onRecorded' | 'onCleared'> {
  readonly activity: Activity;
  /** Whether completions are enabled for this folder and language, and not snoozed. */
  readonly isOn: (folder: FolderRef, languageId: string) => boolean;
  /** Called with whether an edit is offered. */
  readonly onOffered: (isOffered: boolean) => void;
  /** Asks for ghost text at the cursor, where `inLine` has new lines to show. */
  readonly showLines: (editor: vscode.TextEditor) => void;
  /** Called if an edit was found in a line that shows other ghost text at the cursor. */
  readonly onLineTaken: (document: vscode.TextDocument) => void;
  /** Called with what the Tab key does. */
  readonly onTabAction: (action: TabAction) => void;
}

export class EditOffers extends Part<EditOffersDeps> implements NextEditsAt, DocumentListener {
  private readonly journals: EditJournals;
  private readonly renames: Renames;
  private readonly errors: NewErrors;
  private readonly fixes: QuickFixes;
  private readonly places: EditedPlaces;
  private readonly edits: NextEdits<FolderRef>;
  private readonly view = this.add(new EditView());
  private readonly line: TabLine;
  private readonly imports: AddImports;
  private readonly commands: ApplyEdits;
  private readonly tabKey = this.add(
    new TabKey({
      goTo: () => this.commands.goTo(),
      // Between two keys nothing is drawn.
      onChange: () => (this.edits.search.isWaiting ? this.line.drawHint(undefined, this.offered.current) : this.draw()),
    }),
  );
  /** An edit of ours under way: an offered one, or one that the user has not written. */
  private applying: 'accepted' | 'tool' | undefined;

  constructor(deps: EditOffersDeps) {
    super(deps);
    this.journals = this.add(
      new EditJournals({
        ...deps,
        onRecorded: () => this.edits.search.soon(),
        onCleared: (folder) => folder.key === this.edits.folder?.key && this.edits.withdraw(),
      }),
    );
    const sourceDeps = { ...deps, journals: this.journals, onFound: () => this.edits.search.again() };
    this.renames = this.add(new Renames(sourceDeps));
    const onErrors = () => {
      this.fixes.askSoon();
      this.edits.search.again();
    };
    this.errors = this.add(new NewErrors({ ...sourceDeps, onFound: onErrors }));
    this.fixes = this.add(new QuickFixes({ ...sourceDeps, newErrors: this.errors }));
    this.places = this.add(new EditedPlaces(sourceDeps));
    const { folders } = deps;
    const cursor = () => this.cursor();
    this.edits = this.add(
      new NextEdits<FolderRef>({
        present: () => this.present(),
        repeated: async (folder, input, signal) => folders.of(folder).ngram.nextEdits(input, signal),
        sources: [this.renames, this.fixes],
        askedPlace: () => this.places.typedNow(),
        follow: async ({ folder, path, place }, signal) => {
          const { service, ngram } = folders.of(folder);
          const edit = await service.following.after(place, ngram, signal);
          return typeof edit === 'string' ? edit : { ...edit, path };
        },
        onFollowed: (folder, isTaken) => folders.of(folder).service.following.judgedByUser(isTaken),
        cursor,
        showsLines: () => vscode.workspace.getConfiguration('editor').get('inlineSuggest.enabled') !== false,
        draw: (isNew) => this.draw(isNew),
        onOutcome: ({ id }, outcome) => {
          const isOpen = deps.activity.get(id)?.outcome === 'pending';
          if (isOpen || outcome === 'rejected') deps.activity.setOutcome(id, outcome, 0);
        },
        log: deps.log,
      }),
    );
    const { offered } = this.edits;
    const fileOf = (offer: OfferedEdit) => this.fileOf(offer);
    this.line = new TabLine({ ...deps, offered, view: this.view, tabKey: () => this.tabKey, cursor, fileOf });
    this.imports = this.add(
      new AddImports({
        ...deps,
        asTool: (edit) => this.asTool(edit),
        isKnown: async (...module) => (await importKnownModule()).isKnownModule(...module),
      }),
    );
    this.commands = new ApplyEdits({
      ...deps,
      edits: this.edits,
      journals: this.journals,
      uriOf: (offer) => this.uriOf(offer),
      isReached: (offer) => this.line.actionOf(offer) === 'apply',
      asAccepted: (change) => this.applyAs('accepted', change),
      draw: () => this.draw(),
    });
    this.add(deps.documents.listen(this));
    this.add(window.onDidChangeTextEditorSelection(({ textEditor }) => this.onMoved(textEditor)));
    this.add(window.onDidChangeActiveTextEditor(() => this.onMoved(window.activeTextEditor)));
  }

  /** Call after activation: records the documents that are open already. */
  start(): void {
    this.journals.reopen();
  }

  private get offered() {
    return this.edits.offered;
  }

  /** Where the edit that follows would be asked for now. */
  askedPlace(): AskedPlace<FolderRef> | undefined {
    return this.places.now();
  }

  /**
   * The edit that Tab belongs to, and that is offered in the cursor's line or announced: no other ghost text may take
   * its place. What is left of an insertion at the cursor is ghost text itself, and is listed in the panel.
   */
  inLine(document: vscode.TextDocument, position: vscode.Position, mayInsert: boolean): EditInLine | undefined {
    const cursor = this.cursorAt(document, position);
    if (cursor === undefined) return undefined;
    const insertion = mayInsert ? this.offered.insertionAt(cursor) : undefined;
    if (insertion) this.record(insertion.offer);
    else if (this.line.action === 'wait') return { id: '', inserts: undefined };
    const offer = insertion?.offer ?? this.line.ownerAt(cursor, !this.edits.search.isWaiting);
    return offer && { id: offer.id, inserts: insertion?.text };
  }

  /** The word that the user has just typed over at the position: see CompletionRequest. */
  wordReplacedAt(document: vscode.TextDocument, position: vscode.Position): string | undefined {
    const recorded = this.journals.recordedOf(document);
    return recorded?.journal.wordReplacedAt(recorded.path, lineFeedOffset(document, position));
  }

  /** Call when ghost text was accepted. Whether it was an offered edit. */
  accepted(id: string): boolean {
    const row = this.deps.activity.get(id);
    if (row?.source !== 'edit') return false;
    const { current } = this.offered;
    this.deps.activity.setOutcome(id, 'accepted', row.text.length);
    this.offered.accepted();
    this.tabKey.hold();
    const old = current?.id === id ? current.lines?.old : undefined;
    if (current?.id === id && !old) this.edits.judged(current, true);
    void (old ? this.commands.replaceAbove(old) : this.edits.search.run());
    return true;
  }

  /** Call with whether the last request for ghost text at the cursor was answered. */
  onGhostText(isShown: boolean): void {
    if (this.line.isGhostTextShown === isShown) return;
    this.line.isGhostTextShown = isShown;
    // Between two keys nothing is drawn.
    if (!this.edits.search.isWaiting) this.draw();
  }

  /** Call with whether the editor's list of suggestions is open at the cursor. */
  onList(isOpen: boolean): void {
    if (this.line.isListOpen === isOpen) return;
    this.line.isListOpen = isOpen;
    if (!this.edits.search.isWaiting) this.draw();
  }

  /** Adds the imports that an accepted suggestion needs. */
  addImports(inserted: InsertedSuggestion): void {
    this.imports.accepted(inserted);
  }

  /** Runs an edit from which nothing is learned. */
  asTool(edit: () => Thenable<boolean>): Promise<boolean> {
    return this.applyAs('tool', edit);
  }

  /** Moves the cursor to the next edit, once there is one. Returns whether there was one already. */
  async goTo(): Promise<boolean> {
    if (this.offered.current === undefined && this.tabKey.isHeld) {
      this.tabKey.press();
      await this.edits.search.hurry();
      return false;
    }
    return (await this.tabKey.run(() => this.commands.goTo())) !== undefined;
  }

  /** Applies the edit at the cursor; goes to the next one if there is none, so that an edit is seen before. */
  async apply(): Promise<void> {
    await this.tabKey.run(() => this.commands.apply());
  }

  /** Applies the edit whose new lines are shown as ghost text, of which no part can be accepted. Returns whether it is. */
  async applyLines(): Promise<boolean> {
    const { current } = this.offered;
    if (!current?.lines?.old || !this.line.isGhostText(current)) return false;
    await this.apply();
    return true;
  }

  async applyInFile(): Promise<void> {
    await this.tabKey.run(() => this.commands.applyInFile());
  }

  async applyAll(): Promise<void> {
    await this.tabKey.runNext(() => this.commands.applyAll());
  }

  dismiss(): void {
    this.tabKey.release();
    const document = window.activeTextEditor?.document;
    if (this.line.isGhostText(this.offered.current) && document) this.deps.onLineTaken(document);
    if (this.offered.current?.origin.kind === 'error') this.errors.forget();
    if (this.edits.dismiss()) void this.announcePause();
  }

  private async announcePause(): Promise<void> {
    this.view.pause(Date.now() + silentMs);
    const goOn = t('Go On');
    const answer = await window.showInformationMessage(t('Next edits pause for ten minutes.'), goOn);
    if (answer === goOn) await this.resume();
  }

  /** Ends the pause after two dismissals. */
  async resume(): Promise<void> {
    if (this.isDisposed) return;
    this.offered.resume();
    this.view.resume();
    await this.edits.search.run();
  }

  changed({ shown: document }: Document, event?: vscode.TextDocumentChangeEvent): void {
    const recorded = this.journals.recordedOf(document);
    const change = event && this.journals.record(event, this.applying);
    if (event === undefined || recorded === undefined || change === undefined) return;
    const { path } = recorded;
    const { kind } = change;
    this.line.isGhostTextShown = false;
    this.renames.changed(document, path, change);
    this.errors.changed(kind);
    this.fixes.changed(event, kind);
    this.places.changed(document, kind);
    this.edits.changed(path, change, this.applying === 'accepted');
    if (kind === 'undo' || kind === 'redo') {
      this.tabKey.release();
      this.draw();
      return;
    }
    if (this.applying === undefined && kind !== 'tool') this.tabKey.release();
    // Tab must not jump between two keys.
    this.line.drawHint(undefined, this.offered.current);
  }

  private onMoved(editor: vscode.TextEditor | undefined): void {
    if (editor === undefined || editor !== window.activeTextEditor) return;
    // The cursor moves with each key, too: then the edits are asked for again.
    if (this.edits.search.isWaiting || this.applying === 'accepted') return;
    const cursor = this.cursor();
    if (!this.tabKey.isBusy && !(cursor && this.offered.isEditedAt(cursor))) this.tabKey.release();
    if (isSelecting(editor)) this.edits.withdraw();
    else this.edits.search.moved();
    if (this.offered.current === undefined) return;
    if (cursor) this.offered.prefer(cursor);
    this.line.isGhostTextShown = false;
    this.line.isListOpen = false;
    this.draw();
  }

  /** Undefined: nothing may be offered in the active editor. */
  private present(): Present<FolderRef> | undefined {
    this.journals.forgetOutside();
    const editor = window.activeTextEditor;
    const document = editor?.document;
    const recorded = document && this.journals.recordedOf(document);
    if (!recorded || isSelecting(editor) || !this.deps.isOn(recorded.folder, document.languageId)) return undefined;
    const { folder, path } = recorded;
    const documents = this.journals.documentsOf(folder, document);
    const line = { path, line: editor.selection.active.line };
    return { folder, documents, edits: this.journals.editsOf(folder), line, errors: this.errors.places(folder) };
  }

  private async applyAs(origin: 'accepted' | 'tool', change: () => Thenable<boolean>): Promise<boolean> {
    const { current } = this.offered;
    this.applying = origin;
    try {
      const isDone = await change();
      if (isDone && origin === 'accepted') this.tabKey.hold();
      if (isDone && origin === 'accepted' && current) this.edits.judged(current, true);
      return isDone;
    } finally {
      this.applying = undefined;
    }
  }

  private draw(isNew = false): void {
    if (isNew) this.line.take();
    const current = this.offered.isOutdated ? undefined : this.offered.current;
    this.deps.onOffered(current !== undefined);
    const uri = this.uriOf(current);
    const recorded = uri && this.journals.at(uri);
    const text = recorded?.journal.textOf(recorded.path);
    this.view.show(current, uri, text, this.line.isGhostText(current));
    this.line.drawHint(current);
    if (current === undefined) return;
    this.record(current);
    this.tabKey.offered();
  }

  /** The cursor of the active editor, if it is in the folder of the offers and selects nothing. */
  private cursor(): EditCursor | undefined {
    const editor = window.activeTextEditor;
    if (editor === undefined) return undefined;
    return isSelecting(editor) ? undefined : this.cursorAt(editor.document, editor.selection.active);
  }

  private cursorAt(document: vscode.TextDocument, position: vscode.Position): EditCursor | undefined {
    const recorded = this.journals.recordedOf(document);
    if (!recorded || recorded.folder.key !== this.edits.folder?.key) return undefined;
    const { line, character } = position;
    // A change is reported before the cursor has moved out of removed lines.
    if (line >= document.lineCount) return undefined;
    const before = document.lineAt(line).text.slice(0, character);
    return { path: recorded.path, at: lineFeedOffset(document, position), line, before };
  }

  private uriOf(offer: OfferedEdit | undefined): vscode.Uri | undefined {
    const { folder } = this.edits;
    return offer && folder && this.journals.uriOf(folder, offer.path);
  }

  /** Name of the edit's file, if it is not the active editor's. */
  private fileOf({ path }: OfferedEdit): string | undefined {
    const document = window.activeTextEditor?.document;
    const recorded = document && this.journals.recordedOf(document);
    const isHere = recorded?.path === path && recorded.folder.key === this.edits.folder?.key;
    return isHere ? undefined : fileName(path);
  }

  /** Lists a shown edit in the panel. */
  private record(offer: OfferedEdit): void {
    const { activity } = this.deps;
    const uri = this.uriOf(offer);
    if (offer.origin.kind === 'error') return;
    if (uri === undefined || activity.get(offer.id)?.edit?.left === offer.left) return;
    const isMultiRoot = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
    const file = this.journals.fileOf(offer.path);
    const path = isMultiRoot ? `${this.edits.folder?.name}/${file}` : file;
    activity.add(editRow(offer, path), uri.toString());
  }
}

/** Whether a text is selected, or several cursors type. */
function isSelecting({ selections: [selection, ...others] }: vscode.TextEditor): boolean {
  return others.length > 0 || !selection?.isEmpty;
}
