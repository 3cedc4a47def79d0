// Types of the secret finders: their input and their results.

import type { Parts } from './parts.ts';

export interface Found {
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** The secret itself: unescaped, and joined if the text has it in pieces. */
  readonly value: string;
  /** Readable name of the rule that found it. */
  readonly kind: string;
}

export interface SearchedText {
  readonly text: string;
  readonly path: string;
  /** A settings file, shell script or the like, where unquoted text is a value, not code. */
  readonly isSettings: boolean;
  /** A document, where unquoted text is a value if it looks like one. */
  readonly isProse: boolean;
  readonly parts: Parts;
}

export type Finder = (source: SearchedText) => Found[];
