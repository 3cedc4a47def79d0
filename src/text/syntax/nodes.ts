// What lies round a place in a grammar's tree, whatever the grammar: by rows, brackets and order alone.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { lineNumber } from '../lines.ts';

type Node = TreeSitter.Node;

export function isComment({ type }: Node): boolean {
  return type.includes('comment');
}

/** The children that say something. */
export function saying(node: Node): Node[] {
  return node.namedChildren.filter((child): child is Node => child !== null && !isComment(child));
}

/** Statements in a row and nothing round them: it ends where they do, and so with any of them. */
function isSequence(node: Node): boolean {
  return node.children.every((child) => child?.isNamed === true);
}

/**
 * The smallest node round a cursor that is more than its line: it begins on an earlier one or ends on a later one. Undefined where that is the
 * document, or where the grammar itself is at a loss.
 */
export function enclosing(root: Node, text: string, at: number): Node | undefined {
  const row = lineNumber(text, at);
  const isWider = ({ startIndex, startPosition, endPosition }: Node) =>
    startIndex < at && (startPosition.row < row || endPosition.row > row);
  let node: Node | null = root.descendantForIndex(Math.max(0, at - 1), at);
  while (node && (!isWider(node) || isSequence(node))) node = node.parent;
  return node === null || node.parent === null || node.isError ? undefined : node;
}

/** Where a node's last line ends if nothing but closers stands behind the node there, else where it ends itself. */
export function endOf({ endIndex }: Node, text: string): number {
  return endIndex + (/^[^\S\n]*[)\]};,]*[^\S\n]*(?=\n|$)/.exec(text.slice(endIndex))?.[0].length ?? 0);
}

/** Whether an end at `to` leaves something unfinished that begins at `from` or behind it; what separates it from the next is not missed. */
export function isCutThrough(root: Node, text: string, from: number, to: number): boolean {
  let node: Node | null = root.descendantForIndex(Math.max(from, to - 1), to);
  for (; node && node.startIndex >= from; node = node.parent)
    if (node.endIndex > to && !isSequence(node) && /[^\s;,]/.test(text.slice(to, node.endIndex))) return true;
  return false;
}
