// Input and output of the functions that find secrets in a text.

import type { Parts } from './parts.ts';

export interface Found {
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** The secret itself: unescaped, and joined if the text has it in pieces. */
  readonly value: string;
  /** The rule that found it, in words for the user. */
  readonly kind: string;
}

export interface SearchedText {
  readonly text: string;
  readonly path: string;
  /** Whether the file holds settings, a shell script or the like: unquoted text is a value there, not code. */
  readonly isSettings: boolean;
  /** Whether the file is a document: unquoted text is a value there if it looks like one. */
  readonly isProse: boolean;
  readonly parts: Parts;
}

export type Finder = (source: SearchedText) => Found[];
