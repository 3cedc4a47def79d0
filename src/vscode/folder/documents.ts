// Reports opened, changed, saved and closed documents to the specialists, and indexes saved files again. The cells of a
// notebook are one document: the notebook's file, whose text is its code cells in order.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { isSilent } from '../editor/document-query.ts';
import { type FolderRef, fileOf, folderOf, notebookOf, pathIn } from '../editor/folder-ref.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { FileRules } from './file-rules.ts';
import type { FolderSession } from './folder-session.ts';
import type { Folders } from './folders.ts';
import { importFiles } from './late.ts';
import { stateOnDisk } from './state-on-disk.ts';

export interface DocumentsDeps {
  readonly folders: Folders;
  readonly rules: FileRules;
  readonly configuration: Configuration;
  readonly log: Log;
  /**
   * Called if the index should be rebuilt: a saved file contains a new secret that other files may repeat, the folder
   * had no files to index before, or other files may be learned from, which the user waits for.
   */
  readonly onIndexOutdated: (folder: FolderRef, hasNewRules: boolean) => void;
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
/** Indexed files whose state on disk is remembered. */
const maxStates = 1000;

export class Documents extends DisposableStore {
  private readonly deps: DocumentsDeps;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private resendTimer: NodeJS.Timeout | undefined;
  /** URI -> the state on disk of a file that was indexed lately. */
  private readonly indexedStates = new Map<string, string>();
  /** Open files with unsaved text: the text on disk does not replace it while they are open. */
  private readonly unsaved = new Set<string>();
  /** Open files whose text the models were sent. */
  private readonly sent = new Set<string>();

  constructor(deps: DocumentsDeps) {
    super();
    this.deps = deps;
    const { workspace } = vscode;
    // A notebook's cells are opened one after the other, and sent once.
    this.add(
      workspace.onDidOpenTextDocument((document) =>
        notebookOf(document.uri) ? this.sendSoon(document) : this.sendNow(document),
      ),
    );
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
    this.add(
      workspace.onDidCloseTextDocument(({ uri }) => {
        const [cell] = notebookOf(uri)?.getCells() ?? [];
        if (cell) this.sendSoon(cell.document);
        else if (fileOf(uri) === uri) this.onClosed(uri);
      }),
    );
    this.add(workspace.onDidCloseNotebookDocument(({ uri }) => this.onClosed(uri)));
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
    const text = isLong(document) ? linesAround(document, changes) : textOf(document);
    session.secrets
      .changed(pathIn(folder, document.uri), text, changes)
      .catch((error: unknown) => this.deps.log.error('A changed document was not searched for secrets', error));
  }

