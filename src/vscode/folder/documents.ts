// The one place that listens to a folder's files, in the editor and on disk, and that knows whether a file may be sent,
// only completed locally, or neither.
import * as vscode from 'vscode';
import { type Disposable, Part } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { FileRule } from '../../workspace/files/file.ts';
import { isSecretFile, leftOutByName } from '../../workspace/files/file-names.ts';
import { Document } from '../editor/document.ts';
import { type Place, placeOf } from '../editor/folder-of-document.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Configuration } from '../settings/configuration.ts';
import { section } from '../settings/settings.ts';
import { importFiles } from './late.ts';

const ignoreFiles = /(^|\/)(\.gitignore|\.easyadaptationignore|\.git\/info\/exclude)$/;
/** Git rewrites this file at a checkout, not at a commit. */
const headFile = /(^|\/)\.git\/HEAD$/;
/** Settings that exclude files. */
const excludeSettings = [`${section}.exclude`, 'files.exclude'];

/** What is told of documents. */
export interface DocumentListener {
  opened?(document: Document): void;
  /** @param event absent: a cell of the notebook was removed */
  changed?(document: Document, event?: vscode.TextDocumentChangeEvent): void;
  saved?(document: Document): void;
  closed?(place: Place): void;
  /**
   * A file that may be indexed by its name, or its folder, was written or deleted, by the editor or another program.
   */
  writtenOnDisk?(place: Place): void;
  deletedOnDisk?(place: Place): void;
  /** Another commit was checked out. */
  checkedOut?(folder: FolderRef): void;
  /** The rules of a folder, or of all, may have changed. */
  rulesChanged?(folder: FolderRef | undefined): void;
}

export interface DocumentsDeps {
  readonly configuration: Configuration;
  readonly log: Log;
}

export class Documents extends Part<DocumentsDeps> {
  private readonly telling = this.add(new vscode.EventEmitter<(listener: DocumentListener) => void>());
  /** Until an ignore file, on disk or in an editor, or a setting changes. */
  private readonly rules = new Map<string, { readonly determined: Promise<FileRule>; known?: FileRule }>();
  /** Ignore file -> its state when it was read last: a save in the editor is reported by the disk, too. */
  private readonly ignoreStates = new Map<string, string>();

  constructor(deps: DocumentsDeps) {
    super(deps);
    const { workspace } = vscode;
    const disk = this.add(workspace.createFileSystemWatcher('**/*'));
    for (const subscription of [
      workspace.onDidOpenTextDocument((shown) => this.tell((listener) => listener.opened?.(new Document(shown)))),
      workspace.onDidChangeTextDocument((event) =>
        this.tell((listener) => listener.changed?.(new Document(event.document), event)),
      ),
      workspace.onDidSaveTextDocument((shown) => this.onSaved(new Document(shown))),
      workspace.onDidCloseTextDocument((shown) => this.onClosed(new Document(shown))),
      workspace.onDidCloseNotebookDocument(({ uri }) => this.tell((listener) => listener.closed?.(placeOf(uri)))),
      disk.onDidChange((uri) => this.onDisk(uri)),
      disk.onDidCreate((uri) => this.onDisk(uri)),
      disk.onDidDelete((uri) => this.onDisk(uri, true)),
      deps.configuration.onDidChange((affects) => {
        this.rules.clear();
        if (excludeSettings.some(affects)) this.tell((listener) => listener.rulesChanged?.(undefined));
      }),
    ])
      this.add(subscription);
  }

  listen(listener: DocumentListener): Disposable {
    return this.telling.event((tell) => tell(listener));
  }

  /** All that are open; of a notebook, each cell. */
  get open(): Document[] {
    return vscode.workspace.textDocuments.map((shown) => new Document(shown));
  }

  /** The rule of a file. Never rejects: if the rule cannot be determined, the file is completed locally. */
  ruleOf(place: Pick<Place, 'folder' | 'path'>): Promise<FileRule> {
    const key = keyOf(place);
    const earlier = this.rules.get(key);
    if (earlier) return earlier.determined;
    const determined = this.determine(place).catch((error: unknown): FileRule => {
      this.deps.log.error('The rule of a file could not be determined, so the file is not sent', error);
      return 'local';
    });
    const rule: { readonly determined: Promise<FileRule>; known?: FileRule } = { determined };
    this.rules.set(key, rule);
    void determined.then((known) => {
      rule.known = known;
    });
    return determined;
  }

  /** Whether the file may be sent. False until the file was checked. */
  mayLeave(place: Pick<Place, 'folder' | 'path'>): boolean {
    return this.rules.get(keyOf(place))?.known === 'open';
  }

  private async determine({ folder: { uri, root }, path }: Pick<Place, 'folder' | 'path'>): Promise<FileRule> {
    if (isSecretFile(path)) return 'off';
    if (uri === undefined) return 'open';
    const { ruleOf } = await importFiles();
    const { configuration } = this.deps;
    const options = { trusted: vscode.workspace.isTrusted, filesExclude: configuration.excludes(uri) };
    return ruleOf(root, path, options, configuration.for(uri).exclude);
  }

  private tell(what: (listener: DocumentListener) => void): void {
    this.telling.fire(what);
  }

  private onSaved(document: Document): void {
    this.tell((listener) => listener.saved?.(document));
    if (ignoreFiles.test(document.uri.path)) void this.onIgnoreFile(document);
  }

  private onClosed(document: Document): void {
    const { uri, shown, isCell } = document;
    const isLeft = (other: Document) =>
      other.isCell && other.shown !== shown && other.uri.toString() === uri.toString();
    const left = isCell ? this.open.find(isLeft) : undefined;
    if (left) this.tell((listener) => listener.changed?.(left));
    else if (!isCell) this.tell((listener) => listener.closed?.(document));
  }

  private onDisk(uri: vscode.Uri, isDeleted = false): void {
    const place = placeOf(uri);
    const { folder, path } = place;
    if (ignoreFiles.test(uri.path)) void this.onIgnoreFile(place);
    if (!isDeleted && headFile.test(uri.path)) this.tell((listener) => listener.checkedOut?.(folder));
    const reason = leftOutByName(path) ?? leftOutByName(`${path}/`);
    // Secret files are read to redact their values elsewhere.
    if (/(^|\/)\.git\//.test(path) || (reason !== undefined && reason !== 'secret-file')) return;
    this.tell((listener) => (isDeleted ? listener.deletedOnDisk?.(place) : listener.writtenOnDisk?.(place)));
  }

  private async onIgnoreFile({ uri, folder }: Place): Promise<void> {
    const state = await stateOnDisk(uri);
    const key = uri.toString();
    if (this.isDisposed || this.ignoreStates.get(key) === state) return;
    this.ignoreStates.set(key, state);
    this.rules.clear();
    this.tell((listener) => listener.rulesChanged?.(folder));
  }
}

function keyOf({ folder, path }: Pick<Place, 'folder' | 'path'>): string {
  return `${folder.key}\0${path}`;
}

/** Equal for an unchanged file; 'folder' for a folder, 'gone' if there is nothing. */
export async function stateOnDisk(uri: vscode.Uri): Promise<string> {
  return vscode.workspace.fs.stat(uri).then(
    ({ type, mtime, size }) => (type & vscode.FileType.Directory ? 'folder' : `${mtime} ${size}`),
    () => 'gone',
  );
}
