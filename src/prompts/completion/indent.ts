// The document's indent instead of the model's.

import { closesBlock } from '../../text/blocks.ts';
import { indentFor, indentWidth, unitColumns, withIndentUnit } from '../../text/indents.ts';
import type { LanguageFamily } from '../../text/languages.ts';
import { openerLine } from '../../text/shape.ts';
import type { Context } from './filter.ts';

/** What may stand at the indent of the block's opener: labels of a switch or a class, and the items of a list in YAML. */
const OUTER: Partial<Record<LanguageFamily, RegExp>> = {
  bracket: /^\s*(?:case\b|default\b|(?:public|private|protected)[\w ]*:)/,
  data: /^\s*- /,
};
/** C++ only: other languages indent what is in it. */
const NAMESPACE = /^\s*(?:inline\s+)?namespace\b/;

/** The document's indent unit, and the block one unit inside its opener. */
export function fixIndent(text: string, { query, block, indentUnit, before, facts }: Context): string {
  const lines = text.split('\n');
  if (lines.length === 1) return text;
  const own = withIndentUnit(lines, indentUnit);
  if (!block) return own.join('\n');
  const opening = openerLine(query);
  const opener = indentWidth(opening, indentUnit);
  const body = own.findIndex((line, i) => i > 0 && line.trim() !== '');
  // Only a cursor at the opener's end knows where the body's first line has to stand.
  if (body === -1 || before.trim() === '') return own.join('\n');
  const first = own[body] as string;
  const width = indentWidth(first, indentUnit);
  const isNamespace = query.languageId.endsWith('cpp') && NAMESPACE.test(opening);
  const mayBeOuter = isNamespace || OUTER[facts.family]?.test(first) === true;
  const shift = opener + unitColumns(indentUnit) - width;
  if (closesBlock(first, query.languageId) || shift === 0 || (mayBeOuter && width === opener)) return own.join('\n');
  return own
    .map((line, i) => {
      if (i === 0 || line.trim() === '') return line;
      const last = i === own.length - 1 && closesBlock(line, query.languageId);
      const width = last ? opener : Math.max(opener, indentWidth(line, indentUnit) + shift);
      return indentFor(width, indentUnit) + line.trimStart();
    })
    .join('\n');
}
