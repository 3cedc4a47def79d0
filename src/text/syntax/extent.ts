// Where a block begins, as a grammar sees it: in an empty body, in a list under way, behind two alike in a file of tests; and not in a string.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import { isOnlyClosers } from '../brackets.ts';
import { commonPrefix } from '../edits.ts';
import { lineAfter, lineBefore, lineEnd } from '../lines.ts';
import { isTest } from '../test-paths.ts';
import { parserFor } from './grammars.ts';
import { enclosing, isComment, saying } from './nodes.ts';
import { withSyntax } from './parsing.ts';
import { spotOf } from './spot.ts';

type Node = TreeSitter.Node;

/** What takes longer to parse, ms, is known by brackets and indents alone. */
const MOST_MS = 40;
/** Of a block that nobody before the drafting process has called for, tokens. */
const BLOCK_TOKENS = 160;
/** Two blocks that are alike begin with so much of one text, UTF-16 units. */
const LEAST_ALIKE = 3;
/** What is separated by line ends alone, or by semicolons. */
const LISTS = new Set([
  'enum_body',
  'enum_variant_list',
  'field_declaration_list',
  'interface_body',
  'interface_type',
  'object_type',
]);
const IN_TEXT = /string|comment|heredoc|char_literal|regex/;

/** What a process drafts at a place, with the extent that a grammar gives it: where a block begins, and where it may end. */
export async function draftBySyntax(
  query: CompletionQuery,
  options: DraftOptions,
  draft: (options: DraftOptions) => Draft | Promise<Draft>,
): Promise<Draft> {
  return withSyntax(await draft(await optionsAt(query, options)), query);
}

/** The options, as a grammar would have them. As they are where no grammar knows the language. */
export async function optionsAt(
  query: CompletionQuery,
  options: DraftOptions,
  mostMs = MOST_MS,
): Promise<DraftOptions> {
  if (options.below === 'never') return options;
  const rest = lineAfter(query.suffix);
  if (rest.trim() !== '' && !isOnlyClosers(rest)) return options;
  const parsed = await parserFor(query.languageId);
  if (parsed === undefined) return options;
  const spot = spotOf(query);
  const document = spot.withText('');
  const found = parsed.read(document, performance.now() + mostMs, (root) => {
    if (options.multiline) return isInText(root, spot.at) ? 'no block' : undefined;
    return begins(root, document, spot.at, query) ? 'block' : undefined;
  });
  if (found === 'no block') return { ...options, multiline: false };
  return found === 'block' ? { ...options, below: 'wanted', maxTokens: BLOCK_TOKENS } : options;
}

/** A colon in a text opens nothing. */
function isInText(root: Node, at: number): boolean {
  const node = root.descendantForIndex(Math.max(0, at - 1), at);
  return node !== null && node.startIndex < at && node.endIndex > at && IN_TEXT.test(node.type);
}

function begins(root: Node, text: string, at: number, { path, prefix }: CompletionQuery): boolean {
  if (isInText(root, at)) return false;
  const begun = lineBefore(prefix).trimStart();
  // Round the line: what it has begun itself is still open.
  const from = at - begun.length;
  const around = enclosing(root, text, from);
  if (begun === '' && isInEmptyBody(root, text, at, around)) return true;
  const siblings = saying(around ?? root).filter(({ endIndex }) => endIndex < from);
  if (begun === '' && around && isList(around) && areLines(siblings)) return true;
  return isTest(path) && isRepeated(siblings, text, begun);
}

/** Nothing but comments, or what a documentation says, stands in the body. */
function isInEmptyBody(root: Node, text: string, at: number, around: Node | undefined): boolean {
  const opens = around?.firstChild;
  if (around && opens && !opens.isNamed && /[{([]$/.test(opens.text)) return saying(around).length === 0;
  // A body of indents alone ends with its last line: the cursor stands behind it.
  const last = text.slice(0, at).trimEnd().length;
  let node: Node | null = root.descendantForIndex(Math.max(0, last - 1), last);
  while (node && node.type !== 'block') node = node.parent;
  if (node === null || node.firstChild?.isNamed === false) return false;
  const columns = at - (text.lastIndexOf('\n', at - 1) + 1);
  return node.startPosition.column === columns && saying(node).every(isDocumentation);
}

function isDocumentation(node: Node): boolean {
  return node.type === 'expression_statement' && saying(node).every(({ type }) => type === 'string');
}

function isList(node: Node): boolean {
  return LISTS.has(node.type) || node.children.some((child) => child?.type === ',');
}

/** Two at least, each on a line of its own. */
function areLines(nodes: readonly Node[]): boolean {
  const rows = nodes.map(({ startPosition }) => startPosition.row);
  return new Set(rows).size === rows.length && rows.length >= 2;
}

/** The last two are blocks that begin alike, and so does what stands before the cursor. */
function isRepeated(siblings: readonly Node[], text: string, begun: string): boolean {
  const [first, second] = siblings.slice(-2);
  if (first === undefined || second === undefined || isComment(first)) return false;
  if ([first, second].some(({ startPosition, endPosition }) => startPosition.row === endPosition.row)) return false;
  const beginning = ({ startIndex }: Node) => text.slice(startIndex, lineEnd(text, startIndex));
  const [one, other] = [beginning(first), beginning(second)];
  const alike = one.slice(0, commonPrefix(one, other));
  return alike.length >= LEAST_ALIKE && alike.startsWith(begun);
}
