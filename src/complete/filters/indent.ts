// The document's indent instead of the model's.

import { openerLine } from '../shape.ts';
import { indentWidth, lineBefore } from '../text.ts';
import type { Context } from './context.ts';

/** The document's indent unit, and the block one unit inside its opener. */
export function fixIndent(text: string, { query, block, indentUnit }: Context): string {
  const lines = text.split('\n');
  if (lines.length === 1) return text;
  const foreign = indentUnit === '\t' ? foreignSpaces(lines) : lines.some((l) => l.startsWith('\t')) ? '\t' : '';
  const own = lines.map((line, i) => (i === 0 || foreign === '' ? line : convert(line, foreign, indentUnit)));
  if (!block) return own.join('\n');
  const opener = indentWidth(openerLine(query), indentUnit);
  const unit = indentUnit === '\t' ? 4 : indentUnit.length;
  const body = own.findIndex((line, i) => i > 0 && line.trim() !== '');
  // Only a cursor at the opener's end knows where the body's first line has to stand.
  if (body === -1 || lineBefore(query).trim() === '') return own.join('\n');
  const isCloser = (line: string) => /^\s*([)\]}]|end\b|fi\b|done\b|esac\b|<\/)/.test(line);
  if (isCloser(own[body] as string)) return own.join('\n');
  const shift = opener + unit - indentWidth(own[body] as string, indentUnit);
  if (shift === 0) return own.join('\n');
  return own
    .map((line, i) => {
      if (i === 0 || line.trim() === '') return line;
      const last = i === own.length - 1 && isCloser(line);
      const width = last ? opener : Math.max(opener, indentWidth(line, indentUnit) + shift);
      const indent = indentUnit === '\t' ? '\t'.repeat(Math.round(width / 4)) : ' '.repeat(width);
      return indent + line.trimStart();
    })
    .join('\n');
}

/** The unit of spaces in a text whose document has tabs: its narrowest indent; '' when it has none. */
function foreignSpaces(lines: readonly string[]): string {
  const widths = lines.slice(1).flatMap((line) => /^ +(?=\S)/.exec(line)?.[0].length ?? []);
  if (widths.length === 0) return '';
  const narrowest = Math.min(...widths);
  return ' '.repeat(narrowest % 4 === 0 ? 4 : narrowest % 3 === 0 ? 3 : 2);
}

function convert(line: string, from: string, to: string): string {
  let units = 0;
  while (line.startsWith(from, units * from.length)) units++;
  return to.repeat(units) + line.slice(units * from.length);
}
