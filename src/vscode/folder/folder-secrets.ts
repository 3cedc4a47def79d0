// The known secrets of an open folder: from indexing, from saved files, and from open documents.

import { rangesIn, redactKnown, SecretValues } from '../../workspace/secrets/known/known.ts';
import { redactPath } from '../../workspace/secrets/known/redact-path.ts';
import { type Cut, findSecrets, type Redacted, redactRanges } from '../../workspace/secrets/redact.ts';

export class FolderSecrets {
  /** Secrets of the folder. They are never removed: a secret that was deleted from a file is still a secret. */
  readonly folder = new SecretValues();
  /** Path → secrets of the open document. Replaced at each change, because typing a password yields many values. */
  private readonly open = new Map<string, SecretValues>();

  /** @param values from `SecretValues.all` */
  add(values: readonly string[]): void {
    for (const value of values) this.folder.add(value);
  }

  /** Redacts an open document and records its secrets. `hasNewSecret`: one of them was unknown. */
  learnOpen(path: string, text: string): Redacted & { readonly hasNewSecret: boolean } {
    const foundSecrets = findSecrets(text, path);
    const earlierSecrets = this.open.get(path);
    const values = new SecretValues();
    values.learn(foundSecrets);
    this.open.set(path, values);
    const hasNewSecret = values.all.some((value) => !this.folder.has(value) && !earlierSecrets?.has(value));
    return { ...redactRanges(text, rangesIn(text, foundSecrets, this.known)), hasNewSecret };
  }

  closed(path: string): void {
    this.open.delete(path);
  }

  redact(text: string, path: string, cut: Cut = {}): Redacted {
    return redactKnown(text, path, this.known, cut);
  }

  path(path: string): string {
    return redactPath(path, this.known);
  }

  /** Redacts a log line. It belongs to no file, so no rules of a file type apply. */
  line(text: string): string {
    return redactKnown(text, '', this.known).text;
  }

  private get known(): SecretValues[] {
    return [this.folder, ...this.open.values()];
  }
}
