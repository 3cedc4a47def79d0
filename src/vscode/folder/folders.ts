// The sessions of all workspace folders, and one for documents outside of them; each begins with its first document.
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { type FolderRef, folderOf, folderRef } from '../editor/folder-ref.ts';
import { t } from '../editor/ui-text.ts';
import { FolderSession, type SessionDeps } from './folder-session.ts';

/** What reads folders in the background. */
export interface Indexer {
  index(session: FolderSession): Promise<void>;
  learnSecrets(session: FolderSession): Promise<void>;
}

interface Background {
  readonly adaptation: Indexer;
  /** Sessions began anew and know no open file. */
  readonly onRestart: () => Promise<void>;
}

export class Folders implements Disposable {
  private readonly deps: SessionDeps;
  private readonly sessions = new Map<string, FolderSession>();
  private readonly owned = new DisposableStore();
  private background: Background | undefined;
  private firstStarted = false;

  constructor(deps: SessionDeps) {
    this.deps = deps;
    this.owned.add(
      vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        for (const folder of removed) this.end(folder.uri.toString());
      }),
    );
  }

  /** Apart from the constructor because an adaptation needs the sessions and they need it. */
  begin(background: Background): void {
    this.background = background;
  }

  get all(): readonly FolderSession[] {
    return [...this.sessions.values()];
  }

  /** The session of a document's folder; starts it when it is the first to ask. */
  for(uri: vscode.Uri): FolderSession {
    return this.of(folderOf(uri));
  }

  of(folder: FolderRef): FolderSession {
    let session = this.sessions.get(folder.key);
    if (!session) {
      session = new FolderSession(folder, this.deps);
      this.sessions.set(folder.key, session);
      void this.start(session);
    }
    return session;
  }

  /** The session if it has begun. */
  peek(folder: FolderRef): FolderSession | undefined {
    return this.sessions.get(folder.key);
  }

  /** The first workspace folder at once: most windows have one, and its index should be there before the first key. */
  startFirst(): void {
    const first = vscode.workspace.workspaceFolders?.[0];
    if (first) this.of(folderRef(first));
    this.firstStarted = true;
  }

  indexedFiles(folder: FolderRef): number | undefined {
    return this.peek(folder)?.indexedFiles;
  }

  /** What earlier sessions left of it, or its first index, is on its way. */
  isStarting(folder: FolderRef): boolean {
    const session = this.peek(folder);
    return session ? session.isStarting : !this.firstStarted && folder.root !== undefined;
  }

  /** The window has come to the front: another one may have been at work in the same folders. */
  refresh(): void {
    for (const session of this.sessions.values()) {
      session
        .refresh()
        .catch((error: unknown) => this.deps.log.error('Another window’s work was not taken over', error));
    }
  }

  /** Settings of the neural model are others, or its process is. */
  openNeural(): void {
    for (const session of this.sessions.values()) session.reopenNeural();
  }

  /** Settings, keys or permissions may be others now: a server may draft where it did not, another large model be asked, or none. */
  checkElsewhere(): void {
    for (const session of this.sessions.values()) {
      session.checkServed();
      session.checkApi();
    }
  }

  /** What was read without git is read anew with it: it knows of more that is ignored. */
  trusted(): void {
    this.deps.onChange();
    for (const session of this.sessions.values())
      if (session.folder.root !== undefined) void this.background?.adaptation.index(session);
  }

  restartedNeural(): void {
    for (const { specialist } of this.sessions.values()) specialist.restarted();
  }

  /** Ends the session of a folder, or all, and begins anew with what is on disk now. */
  async restart(folder: FolderRef | undefined): Promise<void> {
    const ended = folder === undefined ? this.all.map((session) => session.folder) : [folder];
    for (const each of ended) this.end(each.key);
    for (const each of ended) this.of(each);
    await this.background?.onRestart();
  }

  private async start(session: FolderSession): Promise<void> {
    const { log } = this.deps;
    try {
      const restored = await session.restore();
      if (session.isDisposed) return;
      if (!restored || session.isStale()) await this.background?.adaptation.index(session);
      // Also where the index could not be made: prompts may still be asked for.
      if (!session.secrets.isComplete) await this.background?.adaptation.learnSecrets(session);
    } catch (error) {
      log.error(`Starting ${session.folder.name} failed`, error);
      session.fail(t('The index of {0} could not be built. See the log for the reason.', session.folder.name));
    } finally {
      session.begun();
    }
  }

  private end(key: string): void {
    this.sessions.get(key)?.dispose();
    this.sessions.delete(key);
  }

  dispose(): void {
    this.owned.dispose();
    for (const key of [...this.sessions.keys()]) this.end(key);
  }
}
