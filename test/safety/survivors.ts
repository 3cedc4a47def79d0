// Finds planted secrets in what is kept and sent: whole, one line of a key, or the latter half of a long one.
import type { Planted } from './corpus-types.ts';

/** Units that a text is looked up by; no planted secret is shorter. */
const KEY = 6;
/** From this length on the latter half alone is a leak as well. (The first half may be the provider's own prefix.) */
const LONG = 24;

interface Needle {
  readonly text: string;
  readonly item: Planted;
}

export class Survivors {
  private readonly needles = new Map<string, Needle[]>();

  constructor(planted: readonly Planted[]) {
    for (const item of planted) {
      for (const secret of item.secrets) {
        this.add(secret, item);
        if (secret.length >= LONG) this.add(secret.slice(Math.ceil(secret.length / 2)), item);
      }
    }
  }

  private add(text: string, item: Planted): void {
    const key = text.slice(0, KEY);
    const needles = this.needles.get(key);
    if (needles) needles.push({ text, item });
    else this.needles.set(key, [{ text, item }]);
  }

  /** The planted secrets that a text holds. One that was planted twice under one value counts as both. */
  in(text: string): Set<Planted> {
    const found = new Set<Planted>();
    for (let at = 0; at + KEY <= text.length; at++) {
      const needles = this.needles.get(text.slice(at, at + KEY));
      if (needles === undefined) continue;
      for (const needle of needles) if (text.startsWith(needle.text, at)) found.add(needle.item);
    }
    return found;
  }
}
