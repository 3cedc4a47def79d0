// Reports opened, changed, saved and closed documents to the specialists, and indexes saved files again.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { isSilent } from '../editor/document-query.ts';
import { type FolderRef, folderOf, pathIn } from '../editor/folder-ref.ts';
import { surroundingsOf } from '../editor/surroundings.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { FileRules } from './file-rules.ts';
import type { FolderSession } from './folder-session.ts';
import type { Folders } from './folders.ts';
import { importFiles } from './late.ts';

export interface DocumentsDeps {
  readonly folders: Folders;
  readonly rules: FileRules;
  readonly configuration: Configuration;
  readonly log: Log;
  /**
   * Called if the index should be rebuilt: a saved file contains a new secret that other files may repeat, or the
   * folder had no files to index before.
   */
  readonly onIndexOutdated: (folder: FolderRef) => void;
}

/** A change is sent to the specialist after this pause in typing, ms; the query itself always has the newest text. */
const debounceMs = 250;
/**
 * Longer documents are not sent, because redacting them at every pause is slow; the query's window covers them.
 * UTF-16 units.
 */
const maxLength = 400_000;
/** Of a longer document, this many lines before and after a change are searched for secrets. */
const nearLines = 200;
/**
 * After a new secret all documents are sent again, once this quiet time has passed, ms: a password that is being typed
 * is a new secret at every pause.
 */
const resendMs = 2000;
/** Documents that are open at activation are sent a few at a time, to keep activation short. */
const batchSize = 8;
/** The disk watcher reports a save within this time, ms. */
const watcherDelayMs = 4000;

export class Documents extends DisposableStore {
  private readonly deps: DocumentsDeps;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private resendTimer: NodeJS.Timeout | undefined;
  private readonly indexedAt = new Map<string, number>();
  /** Open documents with unsaved text: the text on disk does not replace it while they are open. */
  private readonly unsaved = new Set<string>();

