// Runs the shape rules over a text. Skips rules whose required substring is absent.

import type { ShapeRow } from './accept.ts';
import { addressRows } from './addresses.ts';
import { commandRows } from './command-lines.ts';
import { fieldRows } from './fields.ts';
import type { Found, Parts, SearchedText } from './searched-text.ts';
import { shapeRows } from './shapes.ts';

const shapeRules: readonly ShapeRow[] = [...addressRows, ...shapeRows, ...commandRows, ...fieldRows];

export function findShapes({ text, path, parts }: SearchedText): Found[] {
  const found: Found[] = [];
  for (const row of shapeRules) {
    if ((row.paths && !row.paths.test(path)) || !mayMatch(row, parts.has)) continue;
    for (const match of text.matchAll(row.pattern)) {
      const secret = match.groups?.secret ?? match.slice(1).find((group) => group !== undefined) ?? match[0];
      const start = match.index + match[0].lastIndexOf(secret);
      if (row.accept?.(secret, match) ?? true)
        found.push({ start, end: start + secret.length, value: secret, kind: row.kind });
    }
  }
  return found;
}

function mayMatch({ contains }: ShapeRow, has: Parts['has']): boolean {
  if (contains === undefined) return true;
  return typeof contains === 'string' ? has(contains) : contains.some(has);
}
