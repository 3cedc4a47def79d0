// Draws the cursor places that a run fits and measures on, spread evenly over held-out files.

import { cursorExamples } from '../harvest/examples.ts';
import type { CursorExample, HarvestedFile, Split } from '../harvest/types.ts';

/** The calibration files, halved by order of path hash: what fits the mixing weights never fits the coupling. */
export interface HeldOut {
  readonly train: readonly HarvestedFile[];
  readonly mixing: readonly HarvestedFile[];
  readonly coupling: readonly HarvestedFile[];
  readonly test: readonly HarvestedFile[];
}

export function holdOut(files: readonly HarvestedFile[]): HeldOut {
  const of = (split: Split) => files.filter((file) => file.split === split);
  const calibration = of('calibration');
  // A folder with a single calibration file gives it to the coupling: the shipped mixing weights are sound defaults,
  // while a coupling without any local label is only a prior.
  const half = Math.floor(calibration.length / 2);
  return {
    train: of('train'),
    mixing: calibration.slice(0, half),
    coupling: calibration.slice(half),
    test: of('test'),
  };
}

/**
 * At most `limit` places over the files, as even a share of each as their lengths allow. Deterministic in `seed`.
 */
export function drawPlaces(files: readonly HarvestedFile[], limit: number, seed: number): CursorExample[] {
  const perFile: CursorExample[][] = [];
  let remaining = limit;
  // Shortest files first: what they cannot fill goes to the longer ones.
  const byLength = [...files].sort((a, b) => a.text.length - b.text.length || (a.path < b.path ? -1 : 1));
  byLength.forEach((file, index) => {
    const share = Math.ceil(remaining / (byLength.length - index));
    const drawn = cursorExamples(file, { max: share, seed });
    perFile.push(drawn);
    remaining -= drawn.length;
  });
  return perFile.flat();
}
