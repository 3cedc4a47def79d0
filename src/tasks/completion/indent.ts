// The document's indent instead of the model's.

import { closesBlock } from '../../text/blocks.ts';
import { indentFor, indentWidth, unitColumns, withIndentUnit } from '../../text/indents.ts';
import { openerLine } from '../../text/shape.ts';
import type { Context } from './filter.ts';

/** The document's indent unit, and the block one unit inside its opener. */
export function fixIndent(text: string, { query, block, indentUnit, before }: Context): string {
  const lines = text.split('\n');
  if (lines.length === 1) return text;
  const own = withIndentUnit(lines, indentUnit);
  if (!block) return own.join('\n');
  const opener = indentWidth(openerLine(query), indentUnit);
  const body = own.findIndex((line, i) => i > 0 && line.trim() !== '');
  // Only a cursor at the opener's end knows where the body's first line has to stand.
  if (body === -1 || before.trim() === '') return own.join('\n');
  if (closesBlock(own[body] as string)) return own.join('\n');
  const shift = opener + unitColumns(indentUnit) - indentWidth(own[body] as string, indentUnit);
  if (shift === 0) return own.join('\n');
  return own
    .map((line, i) => {
      if (i === 0 || line.trim() === '') return line;
      const last = i === own.length - 1 && closesBlock(line);
      const width = last ? opener : Math.max(opener, indentWidth(line, indentUnit) + shift);
      return indentFor(width, indentUnit) + line.trimStart();
    })
    .join('\n');
}
