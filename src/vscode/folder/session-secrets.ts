// Redacts a folder's texts and paths in the extension host before they are logged, stored or sent.
import type { Disposable } from '../../common/disposable.ts';
import type { CutEdges, Redactor } from '../../common/redaction.ts';
import type { FolderSecrets } from './folder-secrets.ts';
import { importSecrets } from './late.ts';

/** As of VS Code's TextDocumentContentChangeEvent. */
export interface ContentChange {
  readonly text: string;
  readonly rangeLength: number;
}

/** A shorter insertion or deletion is one of a key, and holds no secret. UTF-16 units. */
const minPiece = 6;

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
    (await this.get()).add(values);
    this.complete = true;
  }

  async text(text: string, path: string, cut?: CutEdges): Promise<string> {
    const secrets = await this.get();
    secrets.readChanges();
    return secrets.redact(text, path, cut).text;
  }

  /** Redacts at once; the whole text if no text was redacted before. The length stays. */
  textNow(text: string, path: string): string {
    return this.loaded?.redact(text, path).text ?? '*'.repeat(text.length);
  }

  async path(path: string): Promise<string> {
    return (await this.get()).path(path);
  }

  /** See FolderSecrets. */
  async learnOpen(path: string, text: string): Promise<{ readonly text: string; readonly hasNewSecret: boolean }> {
    return (await this.get()).learnOpen(path, text);
  }

  /** Call at each change of an open document, with its new text. */
  async changed(path: string, text: string, changes: readonly ContentChange[]): Promise<void> {
    const inOnePiece = changes.some(({ text, rangeLength }) => Math.max(text.length, rangeLength) >= minPiece);
    (await this.get()).changed(path, text, inOnePiece);
  }

  /** Its secrets stay known: a value that was cut out of a discarded text may be pasted later. */
  closed(path: string): void {
    this.loaded?.closed(path);
  }

  /** Redacts a log line synchronously. Before the first text was read, there are no secrets to redact. */
  line(text: string): string {
    return this.loaded?.line(text) ?? text;
  }

  /** For the request of a job that may send. Never write them to a file. */
  async all(): Promise<readonly string[]> {
    return (await this.get()).all;
  }

  /** Secrets for indexing a single file, which adds its own. */
  async values(): Promise<FolderSecrets['folder']> {
    return (await this.get()).folder;
  }

  private get(): Promise<FolderSecrets> {
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
