// Reports opened, changed, saved, closed, moved and deleted files to the specialists, and indexes a saved file again.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { boxScheme } from '../editor/commit-box.ts';
import type { Configuration } from '../editor/configuration.ts';
import { isSilent } from '../editor/document-query.ts';
import { type FolderRef, folderOf, pathIn } from '../editor/folder-ref.ts';
import type { DocumentSurroundings } from '../editor/surroundings.ts';
import type { FileRules } from './file-rules.ts';
import type { FolderSession } from './folder-session.ts';
import type { Folders } from './folders.ts';
import { lateFiles } from './late.ts';

export interface DocumentsDeps {
  readonly folders: Folders;
  readonly rules: FileRules;
  readonly configuration: Configuration;
  readonly log: Log;
  readonly surroundings: DocumentSurroundings;
  /**
   * The index should be built again: a saved file says a secret that other files may hold, or there was nothing to
   * index before.
   */
  readonly onIndexOutdated: (folder: FolderRef) => void;
}

/** A change is sent to the specialist after this pause in typing, ms; the query itself always has the newest text. */
const settleMs = 250;
/**
 * Longer documents are not sent, because redacting them at every pause is slow; the query's window covers them.
 * UTF-16 units.
 */
const maxLength = 400_000;
/**
 * Other documents are sent again after this quiet time: a password that is being typed is a new secret at every pause,
 * ms.
 */
const againMs = 2000;
/** Documents that are open at activation are sent a few at a time, to keep activation short. */
const batch = 8;
/** The disk watcher reports a save within this time, ms. */
const echoMs = 4000;
/** Maximum number of files waiting to be indexed. */
const mostToLearn = 40;

export class Documents extends DisposableStore {
  private readonly deps: DocumentsDeps;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private again: NodeJS.Timeout | undefined;
  private readonly learnedAt = new Map<string, number>();
  /** Open documents with unsaved text: the text on disk does not replace it while they are open. */
  private readonly unsaved = new Set<string>();
  private readonly toLearn = new Map<string, vscode.Uri>();
  private learning = false;

