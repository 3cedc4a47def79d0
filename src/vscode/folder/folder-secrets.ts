// The known secrets of an open folder: from indexing, from saved files, and from open documents.

import { maskKnown, rangesIn, SecretValues } from '../../workspace/secrets/known/known.ts';
import { maskPath } from '../../workspace/secrets/known/mask-path.ts';
import { type Cut, findSecrets, type Masked, maskRanges } from '../../workspace/secrets/mask.ts';

export class FolderSecrets {
  /** Never shrinks: a secret that was removed from a file is still a secret. */
  readonly folder = new SecretValues();
  /** By path; replaced at each change, since a password that is being typed yields many values. */
  private readonly open = new Map<string, SecretValues>();

  /** @param values from `SecretValues.all` */
  add(values: readonly string[]): void {
    for (const value of values) this.folder.add(value);
  }

  /** Redacts an open document. `fresh`: it contains a new secret. */
  learnOpen(path: string, text: string): Masked & { readonly fresh: boolean } {
    const found = findSecrets(text, path);
    const before = this.open.get(path);
    const values = new SecretValues();
    values.learn(found);
    this.open.set(path, values);
    const fresh = values.all.some((value) => !this.folder.has(value) && !before?.has(value));
    return { ...maskRanges(text, rangesIn(text, found, this.known)), fresh };
  }

  closed(path: string): void {
    this.open.delete(path);
  }

  mask(text: string, path: string, cut: Cut = {}): Masked {
    return maskKnown(text, path, this.known, cut);
  }

  path(path: string): string {
    return maskPath(path, this.known);
  }

  /** Redacts a log line, which has no file with rules of its own. */
  line(text: string): string {
    return maskKnown(text, '', this.known).text;
  }

  private get known(): SecretValues[] {
    return [this.folder, ...this.open.values()];
  }
}
