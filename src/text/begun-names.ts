// Names of a document, round a cursor: which of them go on from what was begun there.

/** Text before and after a cursor whose names are in reach, UTF-16 units. */
const REACH = { before: 60_000, after: 20_000 };
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** The name that the text ends in; '' for none. */
export function begunName(prefix: string): string {
  return /[\p{L}_$][\p{L}\p{N}_$]*$/u.exec(prefix.slice(-100))?.[0] ?? '';
}

/** The document's names that go on from the one begun at the cursor. */
export function namesFrom(begun: string, prefix: string, suffix: string): ReadonlySet<string> {
  const above = prefix.slice(-REACH.before, prefix.length - begun.length);
  const all = `${above} ${suffix.slice(0, REACH.after)}`.match(NAME) ?? [];
  return new Set(all.filter((name) => name.length > begun.length && name.startsWith(begun)));
}

/** What a text makes of a begun name. */
export function wholeName(begun: string, text: string): string {
  return begun + (/^[\p{L}\p{N}_$]+/u.exec(text)?.[0] ?? '');
}
