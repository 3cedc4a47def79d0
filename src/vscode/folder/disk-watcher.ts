// Watches files that change outside the editor, such as by a checkout or a build. Few changed files are indexed one by
// one; many cause a new index, which waits if the last one is recent.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import { leftOutByName } from '../../workspace/files/file-names.ts';
import { documentAt, type FolderRef, folderOf, pathIn } from '../editor/folder-ref.ts';
import type { Documents } from './documents.ts';
import type { Folders, Indexer } from './folders.ts';
import { importFiles } from './late.ts';
import { stateOnDisk } from './state-on-disk.ts';

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
/** Within the interval up to so many changed files are indexed one by one, because their old text is suggested. */
const maxFilesBetween = 500;

export class DiskWatcher extends DisposableStore {
  private readonly deps: WatcherDeps;
  private readonly changed = new Map<string, vscode.Uri>();
  private readonly indexedAt = new Map<string, number>();
  /** By the folder's key: an index that waits for the interval's end. */
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: WatcherDeps) {
    super();
    this.deps = deps;
    const watcher = this.add(vscode.workspace.createFileSystemWatcher('**/*'));
    this.add(watcher.onDidChange((uri) => this.record(uri)));
    this.add(watcher.onDidCreate((uri) => this.record(uri)));
    this.add(watcher.onDidDelete((uri) => this.onDeleted(uri)));
    this.add({ dispose: () => [this.timer, ...this.waiting.values()].forEach(clearTimeout) });
  }

  private record(uri: vscode.Uri): void {
    if (!this.isRelevant(uri)) return;
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
    const reason = leftOutByName(path) ?? leftOutByName(`${path}/`);
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
      const files = changed.length > maxFilesBetween ? changed : await this.filesIn(folder, changed);
      const canIndex = files.length > maxSingleFiles && this.waitMs(folder) === 0;
      if (canIndex || files.length > maxFilesBetween) this.index(folder);
      else for (const uri of files) if (!this.isDisposed) await this.deps.documents.indexFile(uri);
    }
  }

  /** The changed files. A new folder may be reported as one event, so that the files in it take its place. */
  private async filesIn(folder: FolderRef, changed: readonly vscode.Uri[]): Promise<vscode.Uri[]> {
    const { root } = folder;
    if (root === undefined) return [];
    const { filesBelow } = await importFiles();
    const files = new Map<string, vscode.Uri>();
    for (const uri of changed) {
      const state = await stateOnDisk(uri);
      const isFolder = state === 'folder';
      const below = isFolder ? await filesBelow(root, pathIn(folder, uri), maxRecorded).catch(() => []) : [];
      for (const path of below) files.set(documentAt(folder, path).toString(), documentAt(folder, path));
      if (!isFolder && !this.deps.documents.isIndexed(uri, state)) files.set(uri.toString(), uri);
    }
    return [...files.values()];
  }

  /** Time until the folder may be indexed again, ms. */
  private waitMs({ key }: FolderRef): number {
    return Math.max(0, (this.indexedAt.get(key) ?? Number.NEGATIVE_INFINITY) + indexIntervalMs - Date.now());
  }

  /** Builds a new index at once, or at the end of the interval unless the user waits for it. */
  index(folder: FolderRef, isUrgent = false): void {
    if (this.deps.folders.peek(folder) === undefined || folder.root === undefined) return;
    const { key } = folder;
    clearTimeout(this.waiting.get(key));
    this.waiting.set(
      key,
      setTimeout(
        () => {
          this.waiting.delete(key);
          const session = this.deps.folders.peek(folder);
          if (session === undefined) return;
          this.indexedAt.set(key, Date.now());
          void this.deps.adaptation.index(session);
        },
        isUrgent ? 0 : this.waitMs(folder),
      ),
    );
  }
}
