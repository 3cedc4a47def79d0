// Names of a document that complete the name at the cursor.

/** Text around the cursor whose names count, UTF-16 units. */
const REACH = { before: 60_000, after: 20_000 };
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** The unfinished name at the text's end; '' if there is none. */
export function unfinishedName(prefix: string): string {
  return /[\p{L}_$][\p{L}\p{N}_$]*$/u.exec(prefix.slice(-100))?.[0] ?? '';
}

/** The document's names that begin with the unfinished one and are longer. */
export function namesFrom(begun: string, prefix: string, suffix: string): ReadonlySet<string> {
  const above = prefix.slice(-REACH.before, prefix.length - begun.length);
  const all = namesIn(`${above} ${suffix.slice(0, REACH.after)}`);
  return new Set(all.filter((name) => name.length > begun.length && name.startsWith(begun)));
}

export function namesIn(text: string): readonly string[] {
  return text.match(NAME) ?? [];
}

/** The whole name if the text follows the unfinished one. */
export function wholeName(begun: string, text: string): string {
  return begun + (/^[\p{L}\p{N}_$]+/u.exec(text)?.[0] ?? '');
}
