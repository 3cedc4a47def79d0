// An editor with documents that are typed in, cut, pasted and undone, and that reports each change to a session.
import type { CompletionQuery } from '../../src/common/completion.ts';
import type { SessionSecrets } from '../../src/vscode/folder/session-secrets.ts';

interface OpenText {
  text: string;
  cursor: number;
  readonly undo: { readonly text: string; readonly cursor: number }[];
}

export class TypingEditor {
  private readonly documents = new Map<string, OpenText>();
  private readonly secrets: SessionSecrets;

  constructor(secrets: SessionSecrets) {
    this.secrets = secrets;
  }

  /** @param text '|' marks the cursor; without it the cursor is at the end */
  async open(path: string, text: string): Promise<void> {
    const cursor = text.indexOf('|');
    const document = { text: text.replace('|', ''), cursor: cursor < 0 ? text.length : cursor, undo: [] };
    this.documents.set(path, document);
    await this.pause(path);
  }

  text(path: string): string {
    return this.of(path).text;
  }

  /** Types key by key. @param at where, otherwise at the cursor */
  async type(path: string, keys: string, at = this.of(path).cursor): Promise<void> {
    this.save(path);
    this.of(path).cursor = at;
    for (const key of keys) await this.replace(path, this.of(path).cursor, 0, key);
  }

  async backspace(path: string, count: number): Promise<void> {
    this.save(path);
    for (let i = 0; i < count; i++) await this.replace(path, this.of(path).cursor - 1, 1, '');
  }

  /** Cuts the first occurrence. */
  async cut(path: string, piece: string): Promise<void> {
    this.save(path);
    await this.replace(path, this.text(path).indexOf(piece), piece.length, '');
  }

  async paste(path: string, piece: string, at = this.of(path).cursor): Promise<void> {
    this.save(path);
    await this.replace(path, at, 0, piece);
  }

  async undo(path: string): Promise<void> {
    const document = this.of(path);
    const earlier = document.undo.pop();
    if (earlier === undefined) return;
    const { text } = document;
    document.cursor = earlier.cursor;
    document.text = earlier.text;
    const [removed, inserted] = [Math.max(1, text.length - earlier.text.length), earlier.text.length - text.length];
    const change = { rangeLength: removed, text: 'x'.repeat(Math.max(0, inserted)) };
    (await this.secrets.known()).changed(path, document.text, [change]);
  }

  /** The user rests, and the document is sent to the local models. */
  async pause(path: string): Promise<string> {
    return (await this.secrets.known()).learnOpen(path, this.text(path)).text;
  }

  async close(path: string): Promise<void> {
    this.documents.delete(path);
    (await this.secrets.known()).closed(path);
  }

  query(path: string): CompletionQuery {
    const { text, cursor } = this.of(path);
    return { path, languageId: 'typescript', prefix: text.slice(0, cursor), suffix: text.slice(cursor) };
  }

  private of(path: string): OpenText {
    const document = this.documents.get(path);
    if (document === undefined) throw new Error(`${path} is not open`);
    return document;
  }

  private save(path: string): void {
    const { undo, text, cursor } = this.of(path);
    undo.push({ text, cursor });
  }

  private async replace(path: string, at: number, length: number, text: string): Promise<void> {
    const document = this.of(path);
    document.text = document.text.slice(0, at) + text + document.text.slice(at + length);
    document.cursor = at + text.length;
    (await this.secrets.known()).changed(path, document.text, [{ rangeLength: length, text }]);
  }
}
