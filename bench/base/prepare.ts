// The recorded packages made ready for the base's benchmark: places, n-gram indexes with and without fitted weights, snapshots on disk.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shuffled } from '../../src/common/random.ts';
import { NgramModel } from '../../src/ngram/model.ts';
import { fitNgram } from '../ngram.ts';
import type { PackageFile } from '../packages.ts';
import { type RecordedPlace, type Recording, readRecordings } from '../recordings.ts';
import type { BaseContext } from './types.ts';

export interface Prepared {
  readonly name: string;
  readonly recording: Recording;
  readonly places: readonly RecordedPlace[];
  /** Of all files that no recording names, its weights fitted on a fifth of them before they were indexed. */
  readonly ngram: NgramModel;
  /** Files that the mixture may be fitted on: not in the `learning` snapshot, and not recorded. */
  readonly calibration: readonly PackageFile[];
  /** n-gram snapshots: all other files with fitted weights, the same with shipped ones, and without the calibration files. */
  readonly snapshots: { readonly fitted: string; readonly shipped: string; readonly learning: string };
}

const seed = 1;

/** Prepares every recorded package, and removes what was written after `work`. */
export async function withPrepared<T>(
  { recordings, tokenizer, places }: BaseContext,
  work: (prepared: readonly Prepared[], scratch: string) => Promise<T>,
): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-base-'));
  try {
    const prepared = readRecordings(recordings).map((recording, index): Prepared => {
      const { learner, weights, calibration } = fitNgram(recording, tokenizer);
      const ngram = NgramModel.build(recording.others, tokenizer, weights);
      const write = (kind: string, model: NgramModel) => {
        const path = join(scratch, `${index}-${kind}.ngram`);
        writeFileSync(path, model.serialize());
        return path;
      };
      return {
        name: recording.package,
        recording,
        places: sample(recording.places, places),
        ngram,
        calibration,
        snapshots: {
          fitted: write('fitted', ngram),
          shipped: write('shipped', NgramModel.build(recording.others, tokenizer)),
          learning: write('learning', learner),
        },
      };
    });
    return await work(prepared, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A seeded choice, in their order. */
export function sample<T>(items: readonly T[], count: number | undefined): readonly T[] {
  if (count === undefined || count >= items.length) return items;
  const kept = new Set(shuffled(items.length, seed).slice(0, count));
  return items.filter((_, index) => kept.has(index));
}
