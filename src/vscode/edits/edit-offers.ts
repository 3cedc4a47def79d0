// Offers the next edit: shows what was found, and goes to it, applies it or dismisses it.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { type Edit, joinEdits, ShownEdits } from '../../edits/history/edit.ts';
import {
  type EditCursor,
  isAt,
  needsLines,
  type OfferedEdit,
  OfferedEdits,
  silentMs,
  type TabAction,
} from '../../edits/offers.ts';
import type { EditInLine } from '../../suggest/suggestion.ts';
import { wordAtEnd } from '../../text/lexemes.ts';
import { toLineFeeds } from '../../text/lines.ts';
import type { Activity } from '../completion/activity.ts';
import type { InsertedSuggestion, NextEditsAt } from '../completion/provider.ts';
import type { Document } from '../editor/document.ts';
import { lineFeedOffset } from '../editor/document-query.ts';
import { documentAt, type FolderRef } from '../editor/folder-ref.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { DocumentListener } from '../folder/documents.ts';
import { importKnownModule } from '../folder/late.ts';
import { AddImports } from './add-imports.ts';
import { ApplyEdits } from './apply-edits.ts';
import { EditJournals, type EditJournalsDeps } from './edit-journals.ts';
import type { EditSearchDeps, EditSource } from './edit-source.ts';
import { hintText, type Key, originText } from './edit-texts.ts';
import { EditView } from './edit-view.ts';
import { FollowingEditSource } from './following.ts';
import { type FoundEdits, OfferSearch } from './offer-search.ts';
import { QuickFixes } from './quick-fixes.ts';
import { Renames } from './renames.ts';
import { TabKey } from './tab-key.ts';

type JournalDeps = Omit<EditJournalsDeps, 'onRecorded' | 'onCleared'>;

export interface EditOffersDeps extends JournalDeps, Omit<EditSearchDeps, 'journals'> {
  readonly activity: Activity;
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
  private readonly sources: readonly EditSource[];
  /** The last of them: it is asked where the others find nothing. */
  readonly following: FollowingEditSource;
  private readonly search: OfferSearch;
  private readonly view = this.add(new EditView());
  private readonly imports: AddImports;
  private readonly commands: ApplyEdits;
  private readonly tabKey = this.add(
    new TabKey({
      goTo: () => this.commands.goTo(),
      // Between two keys nothing is drawn.
      onChange: () => (this.search.isWaiting ? this.drawHint(undefined, this.offered.current) : this.draw()),
    }),
  );
  /** What the Tab key does now. */
  private tabAction: TabAction;
  private readonly offered = new OfferedEdits(() => performance.now());
  private readonly shown = new ShownEdits();
  /** The offer that is shown, and the edits after which it is. It counts as shown once there are others. */
  private pending: { readonly offer: OfferedEdit; readonly after: string } | undefined;
  /** The folder of the offers. */
  private folder: FolderRef | undefined;
  /** An edit of ours under way: an offered one, or one that the user has not written. */
  private applying: 'accepted' | 'tool' | undefined;
  /** Whether ghost text is shown at the cursor, where Tab accepts it. */
  private isGhostTextShown = false;
  /** Whether the Tab key belongs to the editor's list of suggestions. */
  private isListOpen = false;
  /** The key that the hint named last, and the offer's id. */
  private named: { readonly id: string; readonly key: Key } | undefined;

  constructor(deps: EditOffersDeps) {
    super(deps);
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
    this.following = this.add(new FollowingEditSource(sourceDeps));
    this.sources = [this.add(new Renames(sourceDeps)), this.add(new QuickFixes(sourceDeps)), this.following];
    this.imports = this.add(
      new AddImports({
        ...deps,
        asTool: (edit) => this.asTool(edit),
        isKnown: async (...module) => (await importKnownModule()).isKnownModule(...module),
      }),
    );
    this.search = this.add(
      new OfferSearch({
        ...deps,
        journals: this.journals,
        ignored: (edits) => (this.offered.isSilent ? undefined : this.ignoredAfter(edits)),
        onFound: (found) => this.found(found),
        onOff: () => this.reset(),
      }),
    );
    this.commands = new ApplyEdits({
      ...deps,
      offered: this.offered,
      journals: this.journals,
      search: this.search,
      uriOf: (offer) => this.uriOf(offer),
      isReached: (offer) => this.actionOf(offer) === 'apply',
      asAccepted: (change) => this.applyAs('accepted', change),
      draw: () => this.draw(),
      showLines: deps.showLines,
      reset: () => this.reset(),
    });
    this.add(deps.documents.listen(this));
    this.add(window.onDidChangeTextEditorSelection(({ textEditor }) => this.onMoved(textEditor)));
    this.add(window.onDidChangeActiveTextEditor(() => this.onMoved(window.activeTextEditor)));
  }

