// Where a block begins and how far it goes, by indentation and headings alone: the same for every language.

import { indentColumns } from './indents.ts';

const maxLines = 12;

/** A brace, a bracket, an arrow, a colon, or a word that opens a block in languages without them. */
const opener = /(?:[{([]|=>|->|:|\b(?:do|then|else|begin|try|repeat))\s*$/;
/** Markdown, AsciiDoc, Org, Typst, LaTeX. */
const heading = /^(?:#{1,6}\s+\S|={1,6}\s+\S|\*{1,6}\s+\S|\\(?:sub)*section\b)/;
/** reStructuredText and Markdown's older form: a line under the title. */
const underline = /^(?:={3,}|-{3,}|~{3,}|\^{3,})\s*$/;

/** A line that closes a block and belongs to it, by a bracket, a word or a tag. */
export function closesBlock(line: string): boolean {
  return /^\s*([)\]}]|end\b|fi\b|done\b|esac\b|<\/)/.test(line);
}

/**
 * The lines of the block that the given line opens: first line and the one after the last, at most 12, the first and
 * the last not blank. Undefined where it opens none.
 */
export function blockAfter(
  lines: readonly string[],
  index: number,
  kind: 'code' | 'prose',
): { readonly from: number; readonly to: number } | undefined {
  const line = lines[index] ?? '';
  const isOpener = kind === 'prose' ? heading.test(line) || (index > 0 && underline.test(line)) : opener.test(line);
  if (!isOpener) return undefined;
  let from = index + 1;
  while (from < lines.length && isBlank(lines[from])) from++;
  const first = lines[from];
  if (first === undefined) return undefined;
  const inside =
    kind === 'prose'
      ? (text: string) => !isBlank(text) && !heading.test(text) && !underline.test(text)
      : (text: string) => isBlank(text) || indentColumns(text) > indentColumns(line);
  let to = from;
  while (to < lines.length && to - from < maxLines && inside(lines[to] as string)) to++;
  while (to > from && isBlank(lines[to - 1])) to--;
  return to > from ? { from, to } : undefined;
}

function isBlank(line: string | undefined): boolean {
  return line !== undefined && line.trim() === '';
}
