// A draft in its document, parsed: the cuts after which the document has new errors, and the cuts after a whole
// statement.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import { lineState } from '../line-state.ts';
import { lineBefore, lineEnd, lineNumber } from '../lines.ts';
import { blockOptions } from './blocks.ts';
import { parserFor, setAsideBecause } from './grammars.ts';
import { countErrors, cursorDocument, type IncrementalParser, PARSE_MS } from './incremental-parser.ts';

type Node = TreeSitter.Node;

/** Whether a node is a sequence without brackets, so that it may end after any of its children. */
function isSequence(node: Node): boolean {
  return node.children.every((child) => child?.isNamed === true);
}

/**
 * The smallest node around an offset that begins on an earlier line or ends on a later one. Undefined if that is the
 * document or a syntax error.
 */
function enclosing(root: Node, text: string, at: number): Node | undefined {
  const row = lineNumber(text, at);
  const isWider = ({ startIndex, startPosition, endPosition }: Node) =>
    startIndex < at && (startPosition.row < row || endPosition.row > row);
  let node: Node | null = root.descendantForIndex(Math.max(0, at - 1), at);
  while (node && (!isWider(node) || isSequence(node))) node = node.parent;
  return node === null || node.parent === null || node.isError ? undefined : node;
}

/** The end of a node and of the closers after it, if only closers follow on its last line. */
function endWithClosers({ endIndex }: Node, text: string): number {
  return endIndex + (/^[^\S\n]*(?:[)\]};,]+[^\S\n]*)?(?=\n|$)/.exec(text.slice(endIndex))?.[0].length ?? 0);
}

/** Whether a cut at `to` is inside a node that begins at `from` or later; separators after the cut may be missing. */
function isCutThrough(root: Node, text: string, from: number, to: number): boolean {
  let node: Node | null = root.descendantForIndex(Math.max(from, to - 1), to);
  for (; node && node.startIndex >= from; node = node.parent)
    if (node.endIndex > to && !isSequence(node) && /[^\s;,]/.test(text.slice(to, node.endIndex))) return true;
  return false;
}

/** Line ends that are checked. */
const MAX_ENDS = 12;
/** The end of an unfinished expression: errors after it say nothing about the text. */
const UNFINISHED =
  /(?:[-+*/%=<>!&|^~,.:?\\([{@#$]|=>|->|\b(?:else|do|then|in|of|return|and|or|not|if|async|await|new|case))$/;

/**
 * Drafts with the options that the grammar corrects, and marks where the draft may end.
 * @param parseMs time limit, ms; cuts that were not checked by then may be shown
 */
export async function draftBySyntax(
  query: CompletionQuery,
  options: DraftOptions,
  draft: (options: DraftOptions) => Draft | Promise<Draft>,
  parseMs = PARSE_MS,
): Promise<Draft> {
  const { languageId, path } = query;
  const parsed = await parserFor(languageId, path);
  const drafted = await draft(blockOptions(query, options, parsed, parseMs));
  // The same parser, so that a request fails once at most.
  const checked = withCheckedCuts(drafted, query, parsed, parseMs);
  const unparsed = setAsideBecause(path);
  return unparsed === undefined ? checked : { ...checked, unparsed };
}

/**
 * The draft with `brokenCuts`, the cuts that add syntax errors to the document, and `wholeCuts`. These are cuts after
 * several lines that end every block the lines began, inside the node around the cursor. Unchanged if no grammar knows the
 * language.
 */
function withCheckedCuts(
  draft: Draft,
  query: CompletionQuery,
  parsed: IncrementalParser | undefined,
  parseMs: number,
): Draft {
  const line = lineBefore(query.prefix) + draft.text.slice(0, lineEnd(draft.text));
  if (draft.text === '' || lineState(query.languageId, line) === 'comment') return draft;
  if (parsed === undefined) return draft;
  const ends = checkCuts(parsed, query, draft, performance.now() + parseMs);
  if (ends === undefined) return draft;
  const { brokenCuts, wholeCuts } = ends;
  return { ...draft, ...(brokenCuts.length > 0 && { brokenCuts }), ...(wholeCuts && { wholeCuts }) };
}

interface CheckedCuts {
  readonly brokenCuts: readonly number[];
  readonly wholeCuts?: readonly number[];
}

/**
 * Checks the draft and its continuation at each line end; lengths in UTF-16 units. Cuts inside a line are not checked:
 * `import a` has an error that `import a from 'a'` has not.
 */
function checkCuts(
  parsed: IncrementalParser,
  query: CompletionQuery,
  { text, continuation }: Draft,
  deadline: number,
): CheckedCuts | undefined {
  const spot = cursorDocument(query);
  const all = text + (continuation?.text ?? '');
  const errorsBefore = parsed.errorsIn(spot.withoutLine, deadline);
  if (errorsBefore === undefined) return undefined;
  // If the draft begins with a line end, its first line is the one below the cursor.
  const firstEnd = lineEnd(all, all.length - all.trimStart().length);
  const brokenCuts = new Set<number>();
  const wholeCuts = new Set<number>();
  const ends = [...all.matchAll(/\n|$/g)].map(({ index }) => index);
  for (const end of ends.slice(0, MAX_ENDS)) {
    const cut = all.slice(0, end).trimEnd();
    const isBelowFirstLine = cut.length > firstEnd;
    const isUnfinished = UNFINISHED.test(cut);
    // An element of a list is whole with its comma, too.
    if (isUnfinished && !(isBelowFirstLine && cut.endsWith(','))) continue;
    const checkedText = isUnfinished ? cut.slice(0, -1) : cut;
    const document = spot.withText(checkedText);
    const result = parsed.read(document, deadline, (root) => {
      const to = spot.at + checkedText.length;
      const within = enclosing(root, document, spot.at);
      const isPast = within !== undefined && endWithClosers(within, document) < to;
      return {
        errors: countErrors(root),
        isWhole: isBelowFirstLine && !isPast && !isCutThrough(root, document, spot.at + firstEnd + 1, to),
      };
    });
    if (result === undefined) return { brokenCuts: [...brokenCuts] };
    if (result.errors > errorsBefore) {
      if (!isUnfinished) brokenCuts.add(cut.length);
    } else if (result.isWhole) for (const part of [cut, cut.replace(/(?<![;,])[;,]+$/, '')]) wholeCuts.add(part.length);
  }
  return { brokenCuts: [...brokenCuts], ...(all.length > firstEnd && { wholeCuts: [...wholeCuts] }) };
}
