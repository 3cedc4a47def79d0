// The recorded packages made ready for a tokenizer: places, an n-gram index, and its snapshot on disk.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '../../src/common/errors.ts';
import { shuffled } from '../../src/common/statistics/random.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { Tokenizer } from '../../src/text/tokenizer/bpe.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import type { Recording } from '../common/recordings.ts';
import type { Base, Prepared } from './types.ts';

const seed = 1;

/**
 * Prepares the recordings once for each tokenizer.
 * @param places of each package, a seeded choice; undefined: all
 */
export function preparer(recordings: readonly Recording[], positions: number | undefined, scratch: string) {
  const known = new Map<string, readonly Prepared[]>();
  return ({ tokenizerPath }: Base): readonly Prepared[] => {
    const tokenizer = unwrap(readTokenizer(tokenizerPath));
    const key = createHash('sha256').update(readFileSync(tokenizerPath)).digest('hex');
    let found = known.get(key);
    if (!found) {
      const folder = mkdtempSync(join(scratch, 'prepared-'));
      found = recordings.map((recording, i) => prepare(recording, tokenizer, positions, join(folder, String(i))));
      known.set(key, found);
    }
    return found;
  };
}

function prepare(recording: Recording, tokenizer: Tokenizer, positions: number | undefined, path: string): Prepared {
  const ngram = NgramModel.build(recording.others, tokenizer);
  const snapshot = `${path}.ngram`;
  writeFileSync(snapshot, ngram.serialize());
  return {
    name: recording.kind === 'renamed' ? 'renamed' : recording.package,
    recording,
    places: sample(recording.places, positions),
    ngram,
    snapshot,
  };
}

/** A seeded choice, in their order. */
export function sample<T>(items: readonly T[], count: number | undefined): readonly T[] {
  if (count === undefined || count >= items.length) return items;
  const kept = new Set(shuffled(items.length, seed).slice(0, count));
  return items.filter((_, index) => kept.has(index));
}
