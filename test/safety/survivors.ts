// Finds planted secrets in stored and sent texts: whole secrets, one line of a key, or the second half of a long
// secret.

export interface Planted {
  readonly group: string;
  readonly path: string;
  /** If a stored or sent text contains one of these, it is a leak. */
  readonly secrets: readonly string[];
}

/** Length of the pieces that texts are searched by, UTF-16 units. No planted secret is shorter. */
const KEY = 6;
/**
 * If a secret is at least this long, its second half alone is a leak, too. The first half may be a provider's prefix.
 */
export const longSecret = 24;

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
        if (secret.length >= longSecret) this.add(secret.slice(Math.ceil(secret.length / 2)), item);
      }
    }
  }

  private add(text: string, item: Planted): void {
    const key = text.slice(0, KEY);
    const needles = this.needles.get(key);
    if (needles) needles.push({ text, item });
    else this.needles.set(key, [{ text, item }]);
  }

  /** The planted secrets that the text contains. A value that was planted twice counts twice. */
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