  /** Call after activation: records the documents that are open already. */
  start(): void {
    this.journals.reopen();
  }

  /**
   * The edit that Tab belongs to, and that is offered in the cursor's line or announced: no other ghost text may take
   * its place. What is left of an insertion at the cursor is ghost text itself, and is listed in the panel.
   */
  inLine(document: vscode.TextDocument, position: vscode.Position, mayInsert: boolean): EditInLine | undefined {
    const recorded = this.journals.recordedOf(document);
    if (!recorded || recorded.folder.key !== this.folder?.key) return undefined;
    const insertion = mayInsert ? this.offered.insertionAt(recorded.path, position) : undefined;
    if (insertion) this.record(insertion.offer);
    else if (this.tabAction === 'wait') return nextOne;
    const before = document.lineAt(position.line).text.slice(0, position.character);
    const offer =
      insertion?.offer ??
      (this.search.isWaiting ? undefined : this.inLineOf({ path: recorded.path, position, before })) ??
      (this.isTabTaken ? this.offered.current : undefined);
    return offer && { id: offer.id, probability: offer.probability, inserts: insertion?.text };
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
    void (old ? this.commands.replaceAbove(old) : this.search.run());
    return true;
  }

  /** Call with whether the last request for ghost text at the cursor was answered. */
  onGhostText(isShown: boolean): void {
    if (this.isGhostTextShown === isShown) return;
    this.isGhostTextShown = isShown;
    // Between two keys nothing is drawn.
    if (!this.search.isWaiting) this.draw();
  }

  /** Call with whether the editor's list of suggestions is open at the cursor. */
  onList(isOpen: boolean): void {
    if (this.isListOpen === isOpen) return;
    this.isListOpen = isOpen;
    if (!this.search.isWaiting) this.draw();
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
      await this.search.hurry();
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
    if (!current?.lines?.old || !this.isGhostText(current)) return false;
    await this.apply();
    return true;
  }

  async applyAll(): Promise<void> {
    await this.tabKey.run(() => this.commands.applyAll());
  }

  dismiss(): void {
    this.tabKey.release();
    const document = window.activeTextEditor?.document;
    if (this.isGhostText(this.offered.current) && document) this.deps.onLineTaken(document);
    const dismissed = this.offered.dismiss();
    if (dismissed) {
      this.shown.dismissed(dismissed);
      this.judge(dismissed, false);
      this.deps.activity.setOutcome(dismissed.id, 'rejected', 0);
    }
    this.search.cancel();
    this.draw();
    if (dismissed && this.offered.isSilent) void this.announcePause();
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
    await this.search.run();
  }

