// How figures are printed and named: nested, one a line, or a row of them.

import type { Figures } from './figures.ts';

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

const titleWidth = 44;

/** Rows under a header, printed as they come. Nested keys are joined by '/'; what is nested deeper becomes rows of its own. */
export class Table {
  private readonly labels: Readonly<Record<string, string>>;
  private columns: readonly string[] = [];

  /** @param labels what a column is called in the header, where its key is long */
  constructor(labels: Readonly<Record<string, string>> = {}) {
    this.labels = labels;
  }

  row(title: string, figures: Figures, indent = '  '): void {
    const entries = Object.entries(figures);
    const flat = flattened(Object.fromEntries(entries.filter(([, value]) => !holdsRows(value))));
    if (flat.size > 0) this.line(title, flat, indent);
    else console.log(`${indent}${title}`);
    for (const [, value] of entries.filter(([, inner]) => holdsRows(inner))) {
      for (const [name, inner] of Object.entries(value)) this.row(name, inner as Figures, `${indent}  `);
    }
  }

  private line(title: string, flat: ReadonlyMap<string, Leaf>, indent: string): void {
    // Fewer columns than the header leave gaps; other ones need a header of their own.
    if (![...flat.keys()].every((key) => this.columns.includes(key))) {
      this.columns = [...flat.keys()];
      const header = this.columns.map((key) => this.label(key).padStart(this.width(key)));
      console.log(`${' '.repeat(titleWidth)}${header.join('')}`);
    }
    const cells = this.columns.map((key) => {
      const value = flat.get(key);
      const text = value === undefined ? '' : cell(value);
      // A longer text spoils the columns, and stays apart from its neighbour.
      return text.padStart(Math.max(this.width(key), text.length + 2));
    });
    console.log(`${(indent + title).padEnd(titleWidth)}${cells.join('')}`);
  }

  private label(key: string): string {
    return this.labels[key] ?? key;
  }

  private width(key: string): number {
    return Math.max(8, this.label(key).length + 2);
  }
}

export type Leaf = number | string;

/** What is not nested, by the keys down to it. */
export function flattened(figures: Figures, between = '/'): Map<string, Leaf> {
  return new Map(
    Object.entries(figures).flatMap(([key, value]): [string, Leaf][] =>
      typeof value === 'object'
        ? [...flattened(value, between)].map(([inner, leaf]) => [key + between + inner, leaf])
        : [[key, value]],
    ),
  );
}

/** All of its values are rows themselves. */
function holdsRows(value: number | string | Figures): value is Figures {
  return typeof value === 'object' && Object.values(value).every((inner) => typeof inner === 'object');
}

function cell(value: Leaf): string {
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? String(value) : Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1);
}

/** Keeps a row under a path of names. */
export function put(into: Record<string, Figures>, [name = '', ...rest]: readonly string[], row: Figures): void {
  if (rest.length === 0) {
    into[name] = { ...into[name], ...row };
    return;
  }
  const inner: Record<string, Figures> = { ...(into[name] as Record<string, Figures> | undefined) };
  put(inner, rest, row);
  into[name] = inner;
}

/** The same with every key in kebab case: '@tanstack/ai@0.58.0' is 'tanstack-ai-0-58-0'. */
export function kebab(figures: Figures): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [
      key
        .replace(/[^A-Za-z0-9]+/g, '-')
        .replace(/^-|-$/g, '')
        .toLowerCase(),
      typeof value === 'object' ? kebab(value) : value,
    ]),
  );
}
