// Finds secrets in strings that are not closed yet: while one is being typed, the rules see no literal.

import { lineStart } from '../../text/lines.ts';
import { findSecrets, type SecretRange } from './find.ts';

const quotes = ['"', "'", '`'] as const;
/** What stands before a string that is a value or an argument: a sign, a word and a blank, or an option. */
const beforeString = '(?:[:=(,>[{][ \\t]{0,8}|\\w[ \\t]{1,8}|[ \\t]--?\\w{1,20}[ =]?|^[ \\t]{1,80})';
/** The beginning of a string. Its prefix: `f"..."`, `@"..."`. */
const openers = new Map(quotes.map((quote) => [quote, new RegExp(`${beforeString}[A-Za-z@$]{0,2}${quote}`, 'g')]));
/** A shorter line holds no name with a value. UTF-16 units. */
const minLine = 8;
/** Longer lines are data. UTF-16 units. */
const maxLine = 500;
/** Of a line with more strings, the last ones are tried. */
const maxStrings = 4;
/** Length of all lines that are tried in a text, UTF-16 units. It bounds the time in a text of quotes. */
const maxTried = 40_000;
/** What a try costs beside its length, as a length. */
const perTry = 60;

/** Secrets of strings without an end on their line: up to the line's end, its closing brackets, or the first space. */
export function findOpenSecrets(text: string, path: string): SecretRange[] {
  const found: SecretRange[] = [];
  let tried = 0;
  for (let start = 0; start <= text.length && tried < maxTried; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (end - start >= minLine && end - start <= maxLine) {
      const line = text.slice(start, end);
      // The name may stand at the end of the line above.
      const above = lineAbove(text, start);
      for (const { closed, from, to } of closedLines(line)) {
        tried += above.length + closed.length + perTry;
        if (tried > maxTried) break;
        const offset = start - above.length;
        for (const range of findSecrets(above + closed, path))
          if (range.start >= above.length + from && range.end <= above.length + to)
            found.push({ ...range, start: range.start + offset, end: range.end + offset });
      }
    }
    start = end + 1;
  }
  return found;
}

/** The line above with its line end, if a value or an argument may follow it. */
function lineAbove(text: string, start: number): string {
  const above = text.slice(lineStart(text, Math.max(0, start - 1), maxLine), start);
  return /[:=(,>[{][ \t]{0,8}\r?\n$/.test(above) ? above : '';
}

/** The line with one of its open strings closed: `from` to `to` is the string's text, the same as in the line. */
function* closedLines(line: string): Generator<{ closed: string; from: number; to: number }> {
  for (const quote of quotes) {
    if (!line.includes(quote)) continue;
    const found = [...line.matchAll(openers.get(quote) as RegExp)].slice(-maxStrings);
    const starts = new Set(found.map(({ index, 0: opener }) => index + opener.length));
    const hasOddQuotes = isOdd(line, quote);
    for (const from of starts) {
      const rest = line.slice(from).split(quote, 1)[0] as string;
      // With two cursors a line has two open strings, and the second one seems to close the first one.
      const isClosed = from + rest.length < line.length;
      const closesByOpening = starts.has(from + rest.length + 1);
      if (isClosed && !hasOddQuotes && !closesByOpening) continue;
      const ends = new Set([rest.length, withoutClosers(rest), rest.search(/[\s,;]|$/)]);
      for (const length of ends)
        if (length >= 6) yield { closed: `${line.slice(0, from + length)}${quote}`, from, to: from + length };
    }
  }
}

/** Whether the line has an odd number of these quotes, without escaped ones. */
function isOdd(line: string, quote: string): boolean {
  let count = 0;
  for (let at = line.indexOf(quote); at >= 0; at = line.indexOf(quote, at + 1)) if (line[at - 1] !== '\\') count++;
  return count % 2 === 1;
}

function withoutClosers(text: string): number {
  let length = text.length;
  while (length > 0 && /[\s,;)}\]]/.test(text[length - 1] as string)) length--;
  return length;
}
