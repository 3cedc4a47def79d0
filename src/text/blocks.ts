// Where a block begins and how far it goes, by indentation and headings alone: the same for every language.

import { CLOSING_WORDS } from './block-rules.ts';
import { indentColumns } from './indents.ts';

const maxLines = 12;

/** A brace, a bracket, an arrow, a colon, or a word that opens a block in languages without them. */
const opener = /(?:[{([]|=>|->|:|\b(?:do|then|else|begin|try|repeat))\s*$/;
/** Markdown, AsciiDoc, Org, Typst, LaTeX. */
const heading = /^(?:#{1,6}\s+\S|={1,6}\s+\S|\*{1,6}\s+\S|\\(?:sub)*section\b)/;
/** reStructuredText and Markdown's older form: a line under the title. */
const underline = /^(?:={3,}|-{3,}|~{3,}|\^{3,})\s*$/;

const closingWords = new Map(
  // Behind the word a name, a key or an assignment would go on: `end_date`, `end: 2`, `done=1`.
  Object.entries(CLOSING_WORDS).map(([id, { source, flags }]) => [id, new RegExp(`^(?:${source})(?![\\w:=-])`, flags)]),
);
const closingTag = /^<\/[\w:.-]*>?/;

/** The bracket, word or tag at a line's beginning that closes a block; '' if there is none. */
export function closerOf(line: string, languageId: string): string {
  const text = line.trimStart();
  if (/^[)\]}]/.test(text)) return text[0] as string;
  const word = closingWords.get(languageId)?.exec(text)?.[0].toLowerCase();
  return word ?? closingTag.exec(text)?.[0] ?? '';
}

/** Whether a line begins with what closes a block. */
export function closesBlock(line: string, languageId: string): boolean {
  return closerOf(line, languageId) !== '';
}

/** Whether a line only closes: brackets, commas and semicolons, one tag, or a closing word with what belongs to it. */
export function isClosingLine(line: string, languageId: string): boolean {
  const closer = closerOf(line, languageId);
  const rest = line.trim().slice(closer.length);
  if (closer.startsWith('<')) return closer.endsWith('>') && rest === '';
  return /^\w/.test(closer) || (closer !== '' && /^[)\]};,]*$/.test(rest));
}

/** Whether both lines close the same kind of block: `end` closes what `endif` does. */
export function closeAlike(line: string, other: string, languageId: string): boolean {
  const [one, two] = [closerOf(line, languageId), closerOf(other, languageId)];
  return one !== '' && two !== '' && (one.startsWith(two) || two.startsWith(one));
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
