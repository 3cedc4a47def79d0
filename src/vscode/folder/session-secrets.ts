// A folder's secrets on the host's side: what its texts and paths are masked with before anything is told, stored or sent.
import type { Disposable } from '../../common/disposable.ts';
import type { CutEdges, Masking } from '../../common/masking.ts';
import type { FolderSecrets } from './folder-secrets.ts';
import { lateSecrets } from './late.ts';

export class SessionSecrets implements Masking, Disposable {
  /** Until the folder was read for them, none of its text may leave the machine. */
  private complete: boolean;
  private loaded: FolderSecrets | undefined;
  private loading: Promise<FolderSecrets> | undefined;

  /** @param hasFolder false: there is nothing on disk to read, open documents are all */
  constructor(hasFolder: boolean) {
    this.complete = !hasFolder;
  }

  get isComplete(): boolean {
    return this.complete;
  }

  /** What a harvest has found: from now on the folder is known. */
  async add(values: readonly string[]): Promise<void> {
    (await this.get()).add(values);
    this.complete = true;
  }

  async text(text: string, path: string, cut?: CutEdges): Promise<string> {
    return (await this.get()).mask(text, path, cut).text;
  }

  async path(path: string): Promise<string> {
    return (await this.get()).path(path);
  }

  /** An open document's text, masked, and whether it says a secret that nothing has said before. */
  async learnOpen(path: string, text: string): Promise<{ readonly text: string; readonly fresh: boolean }> {
    return (await this.get()).learnOpen(path, text);
  }

  closed(path: string): void {
    this.loaded?.closed(path);
  }

  /** For the log, at once; nothing is known before the first text was masked, and then nothing was read either. */
  line(text: string): string {
    return this.loaded?.line(text) ?? text;
  }

  /** What a harvest of a single file needs and adds to. */
  async values(): Promise<FolderSecrets['folder']> {
    return (await this.get()).folder;
  }

  private get(): Promise<FolderSecrets> {
    this.loading ??= lateSecrets().then(({ FolderSecrets }) => {
      this.loaded = new FolderSecrets();
      return this.loaded;
    });
    return this.loading;
  }

  /** Nothing of them stays in memory. */
  dispose(): void {
    this.loaded = undefined;
    this.loading = undefined;
    this.complete = false;
  }
}
