// The recorded cursors, and the figures of the answers there, package by package.

import { type Line, lineFigures } from '../common/line-figures.ts';
import type { RecordedPosition } from '../common/recordings.ts';
import type { Figures } from '../figures.ts';
import type { Prepared } from './types.ts';

/** One cursor, with the package that it is in. */
export interface Cursor {
  readonly prepared: Prepared;
  readonly position: RecordedPosition;
}

export function cursorsOf(prepared: readonly Prepared[]): Cursor[] {
  return prepared.flatMap((item) => item.places.map((position) => ({ prepared: item, position })));
}

export function isPublic({ prepared }: Cursor): boolean {
  return prepared.recording.kind === 'public';
}

/** Figures of all places in published packages, and of each package's, the renamed one's among them. */
export function byPackage(cursors: readonly Cursor[], answers: readonly Line[]): Figures {
  const names = [...new Set(cursors.map(({ prepared }) => prepared.name))];
  const of = (wanted: (cursor: Cursor) => boolean) => answers.filter((_, i) => wanted(cursors[i] as Cursor));
  const published = of(isPublic);
  return {
    ...(published.length > 0 && lineFigures(published)),
    'by-package': Object.fromEntries(
      names.map((name) => [name, lineFigures(of(({ prepared }) => prepared.name === name))]),
    ),
  };
}
