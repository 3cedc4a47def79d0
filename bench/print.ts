// How figures are printed: nested, one a line, or a row of them.

import type { Figures } from './main.ts';

export function printFigures(title: string, figures: Figures): void {
  console.log(`\n${title}`);
  printRows(figures, '  ');
}

function printRows(figures: Figures, indent: string): void {
  for (const [key, value] of Object.entries(figures)) {
    if (typeof value === 'object') {
      console.log(`${indent}${key}`);
      printRows(value, `${indent}  `);
    } else console.log(`${indent}${key.padEnd(36 - indent.length)} ${cell(value)}`);
  }
}

/** A line: the title, then each key with its value, nested ones in brackets; a line more for each of what is nested deeper. */
export function row(title: string, figures: Figures, indent = '  '): string {
  const entries = Object.entries(figures);
  const deep = entries.filter(([, value]) => isDeep(value));
  const flat = Object.fromEntries(entries.filter(([, value]) => !isDeep(value)));
  const more = deep.flatMap(([, value]) =>
    Object.entries(value as Figures).map(([key, inner]) => row(key, inner as Figures, `${indent}  `)),
  );
  return [`${indent}${title.padEnd(46 - indent.length)} ${cells(flat)}`, ...more].join('\n');
}

/** All of its values are rows themselves. */
function isDeep(value: number | string | Figures): boolean {
  return typeof value === 'object' && Object.values(value).every((inner) => typeof inner === 'object');
}

function cells(figures: Figures): string {
  return Object.entries(figures)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? `[${cells(value)}]` : cell(value)}`)
    .join('   ');
}

function cell(value: number | string): string {
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? String(value) : Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1);
}
