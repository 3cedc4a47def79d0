// The known secrets of an open folder: from indexing, from saved files, and from open documents.

import type { CutEdges } from '../../common/redaction.ts';
import {
  findInDocument,
  type Redacted,
  redactFound,
  redactPath,
  redactText,
  type SecretRange,
  SecretValues,
} from '../../workspace/secrets/secrets.ts';
import { TypedSecrets } from './typed-secrets.ts';

/** As of VS Code's TextDocumentContentChangeEvent. */
interface ContentChange {
  readonly text: string;
  readonly rangeLength: number;
}

/** A shorter insertion or deletion is one of a key, and holds no secret. UTF-16 units. */
const minPiece = 6;

/** Whether the last change came in one piece, and whether it removed text. */
interface UnreadText {
  readonly text: string;
  readonly inOnePiece: boolean;
  readonly isRemoval: boolean;
}

export class FolderSecrets {
  /** Secrets of the folder. They are never removed: a secret that was deleted from a file is still a secret. */
  readonly folder = new SecretValues();
  private readonly typed = new TypedSecrets();
  /** Path → an open document as it was read last. */
  private readonly open = new Map<string, { readonly text: string; readonly found: readonly SecretRange[] }>();
  /** Path → a document that was changed and not read since. */
  private readonly unread = new Map<string, UnreadText>();
  /** A secret was found that no call of `learnOpen` has reported. */
  private hasNewSecret = false;

  /** As `SecretValues.all`, with those of open documents. For the request of a job: never write them to a file. */
  get all(): string[] {
    this.readChanges();
    return this.known.flatMap(({ all }) => all);
  }

  /** @param values from `SecretValues.all` */
  add(values: readonly string[]): void {
    for (const value of values) this.folder.add(value);
  }

  /**
   * Call at each change of an open document, with its new text, which the next `learnOpen` or `readChanges` reads. If
   * more was inserted or removed than a key does, the texts before and after it are read, because either may show a
   * secret that the other does not: the one before at once, the one after before the next change at the latest. The
   * text before is read, too, when typing turns into deleting.
   */
  changed(path: string, text: string, changes: readonly ContentChange[]): void {
    const inOnePiece = changes.some((change) => Math.max(change.text.length, change.rangeLength) >= minPiece);
    const isRemoval = changes.some((change) => change.rangeLength > change.text.length);
    const before = this.unread.get(path);
    if (inOnePiece || before?.inOnePiece || (isRemoval && before?.isRemoval === false)) this.readChanges();
    this.unread.set(path, { text, inOnePiece, isRemoval });
  }

  /** Call before a text is redacted that may be sent. */
  readChanges(): void {
    for (const [path, { text, inOnePiece }] of this.unread) this.read(path, text, inOnePiece);
    this.unread.clear();
  }

  /** Redacts an open document and records its secrets. `hasNewSecret`: since the last call an unknown one was found. */
  learnOpen(path: string, text: string): Redacted & { readonly hasNewSecret: boolean } {
    const isUnread = this.unread.get(path)?.text === text;
    const found = this.read(path, text, isUnread && this.unread.get(path)?.inOnePiece);
    this.unread.delete(path);
    const { hasNewSecret } = this;
    this.hasNewSecret = false;
    return { ...redactFound(text, found, this.known), hasNewSecret };
  }

  /** Its secrets stay known: a value that was cut out of a discarded text may be pasted later. */
  closed(path: string): void {
    this.readChanges();
    this.open.delete(path);
    this.typed.closed(path);
  }

  /** What a cut of an open document lacks, the document shows. */
  redact(text: string, path: string, cut: CutEdges = {}): Redacted {
    const document = this.open.get(path);
    if (document?.text === text) return redactFound(text, document.found, this.known);
    return redactText(text, path, this.known, cut, document);
  }

  path(path: string): string {
    return redactPath(path, this.known);
  }

  /** Redacts a log line. It belongs to no file, so no rules of a file type apply. */
  line(text: string): string {
    return redactText(text, '', this.known).text;
  }

  private read(path: string, text: string, inOnePiece = false): readonly SecretRange[] {
    const last = this.open.get(path);
    const found = last?.text === text ? last.found : findInDocument(text, path);
    this.open.set(path, { text, found });
    const { known } = this;
    this.hasNewSecret ||= found.some(
      ({ value, isDistinctive }) => isDistinctive && !known.some((values) => values.has(value)),
    );
    this.typed.learn(path, text, found, inOnePiece);
    return found;
  }

  private get known(): SecretValues[] {
    return [this.folder, ...this.typed.known];
  }
}
