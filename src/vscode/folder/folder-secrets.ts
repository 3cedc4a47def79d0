// All that is known of one folder's secrets while it is open: from its harvest, from files saved since, from open documents.

import { maskKnown, rangesIn, SecretValues } from '../../workspace/secrets/known.ts';
import { type Cut, findSecrets, type Masked, maskRanges } from '../../workspace/secrets/mask.ts';
import { maskPath } from '../../workspace/secrets/mask-path.ts';

export class FolderSecrets {
  /** Grows only: a secret that was taken out of a file is one still. */
  readonly folder = new SecretValues();
  /** By path; replaced with each change, since a password that is being typed is many. */
  private readonly open = new Map<string, SecretValues>();

  /** @param values from a harvest's `SecretValues.all` */
  add(values: readonly string[]): void {
    for (const value of values) this.folder.add(value);
  }

  /** An open document as it is now, masked. `fresh`: it says a secret that nothing said before. */
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

  /** A sentence for a log: it has no file whose rules could apply. */
  line(text: string): string {
    return maskKnown(text, '', this.known).text;
  }

  private get known(): SecretValues[] {
    return [this.folder, ...this.open.values()];
  }
}
