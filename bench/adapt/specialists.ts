// What a package's specialist is made from: the base as it ships, or the product's own adaptation of it, without the files that recordings name.

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { assignSplits } from '../../src/workspace/files/file-names.ts';
import type { Split } from '../../src/workspace/files/harvest-types.ts';
import { adaptOn } from '../base/adapted.ts';
import type { Base } from '../base/types.ts';
import type { Recording } from '../common/recordings.ts';
import type { Made } from './positions.ts';

/** The n-grams of the files that a run would train on. */
export function untrained(base: Base, recording: Recording): Made {
  return { model: base.model, ...splitOf(recording) };
}

/** Throws where the run trains nothing. Its test files decide nothing in it, and calibrate here. */
export async function adaptedTo(base: Base, recording: Recording, minutes: number, scratch: string): Promise<Made> {
  const folder = mkdtempSync(join(scratch, 'run-'));
  const { model, report } = await adaptOn({ recording }, folder, base, minutes);
  return { model, trainingBytes: report.peakMemoryBytes, ...splitOf(recording) };
}

function splitOf({ others }: Recording): Pick<Made, 'train' | 'held'> {
  const splits = assignSplits(others.map(({ path }) => path));
  const of = (split: Split) => others.filter(({ path }) => splits.get(path) === split);
  return { train: of('train'), held: of('test') };
}
