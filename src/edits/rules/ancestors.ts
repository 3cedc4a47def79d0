// The lines that enclose a place, by their indent.
import { indentLength, lineEnd, lineStart } from '../../text/lines.ts';

/** Outermost first. */
export function ancestorsOf(text: string, at: number): string[] {
  const found: string[] = [];
  let start = lineStart(text, at);
  const own = text.slice(start, lineEnd(text, start));
  let indent = own.trim() === '' ? 1000 : indentLength(own);
  for (let lines = 0; start > 0 && indent > 0 && lines < 400; lines++) {
    start = lineStart(text, start - 1);
    const line = text.slice(start, lineEnd(text, start));
    if (line.trim() === '' || indentLength(line) >= indent || /^\s*[)\]}]/.test(line)) continue;
    indent = indentLength(line);
    found.push(line.trim());
  }
  return found.reverse();
}
