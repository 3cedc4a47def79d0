// What every section of the bases' benchmark is given.

import type { Tokenizer } from '../../src/tokenizer/types.ts';
import type { Figures } from '../types.ts';
import type { Prepared } from './prepare.ts';

export interface Base {
  readonly name: string;
  /** Its folder: config.json, model.safetensors, tokenizer.json, and mixture.json where there is one. */
  readonly model: string;
  readonly tokenizerPath: string;
  readonly tokenizer: Tokenizer;
  readonly parameters: number;
  readonly contextTokens: number;
}

export interface BaseContext {
  /** The first is what the others are compared with. */
  readonly bases: readonly Base[];
  /** Folder of the recordings; undefined: bench/recordings. */
  readonly recordings: string | undefined;
  /** Characters of each set of texts, for bits a character. */
  readonly characters: number;
  /** Cursors of each recorded package; undefined: all. */
  readonly places: number | undefined;
  /** Of training in an adaptation run; undefined: the product's default. */
  readonly minutes: number | undefined;
  /** A folder that goes when the benchmark ends. */
  readonly scratch: string;
  /** The recorded packages in a base's tokens, the renamed one last; bases with the same tokenizer share them. Their places are the same. */
  readonly prepared: (base: Base) => readonly Prepared[];
}

/** Prints a row as soon as it is measured, and keeps it under the names given. */
export type Show = (names: readonly string[], row: Figures) => void;
