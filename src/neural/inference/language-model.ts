// A model with its tokenizer and the caches of recent prompts.

import { CodedError, unwrap } from '../../common/errors.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import { REPAIR_ADVICE } from '../architecture/decoder-values.ts';
import { DIALECT, type Dialect } from '../models/dialects.ts';
import { loadPacked } from '../models/model-folder.ts';
import { loadLibrary } from '../runtime/library.ts';
import { Network } from './network.ts';
import { Prefixes } from './prefixes.ts';

export interface LanguageModelOptions {
  /** Folder with config.json and model.safetensors, or of an adapter. */
  readonly model: string;
  /** Folder of the base under an adapter. */
  readonly base?: string;
  /** Path of the n-grams' tokenizer.json. */
  readonly tokenizer: string;
  readonly threads: number;
}

/** Throws CodedError 'unreadable' or 'corrupt'. @param path of a tokenizer.json */
export function tokenizerAt(path: string): Tokenizer {
  return unwrap(readTokenizer(path));
}

export class LanguageModel {
  readonly tokenizer: Tokenizer;
  readonly network: Network;
  readonly prefixes: Prefixes;
  /** The form of its prompts. */
  readonly dialect: Dialect;

  private constructor(network: Network, tokenizer: Tokenizer, dialect: Dialect) {
    this.network = network;
    this.tokenizer = tokenizer;
    this.dialect = dialect;
    this.prefixes = new Prefixes(network);
  }

  /**
   * Throws CodedError 'unreadable', 'corrupt', 'unsupported' or 'mismatched'. Decodes on the CPU: for a small model the
   * transfers to a GPU cost more than they save.
   */
  static async load({ model, base, tokenizer, threads }: LanguageModelOptions): Promise<LanguageModel> {
    await loadLibrary();
    const vocabulary = tokenizerAt(tokenizer);
    const loaded = loadPacked(model, { tokenizer, ...(base !== undefined && { base }) });
    if (vocabulary.vocabularySize > loaded.config.vocabSize) {
      throw new CodedError(
        'mismatched',
        `The tokenizer has more tokens than the model: they do not belong together. ${REPAIR_ADVICE}`,
      );
    }
    const network = await Network.load(loaded, { device: 'cpu', threads, precision: 'int4' });
    return new LanguageModel(network, vocabulary, loaded.manifest?.dialect ?? DIALECT);
  }

  /** Frees the caches of recent prompts. */
  shrink(): void {
    this.prefixes.clear();
  }

  dispose(): Promise<void> {
    this.shrink();
    return this.network.dispose();
  }
}
