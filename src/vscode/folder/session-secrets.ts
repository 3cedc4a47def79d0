// Redacts a folder's texts and paths in the extension host before they are logged, stored or sent.
import type { Disposable } from '../../common/disposable.ts';
import type { CutEdges, Redactor } from '../../common/redaction.ts';
import type { FolderSecrets } from './folder-secrets.ts';
import { importSecrets } from './late.ts';

export class SessionSecrets implements Redactor, Disposable {
  /** Whether the folder was scanned for secrets; before that, no text may be sent. */
  private complete: boolean;
  private loaded: FolderSecrets | undefined;
  private loading: Promise<FolderSecrets> | undefined;

  /** @param hasFolder false: there are only open documents */
  constructor(hasFolder: boolean) {
    this.complete = !hasFolder;
  }

  get isComplete(): boolean {
    return this.complete;
  }

  /** Adds the secrets that a scan of the folder has found. */
  async add(values: readonly string[]): Promise<void> {
    (await this.known()).add(values);
    this.complete = true;
  }

  async text(text: string, path: string, cut?: CutEdges): Promise<string> {
    const secrets = await this.known();
    secrets.readChanges();
    return secrets.redact(text, path, cut).text;
  }

  /** Redacts at once; the whole text if no text was redacted before. The length stays. */
  textNow(text: string, path: string): string {
    return this.loaded?.redact(text, path).text ?? '*'.repeat(text.length);
  }

  async path(path: string): Promise<string> {
    return (await this.known()).path(path);
  }

  /** Redacts a log line synchronously. Before the first text was read, there are no secrets to redact. */
  line(text: string): string {
    return this.loaded?.line(text) ?? text;
  }

  /** What is known. The rules for secrets are loaded on first use. */
  known(): Promise<FolderSecrets> {
    this.loading ??= importSecrets().then(({ FolderSecrets }) => {
      this.loaded = new FolderSecrets();
      return this.loaded;
    });
    return this.loading;
  }

  /** Drops all secrets. */
  dispose(): void {
    this.loaded = undefined;
    this.loading = undefined;
    this.complete = false;
  }
}
