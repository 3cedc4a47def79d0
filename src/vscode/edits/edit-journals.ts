// The journals of the open folders' edits, fed from document changes. Nothing is recorded in Restricted Mode, of
// ignored files, or of documents without a file.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { Edit, TextFile } from '../../edits/history/edit.ts';
import type { DocumentChange, EditJournal, RecordedChange } from '../../edits/history/journal.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { Document } from '../editor/document.ts';
import type { Place } from '../editor/folder-of-document.ts';
import { documentAt, type FolderRef } from '../editor/folder-ref.ts';
import type { DocumentListener, Documents } from '../folder/documents.ts';
import type { Folders } from '../folder/folders.ts';
import { importJournal } from '../folder/late.ts';
import type { Configuration } from '../settings/configuration.ts';
import { section } from '../settings/settings.ts';
import { replacementsIn } from './places.ts';

export interface EditJournalsDeps {
  readonly folders: Folders;
  readonly documents: Documents;
  readonly configuration: Configuration;
  readonly log: Log;
  /** Whether a text was inserted by a suggestion of ours. */
  readonly isSuggested: (document: vscode.TextDocument, text: string) => boolean;
  /** Called when a document that was changed while it was opened is recorded. */
  readonly onRecorded: () => void;
  /** Called when a folder's edits were forgotten. */
  readonly onCleared: (folder: FolderRef) => void;
}

export interface Recorded {
  readonly folder: FolderRef;
  /** Of a notebook's cell: a path of its own, see `fileOf`. */
  readonly path: string;
  readonly document: vscode.TextDocument;
  readonly journal: EditJournal;
}

interface EarlyChange extends Pick<DocumentChange, 'reason' | 'time'> {
  readonly changes: vscode.TextDocumentChangeEvent['contentChanges'];
}

/** Length of all texts that are searched for places, UTF-16 units. */
const maxSearched = 2_000_000;

export class EditJournals extends Part<EditJournalsDeps> implements DocumentListener {
  /** By the folder's key. */
  private readonly journals = new Map<string, { readonly folder: FolderRef; readonly journal: EditJournal }>();
  /** By the folder's key: identifies the edits that its models were told of. */
  private readonly told = new Map<string, string>();
  /** By the path of a recorded cell: its notebook's. */
  private readonly notebooks = new Map<string, string>();
  private readonly opening = new Map<vscode.TextDocument, Promise<void>>();
  /** Changes of documents whose rule is not known yet. */
  private readonly early = new Map<vscode.TextDocument, EarlyChange[]>();
  /**
   * What the last change of a document was, where it may teach nothing: an undo; a change that left no unsaved text, from
   * outside or the first key after a save; or one that a revert followed. A save, which the editor reports after it,
   * forgets it.
   */
  private readonly lastChanges = new Map<vscode.TextDocument, 'undo' | 'outside' | 'reverted'>();

  constructor(deps: EditJournalsDeps) {
    super(deps);
    this.add(deps.documents.listen(this));
    this.add(deps.configuration.onDidChange((affects) => affects(`${section}.nextEdits`) && this.reopen()));
  }

  opened({ shown }: Document): void {
    void this.open(shown);
  }

  saved({ shown }: Document): void {
    this.lastChanges.delete(shown);
  }

  closed({ folder, path }: Place): void {
    const cells = [...this.notebooks].flatMap(([cell, notebook]) => (notebook === path ? [cell] : []));
    for (const closed of [path, ...cells]) this.journals.get(folder.key)?.journal.closed(closed);
  }

  checkedOut(folder: FolderRef): void {
    this.clear(folder);
  }

  rulesChanged(): void {
    this.reopen();
  }

  /** Records the documents that are open already, and forgets those that may not be recorded any more. */
  reopen(): void {
    const { open } = this.deps.documents;
    for (const document of open) if (this.recordedOf(document.shown)) this.closed(document);
    for (const { folder } of this.journals.values())
      if (!this.deps.configuration.for(folder.uri).nextEdits) this.clear(folder);
    for (const document of open) this.opened(document);
  }