  private sendSoon(document: vscode.TextDocument): void {
    this.cancelPending(document.uri);
    this.timers.set(
      fileOf(document.uri).toString(),
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
    if (isClosed(document) || !isRead(document)) return;
    const folder = folderOf(document.uri);
    const path = pathIn(folder, document.uri);
    const rule = await this.deps.rules.of(folder, path);
    if (isClosed(document) || this.isDisposed) return;
    const key = fileOf(document.uri).toString();
    const { secrets, specialist } = this.deps.folders.of(folder);
    if (rule !== 'open' && this.sent.delete(key)) specialist.removeFile(await secrets.path(path));
    if (isLong(document)) return;
    // Excluded files are read too, because their secrets are redacted in other files.
    const learned = await secrets.learnOpen(path, textOf(document));
    if (learned.hasNewSecret) this.resendAll();
    const name = await secrets.path(path);
    const cells = codeCellsOf(document);
    const text = cells === undefined ? learned.text : await secrets.text(cells, path);
    // A file that must not be sent must not appear in another file's snippets either.
    if (rule !== 'open' || isClosed(document) || this.isDisposed) return;
    specialist.setOpenFile(name, text);
    this.sent.add(key);
    this.unsaved[(notebookOf(document.uri) ?? document).isDirty ? 'add' : 'delete'](key);
  }

  /**
   * Call after the rules of a folder, or of all, changed: withdraws the text of files that may not be used any more, and
   * sends or indexes what may be.
   */
  async renewRules(changed: FolderRef | undefined): Promise<void> {
    const { folders, configuration, log, onIndexOutdated } = this.deps;
    const sessions = folders.all.filter(({ folder }) => changed === undefined || folder.key === changed.key);
    for (const session of sessions) {
      const { folder, specialist, service } = session;
      service.reset();
      for (const document of vscode.workspace.textDocuments)
        if (folderOf(document.uri).key === folder.key) this.sendNow(document);
      if (folder.root === undefined || folder.uri === undefined) continue;
      try {
        const { excludedAmong } = await importFiles();
        const excludes = configuration.excludes(folder.uri);
        for (const path of await excludedAmong(folder.root, await session.ngram.paths(), excludes))
          if (!session.isDisposed) specialist.removeFile(path);
        service.reset();
        onIndexOutdated(folder, true);
      } catch (error) {
        log.error('Files that are excluded now were not withdrawn', error);
      }
    }
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
    try {
      // Read before the file, so that a change meanwhile is noticed.
      const state = await stateOnDisk(uri);
      const { harvestFile } = await importFiles();
      const session = this.deps.folders.peek(folder);
      if (!session) return;
      const filesExclude = this.deps.configuration.excludes(folder.uri);
      const secrets = await session.secrets.values();
      const secretCount = secrets.size;
      const options = { trusted: vscode.workspace.isTrusted, filesExclude };
      const harvested = await harvestFile(folder.root, path, options, { secrets });
      if (session.isDisposed || !harvested.ok) return;
      this.indexedStates.delete(key);
      this.indexedStates.set(key, state);
      for (const oldest of this.indexedStates.keys())
        if (this.indexedStates.size > maxStates) this.indexedStates.delete(oldest);
      if (this.unsaved.has(key)) {
        // Its secrets are known now; the file is read again when the document is closed.
      } else if (harvested.value.file)
        session.specialist.setSavedFile(harvested.value.file.path, harvested.value.file.text);
      else if (harvested.value.leftOut === 'gone') session.specialist.removeFile(await session.secrets.path(path));
      // An index that was built while the only file was being saved found it empty.
      if (harvested.value.file && session.indexedFiles === undefined && session.problem !== undefined)
        this.deps.onIndexOutdated(folder, false);
      if (secrets.size === secretCount) return;
      this.resendAll();
      this.deps.onIndexOutdated(folder, false);
    } catch (error) {
      this.deps.log.error('A saved file was not indexed', error);
    }
  }

  private onClosed(uri: vscode.Uri): void {
    this.cancelPending(uri);
    this.sent.delete(uri.toString());
    void this.withSession(uri, (session, path, name) => {
      session.secrets.closed(path);
      session.specialist.setOpenFile(name, undefined);
    });
    // Discarded text must not be suggested.
    if (this.unsaved.delete(uri.toString())) void this.indexFile(uri);
  }

  /** Whether a file was indexed in this state: the disk reports a save in the editor, too. */
  isIndexed(uri: vscode.Uri, state: string): boolean {
    return this.indexedStates.get(uri.toString()) === state;
  }

  /** Removes a deleted file from the index. */
  remove(uri: vscode.Uri): void {
    this.indexedStates.delete(uri.toString());
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
    const key = fileOf(uri).toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }
}

function isRead({ uri, languageId }: vscode.TextDocument): boolean {
  return !isSilent(uri.scheme, languageId);
}

function isClosed(document: vscode.TextDocument): boolean {
  return (notebookOf(document.uri) ?? document).isClosed;
}

/** The text of a document, or of all cells of its notebook. */
function textOf(document: vscode.TextDocument): string {
  const cells = notebookOf(document.uri)?.getCells();
  const texts = cells?.map((cell) => cell.document.getText()) ?? [document.getText()];
  return toLineFeeds(texts.join('\n\n'));
}

/** The code cells of a document's notebook, in order; undefined if it is no cell. */
function codeCellsOf(document: vscode.TextDocument): string | undefined {
  const cells = notebookOf(document.uri)?.getCells();
  const code = cells?.filter(({ kind }) => kind === vscode.NotebookCellKind.Code);
  return code && toLineFeeds(code.map((cell) => cell.document.getText()).join('\n\n'));
}

/** Tells it without building the text. */
export function isLong(document: vscode.TextDocument): boolean {
  const cells = notebookOf(document.uri)?.getCells();
  const documents = cells?.map((cell) => cell.document) ?? [document];
  const lengths = documents.map((each) => each.offsetAt(each.lineAt(each.lineCount - 1).range.end));
  return lengths.reduce((sum, length) => sum + length, 0) > maxLength;
}

function linesAround(document: vscode.TextDocument, changes: readonly vscode.TextDocumentContentChangeEvent[]): string {
  const line = changes[0]?.range.start.line ?? 0;
  const text = document.getText(new vscode.Range(Math.max(0, line - nearLines), 0, line + nearLines, 0));
  return text.length > maxLength ? '' : toLineFeeds(text);
}
