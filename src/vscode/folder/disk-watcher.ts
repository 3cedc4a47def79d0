// Files that change without the editor: a checkout, a generator, another window. A few are learned alone, many by a new index.
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

/** A checkout writes for a while; it is looked at when it has been quiet this long, ms. */
const quietMs = 1500;
/** More changed files than this at once: indexing anew is cheaper than one by one. */
const fewFiles = 40;
/** Of more nobody needs to know which: a new index reads them all. */
const mostChanged = 5000;
/** A folder is not indexed anew more often than this, ms: a build that writes many files must not keep a core busy. */
const indexEveryMs = 3 * 60_000;

export class DiskWatcher extends DisposableStore {
  private readonly deps: WatcherDeps;
  private readonly changed = new Map<string, vscode.Uri>();
  private readonly indexedAt = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: WatcherDeps) {
    super();
    this.deps = deps;
    const watcher = this.add(vscode.workspace.createFileSystemWatcher('**/*'));
    this.add(watcher.onDidChange((uri) => this.note(uri)));
    this.add(watcher.onDidCreate((uri) => this.note(uri)));
    this.add(watcher.onDidDelete((uri) => this.deleted(uri)));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  private note(uri: vscode.Uri): void {
    if (!this.isOurs(uri) || this.deps.documents.isFresh(uri)) return;
    if (this.changed.size < mostChanged) this.changed.set(uri.toString(), uri);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.takeIn().catch((error: unknown) => this.deps.log.error('Changes on disk were not learned', error));
    }, quietMs);
  }

  private deleted(uri: vscode.Uri): void {
    this.changed.delete(uri.toString());
    if (this.isOurs(uri)) this.deps.documents.remove(uri);
  }

  /** Of a folder that has begun, and by its name worth learning from. */
  private isOurs(uri: vscode.Uri): boolean {
    const folder = folderOf(uri);
    const path = pathIn(folder, uri);
    if (path.startsWith('.git/') || path.includes('/.git/')) return false;
    const reason = leftOutByName(path);
    // Secret files are looked into for what to mask elsewhere.
    return this.deps.folders.peek(folder) !== undefined && (reason === undefined || reason === 'secret-file');
  }

  private async takeIn(): Promise<void> {
    const uris = [...this.changed.values()];
    this.changed.clear();
    const byFolder = new Map<string, { readonly folder: FolderRef; readonly uris: vscode.Uri[] }>();
    for (const uri of uris) {
      const folder = folderOf(uri);
      const group = byFolder.get(folder.key) ?? { folder, uris: [] };
      group.uris.push(uri);
      byFolder.set(folder.key, group);
    }
    for (const { folder, uris: ofFolder } of byFolder.values()) {
      if (ofFolder.length > fewFiles) this.index(folder);
      else for (const uri of ofFolder) if (!this.isDisposed) await this.deps.documents.learn(uri);
    }
  }

  /** Not more often than every few minutes. */
  index(folder: FolderRef): void {
    const session = this.deps.folders.peek(folder);
    const since = Date.now() - (this.indexedAt.get(folder.key) ?? 0);
    if (!session || folder.root === undefined || since < indexEveryMs) return;
    this.indexedAt.set(folder.key, Date.now());
    void this.deps.adaptation.index(session);
  }
}
