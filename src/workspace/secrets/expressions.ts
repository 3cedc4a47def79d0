// Puts regular expressions together from pieces that can be read: rows of forms/expressions.json and named parts.

import rows from './forms/expressions.json' with { type: 'json' };
import namedParts from './forms/parts.json' with { type: 'json' };

/** An expression that is no form of a secret itself, but helps to find or to judge one. */
interface Row {
  readonly name: string;
  /** Those that change what it matches: i, m, u. */
  readonly flags?: string;
  readonly form: readonly string[];
  /** Two texts in which it matches, and one in which it does not. */
  readonly finds: readonly string[];
  readonly keeps: string;
}

export const expressions: readonly Row[] = rows;
export const parts: Readonly<Record<string, readonly string[]>> = namedParts;

/** The source of an expression in pieces; «x» is the part of that name. */
export function sourceOf(form: readonly string[]): string {
  return form.join('').replace(/«([^«»]*)»/g, (_, part: string) => sourceOf(parts[part] ?? []));
}

/** @param mode g or y */
export function expression(name: string, mode = ''): RegExp {
  const row = expressions.find((each) => each.name === name);
  if (row === undefined) throw new Error(`There is no expression '${name}'.`);
  return new RegExp(sourceOf(row.form), `${row.flags ?? ''}${mode}`);
}