  constructor(deps: DocumentsDeps) {
    super();
    this.deps = deps;
    const { workspace } = vscode;
    this.add(workspace.onDidOpenTextDocument((document) => this.tell(document)));
    this.add(
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.tellSoon(document);
      }),
    );
    this.add(
      workspace.onDidSaveTextDocument(({ uri }) => {
        this.unsaved.delete(uri.toString());
        void this.learn(uri);
      }),
    );
    this.add(workspace.onDidCloseTextDocument((document) => this.closed(document)));
    this.add(
      workspace.onDidDeleteFiles(({ files }) => {
        for (const uri of files) this.remove(uri);
      }),
    );
    this.add(
      workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) {
          this.remove(oldUri);
          this.learnSoon(newUri);
        }
      }),
    );
    this.add({
      dispose: () => {
        clearTimeout(this.again);
        for (const timer of this.timers.values()) clearTimeout(timer);
      },
    });
  }

  /** Sends the documents that are open already, a few per turn of the event loop. */
  async tellAll(): Promise<void> {
    const documents = [...vscode.workspace.textDocuments];
    while (documents.length > 0 && !this.isDisposed) {
      for (const document of documents.splice(0, batch)) this.tell(document);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private tellSoon(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => this.tell(document), settleMs),
    );
  }

  private tell(document: vscode.TextDocument): void {
    this.settle(document.uri);
    this.follow(document).catch((error: unknown) => this.deps.log.error('An open file was not followed', error));
  }

  private async follow(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed || isSilent(document.uri.scheme, document.languageId)) return;
    // An uncommitted message is not learned from.
    if (document.uri.scheme === boxScheme) return;
    const folder = folderOf(document.uri);
    const path = pathIn(folder, document.uri);
    const rule = await this.deps.rules.of(folder, path);
    if (document.isClosed || this.isDisposed) return;
    // Checked before the text is built.
    if (document.offsetAt(document.lineAt(document.lineCount - 1).range.end) > maxLength) return;
    const around = this.deps.surroundings.of(document);
    const text = `${around?.above ?? ''}${document.getText()}${around?.below ?? ''}`;
    const { secrets, specialist } = this.deps.folders.of(folder);
    // Also for excluded files: their secrets are redacted in other files.
    const redacted = await secrets.learnOpen(path, toLineFeeds(text));
    if (redacted.fresh) this.tellAgain();
    const name = await secrets.path(path);
    // A file that must not be sent must not appear in another file's snippets either.
    if (rule !== 'open' || document.isClosed || this.isDisposed) return;
    specialist.setOpenFile(name, redacted.text);
    this.unsaved[document.isDirty ? 'add' : 'delete'](document.uri.toString());
  }

  /** A new secret may be in documents that were sent before it was known. */
  private tellAgain(): void {
    clearTimeout(this.again);
    this.again = setTimeout(() => void this.tellAll(), againMs);
  }

  /** Indexes files one by one. If too many are moved at once, the disk watcher builds a new index for the rest. */
  private learnSoon(uri: vscode.Uri): void {
    if (this.toLearn.size >= mostToLearn) return;
    this.toLearn.set(uri.toString(), uri);
    if (!this.learning) void this.learnAll();
  }

  private async learnAll(): Promise<void> {
    this.learning = true;
    for (const [key, uri] of this.toLearn) {
      this.toLearn.delete(key);
      if (!this.isDisposed) await this.learn(uri);
    }
    this.learning = false;
  }

  /** Indexes the file on disk, with secrets redacted. Never rejects. */
  async learn(uri: vscode.Uri): Promise<void> {
    const folder = folderOf(uri);
    if (folder.root === undefined || folder.uri === undefined || uri.scheme !== 'file') return;
    const path = pathIn(folder, uri);
    const key = uri.toString();
    this.noteLearned(key, Date.now());
    try {
      const { harvestFile } = await lateFiles();
      const session = this.deps.folders.peek(folder);
      if (!session) return;
      const filesExclude = this.deps.configuration.excludes(folder.uri);
      const secrets = await session.secrets.values();
      const known = secrets.size;
      const options = { trusted: vscode.workspace.isTrusted, filesExclude };
      const found = await harvestFile(folder.root, path, options, { secrets });
      if (session.isDisposed || !found.ok) return;
      if (this.unsaved.has(key)) {
        // Its secrets are known now; the file is read again when the document is closed.
      } else if (found.value.file) session.specialist.setSavedFile(found.value.file.path, found.value.file.text);
      else if (found.value.leftOut === 'gone') session.specialist.removeFile(await session.secrets.path(path));
      // An index that was built while the only file was being saved found it empty.
      if (found.value.file && session.indexedFiles === undefined && session.trouble !== undefined)
        this.deps.onIndexOutdated(folder);
      if (secrets.size === known) return;
      this.tellAgain();
      this.deps.onIndexOutdated(folder);
    } catch (error) {
      this.deps.log.error('A saved file was not learned', error);
    }
  }

  private closed({ uri }: vscode.TextDocument): void {
    this.settle(uri);
    void this.withSession(uri, (session, path, name) => {
      session.secrets.closed(path);
      session.specialist.setOpenFile(name, undefined);
    });
    // Discarded text must not be suggested.
    if (this.unsaved.delete(uri.toString())) this.learnSoon(uri);
  }

  private noteLearned(key: string, now: number): void {
    // The oldest first.
    this.learnedAt.delete(key);
    this.learnedAt.set(key, now);
    for (const [old, at] of this.learnedAt) {
      if (now - at < echoMs) break;
      this.learnedAt.delete(old);
    }
  }

  /** Whether the file was indexed so recently that the disk watcher's event reports the same change. */
  isFresh(uri: vscode.Uri): boolean {
    return Date.now() - (this.learnedAt.get(uri.toString()) ?? 0) < echoMs;
  }

  /** The file was deleted. */
  remove(uri: vscode.Uri): void {
    this.learnedAt.delete(uri.toString());
    this.settle(uri);
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
      this.deps.log.error('A file that went away is still known', error);
    }
  }

  private settle(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }
}
