// The sessions of all workspace folders, and one for documents outside them. The first document of a folder starts its
// session.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { type FolderRef, folderRef } from '../editor/folder-ref.ts';
import { t } from '../editor/ui-text.ts';
import { FolderSession, type SessionDeps } from './folder-session.ts';

/** Reads folders in the background. */
export interface Indexer {
  index(session: FolderSession): Promise<void>;
  learnSecrets(session: FolderSession): Promise<void>;
}

export interface FoldersDeps extends SessionDeps {
  readonly adaptation: Indexer;
  /** Called after sessions were restarted, because they know no open file. */
  readonly onRestart: () => void;
}

/** Minimum interval between new indexes, ms: a build that writes many files must not keep a core busy. */
const indexIntervalMs = 3 * 60_000;

export class Folders extends Part<FoldersDeps> {
  private readonly sessions = new Map<string, FolderSession>();
  /** By the folder's key: when it was indexed again, and the timer of the next time. */
  private readonly indexedAt = new Map<string, number>();
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private firstStarted = false;

  constructor(deps: FoldersDeps) {
    super(deps);
    this.add(
      vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        for (const folder of removed) this.end(folder.uri.toString());
      }),
    );
  }

  get all(): readonly FolderSession[] {
    return [...this.sessions.values()];
  }

  /** The folder's session, started if needed. */
  of(folder: FolderRef): FolderSession {
    let session = this.sessions.get(folder.key);
    if (!session) {
      session = new FolderSession(folder, this.deps);
      this.sessions.set(folder.key, session);
      void this.start(session);
    }
    return session;
  }

  /** The session if it was started. */
  peek(folder: FolderRef): FolderSession | undefined {
    return this.sessions.get(folder.key);
  }

  /** Starts the first workspace folder's session, so that its index is ready before the first key. */
  startFirst(): void {
    const first = vscode.workspace.workspaceFolders?.[0];
    if (first) this.of(folderRef(first));
    this.firstStarted = true;
  }

  /** Whether stored data is being loaded or the first index built. */
  isStarting(folder: FolderRef): boolean {
    const session = this.peek(folder);
    return session ? session.isStarting : !this.firstStarted && folder.root !== undefined;
  }

  /** Call after a change of the neural model's settings or process. */
  openNeural(): void {
    for (const session of this.sessions.values()) session.reopenNeural();
  }

  /** Call after a change of settings, keys or permissions. */
  checkApi(): void {
    for (const session of this.sessions.values()) session.checkApi();
  }

  /** Call after the workspace was trusted. Indexes the folders again, now with git's ignore rules. */
  reindexTrusted(): void {
    this.deps.onChange();
    for (const session of this.sessions.values())
      if (session.folder.root !== undefined) void this.deps.adaptation.index(session);
  }

  /** Builds a new index at once, or at the end of the interval unless the user waits for it. */
  reindex(folder: FolderRef, isUrgent = false): void {
    const { key, root } = folder;
    if (this.peek(folder) === undefined || root === undefined) return;
    const start = () => {
      const session = this.peek(folder);
      if (session === undefined) return;
      this.indexedAt.set(key, Date.now());
      void this.deps.adaptation.index(session);
    };
    clearTimeout(this.waiting.get(key));
    this.waiting.set(key, setTimeout(start, isUrgent ? 0 : this.waitMs(folder)));
  }

  /** Time until the folder may be indexed again, ms. */
  waitMs({ key }: FolderRef): number {
    return Math.max(0, (this.indexedAt.get(key) ?? Number.NEGATIVE_INFINITY) + indexIntervalMs - Date.now());
  }

  /** Call after the engine's process was replaced. */
  onEngineRestarted(): void {
    for (const { specialist } of this.sessions.values()) specialist.restarted();
  }

  /** Restarts the session of one folder or of all. */
  restart(folder: FolderRef | undefined): void {
    const ended = folder === undefined ? this.all.map((session) => session.folder) : [folder];
    for (const each of ended) this.end(each.key);
    for (const each of ended) this.of(each);
    this.deps.onRestart();
  }

  private async start(session: FolderSession): Promise<void> {
    const { log, adaptation } = this.deps;
    try {
      const restored = await session.restore();
      if (session.isDisposed) return;
      if (!restored || session.isStale()) await adaptation.index(session);
      // Needed after a failed index too, because prompts may still be sent.
      if (!session.secrets.isComplete) await adaptation.learnSecrets(session);
    } catch (error) {
      log.error(`Starting ${session.folder.name} failed`, error);
      session.fail(t('The index of {0} could not be built. See the log for the reason.', session.folder.name));
    } finally {
      session.finishStart();
    }
  }

  private end(key: string): void {
    this.sessions.get(key)?.dispose();
    this.sessions.delete(key);
  }

  override dispose(): void {
    super.dispose();
    this.waiting.forEach(clearTimeout);
    for (const key of [...this.sessions.keys()]) this.end(key);
  }
}
