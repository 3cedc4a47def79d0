// Where a block begins, where it ends and what closes it: by the rules of block-rules.ts, from brackets, words and
// indents alone. In the processes that draft, the language's grammar says what is a text. It comes as an argument: the
// editor's own process must not load tree-sitter.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import type { CompletionQuery, DraftOptions } from '../../common/completion.ts';
import { kindOf } from '../languages.ts';
import { brackets, isOnlyClosers, lineState } from '../line-state.ts';
import { indentColumns, indentWidth, lineAbove, lineAfter, lineBefore, lineEnd, linesBelow } from '../lines.ts';
import { blockRules, SAMPLED_OPENERS } from './block-rules.ts';
import { cursorDocument, type IncrementalParser, PARSE_MS } from './incremental-parser.ts';

type Node = TreeSitter.Node;

// ---- By the grammar, in the processes that draft.

const TEXT_NODE = /string|comment|heredoc|char_literal|regex/;

/**
 * The options, corrected by the grammar: no block inside a text. Unchanged if parsing takes too long.
 * @param parsed undefined: no grammar knows the language, and the options stay
 */
export function blockOptions(
  query: CompletionQuery,
  options: DraftOptions,
  parsed: IncrementalParser | undefined,
  parseMs = PARSE_MS,
): DraftOptions {
  if (!options.multiline || parsed === undefined) return options;
  const spot = cursorDocument(query);
  const isText = parsed.read(spot.withText(''), performance.now() + parseMs, (root) => isInText(root, spot.at));
  return isText ? { ...options, multiline: false } : options;
}

/** Whether the cursor is inside a string, a comment or a regular expression. */
function isInText(root: Node, at: number): boolean {
  const node = root.descendantForIndex(Math.max(0, at - 1), at);
  return node !== null && node.startIndex < at && node.endIndex > at && TEXT_NODE.test(node.type);
}

// ---- By rules: where a block begins.

/** The line that opens the block at the cursor: the cursor's own, or the line above if the cursor's is empty. */
export function openerLine(query: CompletionQuery): string {
  const before = lineBefore(query.prefix);
  return before.trim() === '' ? lineAbove(query.prefix) : before;
}

/**
 * Whether a block may be suggested at the cursor; else only the rest of the line. In prose the block is a paragraph.
 */
export function wantsBlock(query: CompletionQuery, indentUnit: string): boolean {
  const { languageId, prefix, suffix } = query;
  const before = lineBefore(prefix);
  const after = lineAfter(suffix);
  const isBlank = before.trim() === '';
  const rules = blockRules(languageId);
  if (rules === undefined) {
    // A new paragraph: an empty line, and below it another one or the end.
    return isBlank && after.trim() === '' && /^\s*(\n|$)/.test(suffix.slice(lineEnd(suffix) + 1));
  }
  if (after.trim() !== '' && !isOnlyClosers(after)) return false;
  if (lineState(languageId, before) !== 'code') return false;
  const line = openerLine(query);
  if (line === '' || lineState(languageId, line) === 'comment') return false;
  const opener = isBlank ? (rules.openerAbove ?? rules.opener) : rules.opener;
  if (!opener.test(line)) return false;
  // If the opener has a body already, it needs no second one.
  const below = linesBelow(suffix, 1)[0];
  return below === undefined || indentWidth(below, indentUnit) <= indentWidth(line, indentUnit);
}

/** Longest body that is sampled, lines. */
const SAMPLED_LINES = 12;

/**
 * The body below the opener at `index`, for training samples and measured positions: its first line and the line after
 * its last. At most 12 lines; the first and the last are not blank. Undefined if the line opens no block.
 */
export function bodyBelow(
  lines: readonly string[],
  index: number,
  kind: 'code' | 'prose',
): { readonly from: number; readonly to: number } | undefined {
  const line = lines[index] ?? '';
  const { code, prose, underline } = SAMPLED_OPENERS;
  const isOpener = kind === 'prose' ? prose.test(line) || (index > 0 && underline.test(line)) : code.test(line);
  if (!isOpener) return undefined;
  let from = index + 1;
  while (from < lines.length && lines[from]?.trim() === '') from++;
  const isInside =
    kind === 'prose'
      ? (text: string) => text.trim() !== '' && !prose.test(text) && !underline.test(text)
      : (text: string) => text.trim() === '' || indentColumns(text) > indentColumns(line);
  let to = from;
  while (to < lines.length && to - from < SAMPLED_LINES && isInside(lines[to] as string)) to++;
  while (to > from && lines[to - 1]?.trim() === '') to--;
  return to > from ? { from, to } : undefined;
}

