// Lines of a base with the n-grams at recorded cursors, as the product serves both: the bases that ship and one that was brought alike.
import type { PackageInfo } from '../../src/neural/models/list.ts';
import { listBases } from '../base/bases.ts';
import { cursorsOf } from '../base/cursors.ts';
import { preparer } from '../base/prepare.ts';
import { mixedLines } from '../base/specialist.ts';
import type { Base, Prepared } from '../base/types.ts';
import { withEngines } from '../common/engines.ts';
import { lineFigures } from '../common/line-figures.ts';
import { readRecordings } from '../common/recordings.ts';
import type { Figures } from '../figures.ts';

/** @param places of each package, a seeded choice; the same for every base. */
export function linesAt(positions: number, scratch: string): (base: PackageInfo) => Promise<Figures> {
  const prepared = preparer(readRecordings(undefined, ['public', 'renamed']), positions, scratch);
  return async ({ folder }) => {
    const base = (listBases([]).find(({ model }) => model === folder) ?? listBases([folder]).at(-1)) as Base;
    const cursors = cursorsOf(prepared(base));
    const shipped = { base, model: () => folder, snapshot: ({ snapshots }: Prepared) => snapshots.shipped };
    const found = lineFigures(await withEngines((engines) => mixedLines(engines, cursors, shipped)));
    const { places: count, 'exact-match': exact, 'edit-similarity': similar } = found;
    return { lines: { places: count as number, 'exact-match': exact as number, 'edit-similarity': similar as number } };
  };
}
