// Finds the values of Kubernetes Secrets: whatever they look like, the object says what they are.
import { indentLength } from '../../text/lines.ts';
import type { Found, SearchedText } from './searched-text.ts';
import { isPlaceholder } from './values.ts';

const secretKind = /\bkind["']?\s*:\s*["']?(?:Sealed)?Secret\b/;
const section = /^([ \t]*)["']?(?:data|stringData)["']?\s*:[ \t]*(?:\{[ \t]*)?\r?\n/gm;
/** What stands before a value: its name, or nothing in a block scalar. */
const before = /^[ \t]*(?:["']?[\w.-]{1,200}["']?\s*:[ \t]*)?["']?/;
/** The head of a block scalar, or the end of an object. */
const noValue = /^[|>][-+\d]*[ \t]*$|^[}\]]/;

export function findKubernetes({ text }: SearchedText): Found[] {
  if (!text.includes('Secret') || !secretKind.test(text)) return [];
  const found: Found[] = [];
  let start = 0;
  // Lines of dashes separate the objects of a file.
  for (const object of text.split(/^(?=---)/m)) {
    if (secretKind.test(object)) found.push(...valuesOf(object, start));
    start += object.length;
  }
  return found;
}

/** Without the comment behind a value, its comma and its closing quote. */
function withoutEnd(text: string): string {
  const comment = text.search(/[ \t]#/);
  const value = (comment < 0 ? text : text.slice(0, comment)).trimEnd();
  return value.slice(0, value.length - (/["']?,?$/.exec(value.slice(-2))?.[0].length ?? 0));
}

/** The values in the lines that are indented deeper than their section's name. */
function valuesOf(object: string, offset: number): Found[] {
  return [...object.matchAll(section)].flatMap(({ 0: head, 1: indent = '', index }) => {
    const found: Found[] = [];
    let at = index + head.length;
    for (const line of object.slice(at).split('\n')) {
      if (line.trim() !== '' && indentLength(line) <= indent.length) break;
      const start = before.exec(line)?.[0].length ?? 0;
      const value = withoutEnd(line.slice(start));
      if (value.length >= 4 && !noValue.test(value) && !isPlaceholder(value))
        found.push({ start: offset + at + start, end: offset + at + start + value.length, value });
      at += line.length + 1;
    }
    return found;
  });
}