// ---- By rules: what closes a block.

const CLOSING_TAG = /^<\/[\w:.-]*>?/;

/** The bracket, word or tag at a line's beginning that closes a block; '' if there is none. */
export function closerOf(line: string, languageId: string): string {
  const text = line.trimStart();
  if (/^[)\]}]/.test(text)) return text[0] as string;
  const word = blockRules(languageId)?.closingWords?.exec(text)?.[0].toLowerCase();
  return word ?? CLOSING_TAG.exec(text)?.[0] ?? '';
}

/** Whether a line begins with a closer. */
export function closesBlock(line: string, languageId: string): boolean {
  return closerOf(line, languageId) !== '';
}

/** Whether a line only closes: brackets, commas and semicolons, one tag, or a closing word and its arguments. */
function isClosingLine(line: string, languageId: string): boolean {
  const closer = closerOf(line, languageId);
  const rest = line.trim().slice(closer.length);
  if (closer.startsWith('<')) return closer.endsWith('>') && rest === '';
  return /^\w/.test(closer) || (closer !== '' && /^[)\]};,]*$/.test(rest));
}

/** Whether both lines begin with the same closer. A closing word equals its longer forms: `end` and `endif`. */
export function closeAlike(line: string, other: string, languageId: string): boolean {
  const [one, two] = [closerOf(line, languageId), closerOf(other, languageId)];
  return one !== '' && two !== '' && (one.startsWith(two) || two.startsWith(one));
}

/** Whether a closing line is unnecessary because the line below, as deep as it, begins with the same closer. */
export function isClosedBelow(line: string, below: string, languageId: string, indentUnit: string): boolean {
  return (
    below.trim().startsWith(line.trim()) &&
    closeAlike(line, below, languageId) &&
    !/[\p{L}\p{N}]/u.test(line.trim().slice(closerOf(line, languageId).length)) &&
    indentWidth(line, indentUnit) === indentWidth(below, indentUnit)
  );
}

// ---- By rules: where a block ends, and how deep its body is.

/**
 * Cuts a draft to the rest of the line, or to the block that the cursor's line opens. A line that is not deeper than
 * the opener ends the block. It stays if it closes the block and the line below does not.
 * @param block whether a block is wanted
 */
export function cutToBlock(text: string, query: CompletionQuery, block: boolean, indentUnit: string): string {
  if (!block) return text.split('\n', 1)[0] as string;
  const { languageId } = query;
  if (kindOf(languageId) === 'prose') return text.split(/\n[ \t]*\n/, 1)[0] as string;
  const opener = indentWidth(openerLine(query), indentUnit);
  const lines = text.split('\n');
  const below = linesBelow(query.suffix, 1)[0];
  // A draft without the document's indent is measured by its own first line; the filter `indent` moves it later.
  const first = lines.find((line, i) => i > 0 && line.trim() !== '') ?? '';
  const isFlat = indentWidth(first, indentUnit) <= opener && !isClosingLine(first, languageId);
  const base = isFlat ? indentWidth(first, indentUnit) - 1 : opener;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] as string;
    if (line.trim() === '') continue;
    const isClosing = isClosingLine(line, languageId);
    const closesFlat = isFlat && isClosing && brackets(lines.slice(1, i + 1).join('\n')).strayClosers.length > 0;
    if (indentWidth(line, indentUnit) > base && !closesFlat) continue;
    const isClosed =
      below !== undefined && closeAlike(line, below, languageId) && indentWidth(below, indentUnit) === opener;
    return lines.slice(0, isClosing && !isClosed ? i + 1 : i).join('\n');
  }
  return text;
}

/** Whether a body whose first line is this one may have the indent of its opener. */
export function mayBeFlat(opener: string, first: string, languageId: string): boolean {
  const rules = blockRules(languageId);
  return rules?.label?.test(first) === true || rules?.flatOpener?.test(opener) === true;
}
