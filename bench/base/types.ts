// What every section of the base model's benchmark is given.

import type { Tokenizer } from '../../src/tokenizer/types.ts';
import type { Figures } from '../types.ts';

export interface BaseContext {
  /** Folder of the base: config.json, model.safetensors, and mixture.json where there is one. */
  readonly model: string;
  readonly tokenizerPath: string;
  readonly tokenizer: Tokenizer;
  readonly recordings: string;
  /** Cursors of each recorded package; undefined: all. */
  readonly places: number | undefined;
  /** Of training in an adaptation run; undefined: the product's default. */
  readonly minutes: number | undefined;
}

/** Prints a row as soon as it is measured, and keeps it. */
export type Show = (name: string, row: Figures) => void;