  /** Undefined if the document is not recorded. @param applying an edit of ours under way */
  record(event: vscode.TextDocumentChangeEvent, applying: 'accepted' | 'tool' | undefined): RecordedChange | undefined {
    const { document, contentChanges: changes, reason } = event;
    const recorded = this.recordedOf(document);
    const early = this.early.get(document);
    if (!recorded && !early) return undefined;
    this.noteUnsaved(event);
    const [first] = changes;
    const isSuggested = first !== undefined && this.deps.isSuggested(document, first.text);
    const origin = applying ?? (isSuggested ? 'accepted' : undefined);
    const { Undo } = vscode.TextDocumentChangeReason;
    const known = reason === undefined ? origin : reason === Undo ? 'undo' : 'redo';
    const change: EarlyChange = { changes, time: Date.now(), ...(known && { reason: known }) };
    early?.push(change);
    const result = recorded && recordIn(recorded.journal, recorded.path, change);
    if (recorded) this.tell(recorded.folder);
    return result;
  }

  /**
   * Call at a pause in typing: forgets the edits of reverted documents, and of folders in which one was read from disk
   * again.
   */
  forgetOutside(): void {
    for (const [document, last] of this.lastChanges) {
      const recorded = this.recordedOf(document);
      if (last === 'outside' && recorded && !new Document(document).isDirty) this.clear(recorded.folder);
      if (last === 'reverted') this.forget(document);
      if (last !== 'undo' || document.isClosed) this.lastChanges.delete(document);
    }
  }

