// The editor's positions, and the offsets of next edits: in a text with '\n' line ends, where CRLF changes nothing.
import * as vscode from 'vscode';
import type { Replacement, TextSpan } from '../../edits/history/edit.ts';
import { lineNumber, lineStart, toLineFeeds } from '../../text/lines.ts';

/** The text's end if the position lies behind it. */
export function offsetIn(text: string, { line, character }: Pick<vscode.Position, 'line' | 'character'>): number {
  let start = 0;
  for (let number = 0; number < line; number++) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return Math.min(start + character, text.length);
}

export function positionIn(text: string, offset: number): vscode.Position {
  return new vscode.Position(lineNumber(text, offset), offset - lineStart(text, offset));
}

export function rangeIn(text: string, { start, end }: TextSpan): vscode.Range {
  return new vscode.Range(positionIn(text, start), positionIn(text, end));
}

export function spanIn(text: string, { start, end }: vscode.Range): TextSpan {
  return { start: offsetIn(text, start), end: offsetIn(text, end) };
}

/** @param before the text before the changes */
export function replacementsIn(
  before: string,
  changes: readonly Pick<vscode.TextDocumentContentChangeEvent, 'range' | 'text'>[],
): Replacement[] {
  return changes.map(({ range, text }) => ({ ...spanIn(before, range), text: toLineFeeds(text) }));
}
