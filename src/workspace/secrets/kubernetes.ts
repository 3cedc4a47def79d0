// Finds the values of Kubernetes Secret objects: every value under data and stringData except placeholders.

import { indentLength } from '../../text/indents.ts';
import { lineEnd } from '../../text/lines.ts';
import type { Found, SearchedText } from './found.ts';
import { isPlaceholder } from './values.ts';

const secretKind = /\bkind["']?\s*:\s*["']?(?:Sealed)?Secret\b/;
const dataSection = /^([ \t]*)["']?(?:data|stringData)["']?\s*:\s*(?:\{\s*)?$/gm;
const dataEntry =
  /^([ \t]+)["']?[\w.-]+["']?\s*:\s*(?:([|>][-+\d]*)\s*$|["']?([^\s"'][^"'\n]*?)["']?,?(?:[ \t]+#.*|[ \t]*)$)/;

export function findKubernetes({ text }: SearchedText): Found[] {
  if (!text.includes('Secret') || !secretKind.test(text)) return [];
  const found: Found[] = [];
  // Lines of dashes separate the objects of a file.
  let start = 0;
  for (const part of text.split(/^(?=---)/m)) {
    if (secretKind.test(part))
      for (const item of valuesOf(part)) found.push({ ...item, start: item.start + start, end: item.end + start });
    start += part.length;
  }
  return found;
}

function valuesOf(part: string): Found[] {
  const found: Found[] = [];
  for (const match of part.matchAll(dataSection)) {
    const indent = match[1]?.length ?? 0;
    let at = match.index + match[0].length + 1;
    let blockScalarIndent = -1;
    while (at < part.length) {
      const end = lineEnd(part, at);
      const line = part.slice(at, end);
      const depth = indentLength(line);
      if (line.trim() !== '' && depth <= indent) break;
      const trimmed = line.trim();
      if (blockScalarIndent >= 0 && depth > blockScalarIndent && trimmed !== '')
        found.push(secretRange(at + depth, trimmed));
      else {
        blockScalarIndent = -1;
        const item = dataEntry.exec(line);
        const value = item?.[3];
        if (item?.[2] !== undefined) blockScalarIndent = depth;
        else if (value !== undefined && value.length >= 4 && !isPlaceholder(value))
          found.push(secretRange(at + line.lastIndexOf(value), value));
      }
      at = end + 1;
    }
  }
  return found;
}

function secretRange(start: number, value: string): Found {
  return { start, end: start + value.length, value, kind: 'Kubernetes Secret' };
}
