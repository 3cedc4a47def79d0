// Nodes around an offset in a syntax tree of any grammar, found by rows, brackets and order.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { lineNumber } from '../lines.ts';

type Node = TreeSitter.Node;

/** Whether a node is a sequence without brackets, so that it may end after any of its children. */
function isSequence(node: Node): boolean {
  return node.children.every((child) => child?.isNamed === true);
}

/**
 * The smallest node around an offset that begins on an earlier line or ends on a later one. Undefined if that is the
 * document or a syntax error.
 */
export function enclosing(root: Node, text: string, at: number): Node | undefined {
  const row = lineNumber(text, at);
  const isWider = ({ startIndex, startPosition, endPosition }: Node) =>
    startIndex < at && (startPosition.row < row || endPosition.row > row);
  let node: Node | null = root.descendantForIndex(Math.max(0, at - 1), at);
  while (node && (!isWider(node) || isSequence(node))) node = node.parent;
  return node === null || node.parent === null || node.isError ? undefined : node;
}

/** The end of a node and of the closers after it, if only closers follow on its last line. */
export function endWithClosers({ endIndex }: Node, text: string): number {
  return endIndex + (/^[^\S\n]*(?:[)\]};,]+[^\S\n]*)?(?=\n|$)/.exec(text.slice(endIndex))?.[0].length ?? 0);
}

/** Whether a cut at `to` is inside a node that begins at `from` or later; separators after the cut may be missing. */
export function isCutThrough(root: Node, text: string, from: number, to: number): boolean {
  let node: Node | null = root.descendantForIndex(Math.max(from, to - 1), to);
  for (; node && node.startIndex >= from; node = node.parent)
    if (node.endIndex > to && !isSequence(node) && /[^\s;,]/.test(text.slice(to, node.endIndex))) return true;
  return false;
}
