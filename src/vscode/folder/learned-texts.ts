// The texts that the specialists learn from: open documents at pauses in typing, and saved files.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { Document } from '../editor/document.ts';
import type { Place } from '../editor/folder-of-document.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type DocumentListener, type Documents, stateOnDisk } from './documents.ts';
import type { FolderSession } from './folder-session.ts';
import type { Folders } from './folders.ts';
import { importFiles } from './late.ts';

export interface LearnedTextsDeps {
  readonly folders: Folders;
  readonly documents: Documents;
  readonly configuration: Configuration;
  readonly log: Log;
}

/** A change is sent to the specialist after this pause in typing, ms; the query itself always has the newest text. */
const debounceMs = 250;
/**
 * After a new secret all documents are sent again, once this quiet time has passed, ms: a password that is being typed
 * is a new secret at every pause.
 */
const resendMs = 2000;
/** Documents that are open at activation are sent a few at a time, to keep activation short. */
const batchSize = 8;
/** Indexed files whose state on disk is remembered. */
const maxStates = 1000;

export class LearnedTexts extends Part<LearnedTextsDeps> implements DocumentListener {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private resendTimer: NodeJS.Timeout | undefined;
  /** URI -> the state on disk of a file that was indexed lately. */
  private readonly indexedStates = new Map<string, string>();
  /** Open files with unsaved text: the text on disk does not replace it while they are open. */
  private readonly unsaved = new Set<string>();
  /** Open files whose text the models were sent. */
  private readonly sent = new Set<string>();

  constructor(deps: LearnedTextsDeps) {
    super(deps);
    this.add(deps.documents.listen(this));
    this.add({ dispose: () => [this.resendTimer, ...this.timers.values()].forEach(clearTimeout) });
  }

