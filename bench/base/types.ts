// What every section of the bases' benchmark is given.

import type { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { Tokenizer } from '../../src/text/tokenizer/bpe.ts';
import type { RecordedPosition, Recording } from '../common/recordings.ts';
import type { Figures } from '../figures.ts';

export interface Base {
  readonly name: string;
  /** Its folder: config.json, model.safetensors, tokenizer.json, and mixture.json where there is one. */
  readonly model: string;
  /** Of the n-grams, who keep their words whatever the base. */
  readonly tokenizerPath: string;
  /** Its own. */
  readonly tokenizer: Tokenizer;
  readonly parameters: number;
  readonly contextTokens: number;
}

/** A recorded package made ready for a tokenizer. */
export interface Prepared {
  /** 'renamed' of the package under other names. */
  readonly name: string;
  readonly recording: Recording;
  readonly places: readonly RecordedPosition[];
  /** Of all files that no recording names. */
  readonly ngram: NgramModel;
  /** Its snapshot. */
  readonly snapshot: string;
}

export interface BaseContext {
  /** The first is what the others are compared with. */
  readonly bases: readonly Base[];
  /** Of training in an adaptation run; undefined: the product's default. */
  readonly minutes: number | undefined;
  /** A folder that goes when the benchmark ends. */
  readonly scratch: string;
  /** The recorded packages in a base's tokens, the renamed one last; bases with the same tokenizer share them. Their places are the same. */
  readonly prepared: (base: Base) => readonly Prepared[];
}

/** Prints a row as soon as it is measured, and keeps it under the names given. */
export type Show = (names: readonly string[], row: Figures) => void;