  changed({ shown: document }: Document, event?: vscode.TextDocumentChangeEvent): void {
    if (event === undefined) return;
    const { contentChanges } = event;
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
      this.tabKey.release();
      this.draw();
      return;
    }
    if (contentChanges.length === 1 && first.range.isEmpty)
      this.offered.inserted(recorded.path, first.range.start, toLineFeeds(first.text));
    else if (contentChanges.length === 1 && first.text === '' && !first.range.isSingleLine)
      this.offered.deletedAt(recorded.path, first.range.start);
    else this.offered.changed();
    if (this.applying === undefined && kind !== 'tool') this.tabKey.release();
    // Tab must not jump between two keys.
    this.drawHint(undefined, this.offered.current);
    if (this.applying !== 'accepted') this.search.soon();
  }

  private onMoved(editor: vscode.TextEditor | undefined): void {
    if (editor === undefined || editor !== window.activeTextEditor) return;
    // The cursor moves with each key, too: then the edits are asked for again.
    if (this.search.isWaiting || this.applying === 'accepted') return;
    const cursor = this.cursor();
    if (!this.tabKey.isBusy && !(cursor && this.offered.isEditedAt(cursor))) this.tabKey.release();
    this.search.moved();
    if (this.offered.current === undefined) return;
    if (cursor) this.offered.prefer(cursor);
    this.isGhostTextShown = false;
    this.isListOpen = false;
    this.draw();
  }

  /** Shows the first of the edits that were found. Returns whether there is one. */
  private found({ folder, edits, documents, repeated, after }: FoundEdits): boolean {
    this.folder = folder;
    const lists = this.sources.map((source) => source.edits(folder, documents, edits));
    const hasGhostText = vscode.workspace.getConfiguration('editor').get('inlineSuggest.enabled') !== false;
    const next = joinEdits([repeated, ...lists], this.ignoredAfter(edits)).filter(
      (edit) => hasGhostText || !needsLines(edit),
    );
    const cursor = this.cursor();
    const before = this.offered.current;
    this.offered.offer(next, (path) => documents.find((file) => file.path === path)?.text, cursor);
    if (cursor) this.offered.prefer(cursor);
    const { current } = this.offered;
    if (before && !this.offered.has(before)) this.passedBy(before);
    if (current) this.pending ??= { offer: current, after: stateOf(edits) };
    const document = window.activeTextEditor?.document;
    const isCovered = cursor && this.isGhostTextShown && !this.isInsertedAtCursor(current);
    if (isCovered && document && this.inLineOf(cursor)) {
      this.isGhostTextShown = false;
      this.deps.onLineTaken(document);
    }
    this.draw();
    // What follows may be likelier than a fix.
    if (after === 'key' && next.every(({ origin }) => origin?.kind === 'fix')) this.following.rested();
    return next.length > 0;
  }

  /** An offer is not there any more: its row does not wait for an answer. */
  private passedBy({ id }: OfferedEdit): void {
    const { activity } = this.deps;
    if (activity.get(id)?.outcome === 'pending') activity.setOutcome(id, 'ignored', 0);
  }

  /**
   * Notes an offer that an edit has passed by. What was shown and not followed; what is shown since the last edit is
   * not among it.
   */
  private ignoredAfter(edits: readonly Edit[]): string[] {
    const { pending } = this;
    if (pending && pending.after !== stateOf(edits)) {
      this.shown.shown(pending.offer);
      this.pending = undefined;
    }
    return this.shown.ignored;
  }

  private async applyAs(origin: 'accepted' | 'tool', change: () => Thenable<boolean>): Promise<boolean> {
    const { current } = this.offered;
    this.applying = origin;
    try {
      const isDone = await change();
      if (isDone && origin === 'accepted') this.tabKey.hold();
      if (isDone && origin === 'accepted' && current) this.judge(current, true);
      return isDone;
    } finally {
      this.applying = undefined;
    }
  }

  private judge(offer: OfferedEdit, isTaken: boolean): void {
    const { folder } = this;
    if (folder) for (const source of this.sources) source.judged?.(folder, offer, isTaken);
  }

  private reset(): void {
    this.search.cancel();
    this.offered.withdraw();
    this.draw();
  }

  private draw(): void {
    const current = this.offered.isOutdated ? undefined : this.offered.current;
    this.deps.onOffered(current !== undefined);
    this.view.show(current, this.uriOf(current), this.isGhostText(current));
    this.drawHint(current);
    if (current === undefined) return;
    this.record(current);
    this.tabKey.offered();
  }

  /** The hint says what Tab does, or it is not shown: beside ghost text, Tab accepts that. */
  private drawHint(offer: OfferedEdit | undefined, announced = offer): void {
    const action = offer && this.actionOf(offer);
    const isWaiting = this.tabKey.isBusy || (offer === undefined && this.tabKey.isHeld);
    const isBeside = this.isGhostTextShown && !(offer?.lines && this.isGhostText(offer));
    this.tabAction = isWaiting ? 'wait' : action && isBeside ? 'indent' : action;
    this.deps.onTabAction(this.tabAction);
    if (offer === undefined || action === undefined || isBeside) {
      this.view.showHint(undefined, undefined);
      this.view.announce(announced, undefined);
      return;
    }
    // The cursor is on its way.
    if (this.tabKey.isBusy) return;
    const key = this.keyOf(offer, action);
    const hint = hintText(offer, { action, key, isListOpen: this.isListOpen, file: this.fileOf(offer) });
    this.view.showHint(window.activeTextEditor, hint);
    this.view.announce(offer, action === 'apply' ? t('{0}: apply', key) : key);
  }

  /** The key that leads to an edit also applies it. */
  private keyOf(offer: OfferedEdit, action: TabAction): Key {
    const { id } = offer;
    const cursor = this.cursor();
    const isThere = cursor !== undefined && isAt(offer, cursor.path, cursor.position);
    const isOther = this.isListOpen || action === 'indent';
    const key = isOther ? 'Alt+Enter' : isThere && this.named?.id === id ? this.named.key : 'Tab';
    this.named = { id, key };
    return key;
  }

  /** What the Tab key does with an offer, if nothing else takes it. */
  private actionOf(offer: OfferedEdit): TabAction {
    const cursor = this.cursor();
    const action = cursor && offer === this.offered.current ? this.offered.tabAction(cursor) : undefined;
    return action === 'apply' && offer.lines && !this.isGhostText(offer) ? 'jump' : action;
  }

  /** Whether the new text of an offer is shown as ghost text at the cursor. */
  private isGhostText(offer: OfferedEdit | undefined): boolean {
    return this.isGhostTextShown && this.isInsertedAtCursor(offer);
  }

  private get isTabTaken(): boolean {
    return this.tabAction === 'jump' || this.tabAction === 'apply';
  }

  /**
   * The shown offer if it begins in the cursor's line, or if it renames what was just typed there: other ghost text
   * would hide its hint, and could write the old name again.
   */
  private inLineOf({ path, position, before }: EditCursor): OfferedEdit | undefined {
    const { current } = this.offered;
    const [renamed] = current?.origin?.kind === 'rename' ? current.learnedFrom : [];
    const isRenamed = renamed?.path === path && wordAtEnd(before) === renamed.inserted;
    return isRenamed ? current : this.offered.inLine(path, position);
  }

  private isInsertedAtCursor(offer: OfferedEdit | undefined): boolean {
    const cursor = this.cursor();
    return cursor !== undefined && this.offered.insertionAt(cursor.path, cursor.position)?.offer === offer;
  }

  /** The cursor of the active editor, if it is in the folder of the offers and selects nothing. */
  private cursor(): EditCursor | undefined {
    const editor = window.activeTextEditor;
    const recorded = editor && this.journals.recordedOf(editor.document);
    if (!recorded || recorded.folder.key !== this.folder?.key) return undefined;
    const { selection, selections, document } = editor;
    if (selections.length !== 1 || !selection.isEmpty) return undefined;
    const { line, character } = selection.active;
    // A change is reported before the cursor has moved out of removed lines.
    if (line >= document.lineCount) return undefined;
    return {
      path: recorded.path,
      position: { line, character },
      before: document.lineAt(line).text.slice(0, character),
    };
  }

  private uriOf(offer: OfferedEdit | undefined): vscode.Uri | undefined {
    return offer && this.folder && documentAt(this.folder, offer.path);
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
    if (uri === undefined) return;
    const { id, path, range, before, removed, insertion, replacement, learnedFrom, left, origin } = offer;
    const byLlm = origin?.kind === 'follows' ? origin : undefined;
    if (activity.get(id)?.edit?.left === left) return;
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
        model: byLlm?.model ?? originText(offer),
        cached: false,
        latencyMs: byLlm?.latencyMs ?? 0,
        costUsd: byLlm?.costUsd ?? 0,
        savedUsd: 0,
        outcome: 'pending',
        ...(byLlm && { confidence: offer.probability, summary: t('It follows from your last edits.') }),
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

/** Stands for the offer that Tab waits for. */
const nextOne: EditInLine = { id: '', probability: 0, inserts: undefined };

/** Differs after each edit. While one goes on, only what it has inserted changes. */
function stateOf(edits: readonly Edit[]): string {
  const last = edits.at(-1);
  return JSON.stringify([edits.length, last?.path, last?.removed]);
}