  /** Sends the documents that are open already, a few per turn of the event loop. */
  async sendAll(): Promise<void> {
    const documents = this.deps.documents.open;
    while (documents.length > 0 && !this.isDisposed) {
      for (const document of documents.splice(0, batchSize)) this.sendNow(document);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  opened(document: Document): void {
    // A notebook's cells are opened one after the other, and sent once.
    if (document.isCell) this.sendSoon(document);
    else this.sendNow(document);
  }

  changed(document: Document, event?: vscode.TextDocumentChangeEvent): void {
    if (event?.contentChanges.length === 0) return;
    if (event) this.noteChange(document, event.contentChanges);
    this.sendSoon(document);
  }

  saved(document: Document): void {
    this.unsaved.delete(document.uri.toString());
    void this.indexFile(document);
  }

  closed(place: Place): void {
    const key = place.uri.toString();
    this.cancelPending(place);
    this.sent.delete(key);
    void this.withdraw(place, ({ specialist }, name) => specialist.setOpenFile(name, undefined));
    // Discarded text must not be suggested.
    if (this.unsaved.delete(key)) void this.indexFile(place);
  }

  deletedOnDisk(place: Place): void {
    this.indexedStates.delete(place.uri.toString());
    this.cancelPending(place);
    void this.withdraw(place, ({ specialist }, name) => specialist.removeFile(name));
  }

  rulesChanged(changed: FolderRef | undefined): void {
    for (const session of this.deps.folders.all)
      if (changed === undefined || session.folder.key === changed.key) void this.renewRules(session);
  }

  /** Secrets are recognized at each change, because the next one may cut them out. */
  private noteChange(document: Document, changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    const session = document.isSilent ? undefined : this.deps.folders.peek(document.folder);
    if (session === undefined) return;
    const text = document.textNear(changes[0]?.range.start.line ?? 0);
    session.secrets
      .known()
      .then((secrets) => secrets.changed(document.path, text, changes))
      .catch((error: unknown) => this.deps.log.error('A changed document was not searched for secrets', error));
  }

  private sendSoon(document: Document): void {
    this.cancelPending(document);
    this.timers.set(
      document.uri.toString(),
      setTimeout(() => this.sendNow(document), debounceMs),
    );
  }

  private sendNow(document: Document): void {
    this.cancelPending(document);
    this.send(document).catch((error: unknown) =>
      this.deps.log.error('An open document was not sent to the models', error),
    );
  }

  private async send(document: Document): Promise<void> {
    if (document.isClosed || document.isSilent) return;
    const { folder, path } = document;
    const rule = await this.deps.documents.ruleOf(document);
    if (document.isClosed || this.isDisposed) return;
    const key = document.uri.toString();
    const { secrets, specialist } = this.deps.folders.of(folder);
    if (rule !== 'open' && this.sent.delete(key)) specialist.removeFile(await secrets.path(path));
    if (document.isLong) return;
    // Excluded files are read too, because their secrets are redacted in other files.
    const learned = (await secrets.known()).learnOpen(path, document.text);
    if (learned.hasNewSecret) this.resendAll();
    const name = await secrets.path(path);
    const { code } = document;
    const text = code === undefined ? learned.text : await secrets.text(code, path);
    // A file that must not be sent must not appear in another file's snippets either.
    if (rule !== 'open' || document.isClosed || this.isDisposed) return;
    specialist.setOpenFile(name, text);
    this.sent.add(key);
    this.unsaved[document.isDirty ? 'add' : 'delete'](key);
  }

  /** Withdraws the text of files that may not be used any more, and sends or indexes what may be. */
  private async renewRules(session: FolderSession): Promise<void> {
    const { documents, folders, configuration, log } = this.deps;
    const { folder, specialist, service } = session;
    service.reset();
    for (const document of documents.open) if (document.folder.key === folder.key) this.sendNow(document);
    if (folder.root === undefined || folder.uri === undefined) return;
    try {
      const { excludedAmong } = await importFiles();
      const excludes = configuration.excludes(folder.uri);
      for (const path of await excludedAmong(folder.root, await session.ngram.paths(), excludes))
        if (!session.isDisposed) specialist.removeFile(path);
      service.reset();
      // Other files may be learned from, which the user waits for.
      folders.reindex(folder, true);
    } catch (error) {
      log.error('Files that are excluded now were not withdrawn', error);
    }
  }

  /** A new secret may be in documents that were sent before it was known. */
  private resendAll(): void {
    clearTimeout(this.resendTimer);
    this.resendTimer = setTimeout(() => void this.sendAll(), resendMs);
  }

  /** Indexes the file on disk, with secrets redacted. Never rejects. */
  async indexFile({ uri, folder, path }: Place): Promise<void> {
    const { root } = folder;
    if (root === undefined || folder.uri === undefined || uri.scheme !== 'file') return;
    const { folders, configuration, log } = this.deps;
    const key = uri.toString();
    try {
      // Read before the file, so that a change meanwhile is noticed.
      const state = await stateOnDisk(uri);
      const { harvestFile } = await importFiles();
      const session = folders.peek(folder);
      if (!session) return;
      const secrets = (await session.secrets.known()).folder;
      const secretCount = secrets.size;
      const options = { trusted: vscode.workspace.isTrusted, filesExclude: configuration.excludes(folder.uri) };
      const harvested = await harvestFile(root, path, options, { secrets });
      if (session.isDisposed || !harvested.ok) return;
      this.indexedStates.delete(key);
      this.indexedStates.set(key, state);
      for (const oldest of this.indexedStates.keys())
        if (this.indexedStates.size > maxStates) this.indexedStates.delete(oldest);
      const { file, leftOut } = harvested.value;
      if (this.unsaved.has(key)) {
        // Its secrets are known now; the file is read again when the document is closed.
      } else if (file) session.specialist.setSavedFile(file.path, file.text);
      else if (leftOut === 'gone') session.specialist.removeFile(await session.secrets.path(path));
      // An index that was built while the only file was being saved found it empty.
      const wasEmpty = file !== undefined && session.indexedFiles === undefined && session.problem !== undefined;
      const hasNewSecret = secrets.size > secretCount;
      if (hasNewSecret) this.resendAll();
      // Other files may repeat the secret.
      if (wasEmpty || hasNewSecret) folders.reindex(folder);
    } catch (error) {
      log.error('A saved file was not indexed', error);
    }
  }

  /** Whether a file was indexed in this state: the disk reports a save in the editor, too. */
  isIndexed({ uri }: Place, state: string): boolean {
    return this.indexedStates.get(uri.toString()) === state;
  }

  /** @param work receives the redacted path */
  private async withdraw({ folder, path }: Place, work: (session: FolderSession, name: string) => void): Promise<void> {
    const session = this.deps.folders.peek(folder);
    if (!session) return;
    try {
      const secrets = await session.secrets.known();
      const name = secrets.path(path);
      secrets.closed(path);
      if (!session.isDisposed) work(session, name);
    } catch (error) {
      this.deps.log.error('A closed or deleted file was not removed from the models', error);
    }
  }

  private cancelPending({ uri }: Place): void {
    const key = uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }
}
