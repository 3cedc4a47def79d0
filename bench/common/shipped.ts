// What ships and is measured where no other is named: the smallest base, and its tokenizer.

import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import type { Tokenizer } from '../../src/text/tokenizer/bpe.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';

export const shippedModel = join(root, 'models/small');
export const shippedTokenizerPath = join(shippedModel, 'tokenizer.json');

export function shippedTokenizer(): Tokenizer {
  return unwrap(readTokenizer(shippedTokenizerPath));
}
