// What the finders of secrets hand over, and what they are told.

import type { Parts } from './parts.ts';

export interface Found {
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** The secret itself, unescaped and put together where the text has it escaped or in pieces. */
  readonly value: string;
  /** Which rule found it, for people. */
  readonly kind: string;
}

export interface SearchedText {
  readonly text: string;
  readonly path: string;
  /** Settings, a shell's script or the like: text without quotes is a value there, not code. */
  readonly isSettings: boolean;
  /** Documents, where text without quotes is a value if it looks like one. */
  readonly isProse: boolean;
  readonly parts: Parts;
}

export type Finder = (source: SearchedText) => Found[];