  private noteUnsaved({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    const last = this.lastChanges.get(document);
    if (contentChanges.length === 0) {
      if (!document.isDirty && last !== 'undo') this.lastChanges.set(document, 'reverted');
      else if (last === 'outside') this.lastChanges.delete(document);
      return;
    }
    if (last === 'reverted') this.forget(document);
    if (reason !== undefined) this.lastChanges.set(document, 'undo');
    else if (!new Document(document).isDirty) this.lastChanges.set(document, 'outside');
    else this.lastChanges.delete(document);
  }

  private forget(document: vscode.TextDocument): void {
    this.lastChanges.delete(document);
    const recorded = this.recordedOf(document);
    if (recorded) this.forgetFile(recorded.folder, recorded.path);
  }

  /** The recorded document at a URI. */
  at(uri: vscode.Uri): Recorded | undefined {
    const document = this.deps.documents.open.find(({ shown }) => shown.uri.toString() === uri.toString());
    return document && this.recordedOf(document.shown);
  }

  /** Resolves when a document that was just opened is recorded, if it may be. */
  async whenRecorded(document: vscode.TextDocument): Promise<void> {
    if (!this.recordedOf(document)) await this.open(document);
  }

  recordedOf(document: vscode.TextDocument): Recorded | undefined {
    const opened = new Document(document);
    const { folder } = opened;
    const path = recordedPath(opened);
    const journal = this.journals.get(folder.key)?.journal;
    return journal?.textOf(path) === undefined ? undefined : { folder, path, document, journal };
  }

  /** The path of a file that is told and asked for a recorded one: a cell's is its notebook's. */
  fileOf(path: string): string {
    return this.notebooks.get(path) ?? path;
  }

  uriOf(folder: FolderRef, path: string): vscode.Uri {
    const isHere = (document: Document) => document.folder.key === folder.key && recordedPath(document) === path;
    const cell = this.notebooks.has(path) ? this.deps.documents.open.find(isHere) : undefined;
    return cell?.shown.uri ?? documentAt(folder, path);
  }

  editsOf(folder: FolderRef): readonly Edit[] {
    return this.journals.get(folder.key)?.journal.recentEdits() ?? [];
  }

  /** The folder's open documents, `first` before the others, up to a limit of their length. Of cells only `first`. */
  documentsOf(folder: FolderRef, first: vscode.TextDocument): TextFile[] {
    let length = 0;
    return this.deps.documents.open
      .filter(({ folder: { key }, isCell, shown }) => key === folder.key && (!isCell || shown === first))
      .sort((a, b) => Number(b.shown === first) - Number(a.shown === first))
      .flatMap(({ shown }) => this.recordedOf(shown) ?? [])
      .flatMap(({ path, document, journal }) => {
        const known = journal.textOf(path) ?? '';
        const text = document === first ? toLineFeeds(document.getText()) : known;
        // A change that was not reported.
        if (text !== known) journal.open(path, text);
        length += text.length;
        return length > maxSearched ? [] : [{ path, text }];
      });
  }

  /**
   * Tells the folder's local models what was edited, if it is news to them. Of a file that may not be sent they learn
   * nothing: they draft in files that may, and a draft goes into a prompt.
   */
  private tell(folder: FolderRef): void {
    const history = this.journals.get(folder.key)?.journal.history();
    if (history === undefined) return;
    const mayLeave = ({ path }: Edit) => this.deps.documents.mayLeave({ folder, path: this.fileOf(path) });
    const edits = history.edits.filter(mayLeave);
    const replaced = history.replaced && mayLeave(history.replaced) ? history.replaced : undefined;
    const told = JSON.stringify([
      edits.length,
      edits.at(-1)?.time,
      edits.at(-1)?.inserted,
      replaced?.at,
      replaced?.removed,
    ]);
    if (this.told.get(folder.key) === told) return;
    this.told.set(folder.key, told);
    this.deps.folders.of(folder).specialist.setHistory({ edits, ...(replaced && { replaced }) });
  }

  private clear(folder: FolderRef): void {
    this.journals.get(folder.key)?.journal.clear();
    this.tell(folder);
    this.deps.onCleared(folder);
  }

  private forgetFile(folder: FolderRef, path: string): void {
    this.journals.get(folder.key)?.journal.clear(path);
    this.tell(folder);
  }

  private open(document: vscode.TextDocument): Promise<void> {
    const known = this.opening.get(document);
    if (known) return known;
    const done = this.openRecorded(document)
      .catch((error: unknown) => this.deps.log.error('Edits are not recorded in a document', error))
      .finally(() => this.opening.delete(document));
    this.opening.set(document, done);
    return done;
  }

  private async openRecorded(shown: vscode.TextDocument): Promise<void> {
    const document = new Document(shown);
    if (!this.isRecordable(document)) return;
    const path = recordedPath(document);
    const text = toLineFeeds(shown.getText());
    const early: EarlyChange[] = [];
    this.early.set(shown, early);
    try {
      const journal = await this.journalFor(document);
      if (!journal) return;
      if (document.isCell) this.notebooks.set(path, document.path);
      journal.open(path, text);
      for (const change of early) recordIn(journal, path, change);
    } finally {
      this.early.delete(shown);
    }
    if (early.length > 0) this.deps.onRecorded();
  }

  /** The folder's journal; undefined if the document must not be recorded. */
  private async journalFor(document: Document): Promise<EditJournal | undefined> {
    const { folder } = document;
    const { secrets } = this.deps.folders.of(folder);
    const [{ EditJournal }, rule] = await Promise.all([
      importJournal(),
      this.deps.documents.ruleOf(document),
      // Loads the rules for secrets, so that the journal can redact.
      secrets.known(),
    ]);
    if (rule === 'off') this.forgetFile(folder, recordedPath(document));
    if (rule === 'off' || this.isDisposed || !this.isRecordable(document)) return undefined;
    const journal =
      this.journals.get(folder.key)?.journal ??
      new EditJournal({ redact: (text, at) => this.deps.folders.of(folder).secrets.textNow(text, at) });
    this.journals.set(folder.key, { folder, journal });
    return journal;
  }

  private isRecordable({ uri: { scheme }, folder, isClosed, isSilent, isLong }: Document): boolean {
    return (
      !isClosed &&
      vscode.workspace.isTrusted &&
      folder.uri?.scheme === scheme &&
      vscode.workspace.fs.isWritableFileSystem(scheme) !== false &&
      !isSilent &&
      this.deps.configuration.for(folder.uri).nextEdits &&
      !isLong
    );
  }
}

/** Each cell of a notebook is a file of its own: edits that repeat are offered in the cell where the cursor is. */
function recordedPath({ path, isCell, shown }: Document): string {
  return isCell ? `${path}#${shown.uri.fragment}` : path;
}

function recordIn(journal: EditJournal, path: string, { changes, ...how }: EarlyChange): RecordedChange | undefined {
  return journal.record({ path, ranges: replacementsIn(journal.textOf(path) ?? '', changes), ...how });
}