  constructor(deps: DocumentsDeps) {
    super();
    this.deps = deps;
    const { workspace } = vscode;
    this.add(workspace.onDidOpenTextDocument((document) => this.sendNow(document)));
    this.add(
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0) return;
        this.noteChange(document, contentChanges);
        this.sendSoon(document);
      }),
    );
    this.add(
      workspace.onDidSaveTextDocument(({ uri }) => {
        this.unsaved.delete(uri.toString());
        void this.indexFile(uri);
      }),
    );
    this.add(workspace.onDidCloseTextDocument((document) => this.onClosed(document)));
    this.add({
      dispose: () => {
        clearTimeout(this.resendTimer);
        for (const timer of this.timers.values()) clearTimeout(timer);
      },
    });
  }

  /** Sends the documents that are open already, a few per turn of the event loop. */
  async sendAll(): Promise<void> {
    const documents = [...vscode.workspace.textDocuments];
    while (documents.length > 0 && !this.isDisposed) {
      for (const document of documents.splice(0, batchSize)) this.sendNow(document);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Secrets are recognized at each change, because the next one may cut them out. */
  private noteChange(document: vscode.TextDocument, changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    const folder = folderOf(document.uri);
    const session = isRead(document) ? this.deps.folders.peek(folder) : undefined;
    if (session === undefined) return;
    const text = isLong(document) ? linesAround(document, changes) : this.textOf(document);
    session.secrets
      .changed(pathIn(folder, document.uri), text, changes)
      .catch((error: unknown) => this.deps.log.error('A changed document was not searched for secrets', error));
  }

  private textOf(document: vscode.TextDocument): string {
    const around = surroundingsOf(document);
    return toLineFeeds(`${around?.above ?? ''}${document.getText()}${around?.below ?? ''}`);
  }

  private sendSoon(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => this.sendNow(document), debounceMs),
    );
  }

  private sendNow(document: vscode.TextDocument): void {
    this.cancelPending(document.uri);
    this.send(document).catch((error: unknown) =>
      this.deps.log.error('An open document was not sent to the models', error),
    );
  }

  private async send(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed || !isRead(document)) return;
    const folder = folderOf(document.uri);
    const path = pathIn(folder, document.uri);
    const rule = await this.deps.rules.of(folder, path);
    if (document.isClosed || this.isDisposed) return;
    if (isLong(document)) return;
    const { secrets, specialist } = this.deps.folders.of(folder);
    // Excluded files are read too, because their secrets are redacted in other files.
    const redacted = await secrets.learnOpen(path, this.textOf(document));
    if (redacted.hasNewSecret) this.resendAll();
    const name = await secrets.path(path);
    // A file that must not be sent must not appear in another file's snippets either.
    if (rule !== 'open' || document.isClosed || this.isDisposed) return;
    specialist.setOpenFile(name, redacted.text);
    this.unsaved[document.isDirty ? 'add' : 'delete'](document.uri.toString());
  }

  /** A new secret may be in documents that were sent before it was known. */
  private resendAll(): void {
    clearTimeout(this.resendTimer);
    this.resendTimer = setTimeout(() => void this.sendAll(), resendMs);
  }

  /** Indexes the file on disk, with secrets redacted. Never rejects. */
  async indexFile(uri: vscode.Uri): Promise<void> {
    const folder = folderOf(uri);
    if (folder.root === undefined || folder.uri === undefined || uri.scheme !== 'file') return;
    const path = pathIn(folder, uri);
    const key = uri.toString();
    this.recordIndexed(key, Date.now());
    try {
      const { harvestFile } = await importFiles();
      const session = this.deps.folders.peek(folder);
      if (!session) return;
      const filesExclude = this.deps.configuration.excludes(folder.uri);
      const secrets = await session.secrets.values();
      const secretCount = secrets.size;
      const options = { trusted: vscode.workspace.isTrusted, filesExclude };
      const harvested = await harvestFile(folder.root, path, options, { secrets });
      if (session.isDisposed || !harvested.ok) return;
      if (this.unsaved.has(key)) {
        // Its secrets are known now; the file is read again when the document is closed.
      } else if (harvested.value.file)
        session.specialist.setSavedFile(harvested.value.file.path, harvested.value.file.text);
      else if (harvested.value.leftOut === 'gone') session.specialist.removeFile(await session.secrets.path(path));
      // An index that was built while the only file was being saved found it empty.
      if (harvested.value.file && session.indexedFiles === undefined && session.problem !== undefined)
        this.deps.onIndexOutdated(folder);
      if (secrets.size === secretCount) return;
      this.resendAll();
      this.deps.onIndexOutdated(folder);
    } catch (error) {
      this.deps.log.error('A saved file was not indexed', error);
    }
  }

  private onClosed({ uri }: vscode.TextDocument): void {
    this.cancelPending(uri);
    void this.withSession(uri, (session, path, name) => {
      session.secrets.closed(path);
      session.specialist.setOpenFile(name, undefined);
    });
    // Discarded text must not be suggested.
    if (this.unsaved.delete(uri.toString())) void this.indexFile(uri);
  }

  private recordIndexed(key: string, now: number): void {
    // The first key is the oldest one.
    this.indexedAt.delete(key);
    this.indexedAt.set(key, now);
    for (const [old, at] of this.indexedAt) {
      if (now - at < watcherDelayMs) break;
      this.indexedAt.delete(old);
    }
  }

  /** Whether the file was indexed so recently that the disk watcher's event reports the same change. */
  wasJustIndexed(uri: vscode.Uri): boolean {
    return Date.now() - (this.indexedAt.get(uri.toString()) ?? 0) < watcherDelayMs;
  }

  /** Removes a deleted file from the index. */
  remove(uri: vscode.Uri): void {
    this.indexedAt.delete(uri.toString());
    this.cancelPending(uri);
    void this.withSession(uri, (session, path, name) => {
      session.secrets.closed(path);
      session.specialist.removeFile(name);
    });
  }

  /** @param work receives the path in the folder and the redacted path */
  private async withSession(
    uri: vscode.Uri,
    work: (session: FolderSession, path: string, name: string) => void,
  ): Promise<void> {
    const folder = folderOf(uri);
    const session = this.deps.folders.peek(folder);
    if (!session) return;
    const path = pathIn(folder, uri);
    try {
      const name = await session.secrets.path(path);
      if (!session.isDisposed) work(session, path, name);
    } catch (error) {
      this.deps.log.error('A closed or deleted file was not removed from the models', error);
    }
  }

  private cancelPending(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }
}

function isRead({ uri, languageId }: vscode.TextDocument): boolean {
  return !isSilent(uri.scheme, languageId);
}

/** Tells it without building the text. */
export function isLong(document: vscode.TextDocument): boolean {
  return document.offsetAt(document.lineAt(document.lineCount - 1).range.end) > maxLength;
}

function linesAround(document: vscode.TextDocument, changes: readonly vscode.TextDocumentContentChangeEvent[]): string {
  const line = changes[0]?.range.start.line ?? 0;
  const text = document.getText(new vscode.Range(Math.max(0, line - nearLines), 0, line + nearLines, 0));
  return text.length > maxLength ? '' : toLineFeeds(text);
}
