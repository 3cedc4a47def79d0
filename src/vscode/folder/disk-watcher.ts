// Watches files that change outside the editor, such as by a checkout or a build. Few changed files are indexed one by
// one; many cause a new index.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import { leftOutByName } from '../../workspace/files/file-names.ts';
import { type FolderRef, folderOf, pathIn } from '../editor/folder-ref.ts';
import type { Documents } from './documents.ts';
import type { Folders, Indexer } from './folders.ts';

export interface WatcherDeps {
  readonly folders: Folders;
  readonly adaptation: Indexer;
  readonly documents: Documents;
  readonly log: Log;
}

/** Changes are processed after a quiet time, since a checkout writes for a while, ms. */
const quietMs = 1500;
/** With more changed files than this, a new index is cheaper. */
const maxSingleFiles = 40;
/** Maximum number of recorded paths: a new index reads all files anyway. */
const maxRecorded = 5000;
/** Minimum interval between new indexes, ms: a build that writes many files must not keep a core busy. */
const indexIntervalMs = 3 * 60_000;

export class DiskWatcher extends DisposableStore {
  private readonly deps: WatcherDeps;
  private readonly changed = new Map<string, vscode.Uri>();
  private readonly indexedAt = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: WatcherDeps) {
    super();
    this.deps = deps;
    const watcher = this.add(vscode.workspace.createFileSystemWatcher('**/*'));
    this.add(watcher.onDidChange((uri) => this.record(uri)));
    this.add(watcher.onDidCreate((uri) => this.record(uri)));
    this.add(watcher.onDidDelete((uri) => this.onDeleted(uri)));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  private record(uri: vscode.Uri): void {
    if (!this.isRelevant(uri) || this.deps.documents.wasJustIndexed(uri)) return;
    if (this.changed.size < maxRecorded) this.changed.set(uri.toString(), uri);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.processChanges().catch((error: unknown) => this.deps.log.error('Changes on disk were not indexed', error));
    }, quietMs);
  }

  private onDeleted(uri: vscode.Uri): void {
    this.changed.delete(uri.toString());
    if (this.isRelevant(uri)) this.deps.documents.remove(uri);
  }

  /** Whether the folder has a session and the file's name allows indexing. */
  private isRelevant(uri: vscode.Uri): boolean {
    const folder = folderOf(uri);
    const path = pathIn(folder, uri);
    if (path.startsWith('.git/') || path.includes('/.git/')) return false;
    const reason = leftOutByName(path);
    // Secret files are read to redact their values elsewhere.
    return this.deps.folders.peek(folder) !== undefined && (reason === undefined || reason === 'secret-file');
  }

  private async processChanges(): Promise<void> {
    const uris = [...this.changed.values()];
    this.changed.clear();
    const byFolder = new Map<string, { readonly folder: FolderRef; readonly uris: vscode.Uri[] }>();
    for (const uri of uris) {
      const folder = folderOf(uri);
      const group = byFolder.get(folder.key) ?? { folder, uris: [] };
      group.uris.push(uri);
      byFolder.set(folder.key, group);
    }
    for (const { folder, uris: changed } of byFolder.values()) {
      if (changed.length > maxSingleFiles) this.index(folder);
      else for (const uri of changed) if (!this.isDisposed) await this.deps.documents.indexFile(uri);
    }
  }

  /** Builds a new index, at most once per interval. */
  index(folder: FolderRef): void {
    const session = this.deps.folders.peek(folder);
    const since = Date.now() - (this.indexedAt.get(folder.key) ?? 0);
    if (!session || folder.root === undefined || since < indexIntervalMs) return;
    this.indexedAt.set(folder.key, Date.now());
    void this.deps.adaptation.index(session);
  }
}
