// What the finders of secrets read and return.

/** Offsets in UTF-16 units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Disjoint spans that cover the same, sorted. */
export function merged(spans: readonly Span[]): Span[] {
  const disjoint: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = disjoint.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else disjoint.push({ start, end });
  }
  return disjoint;
}

export interface Found extends Span {
  /** The secret itself: unescaped, and joined if the text has it in pieces. */
  readonly value: string;
}

/**
 * What a name says of its value.
 * - password: the name is unambiguous, so a value that a person might choose counts (`hunter2hunter`);
 * - token: only a value that looks random counts;
 * - weak: the name is often unrelated (`key`, `auth`), so only a long random value counts;
 * - unknown: the name says nothing about secrets;
 * - not-secret: the name says that the value is not a secret (`tokenHash`, `key_id`, `integrity`).
 */
export type Strength = 'password' | 'token' | 'weak' | 'unknown' | 'not-secret';

export interface SearchedText {
  readonly text: string;
  readonly path: string;
  /** A settings file, shell script or the like, where unquoted text is a value, not code. */
  readonly isSettings: boolean;
  /** A document, where unquoted text is a value if it looks like one. */
  readonly isProse: boolean;
}

export type Finder = (source: SearchedText) => Found[];
