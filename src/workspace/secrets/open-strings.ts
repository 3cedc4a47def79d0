// Finds secrets in strings that are not closed yet: while one is being typed, the rules see no literal.

import { findSecrets, type SecretRange } from './redact.ts';

const quotes = ['"', "'", '`'] as const;
/** The beginning of a string that is a value or an argument. Its prefix: `f"..."`, `@"..."`. */
const openers = new Map(quotes.map((quote) => [quote, new RegExp(`[:=(,]\\s{0,8}[A-Za-z@$]{0,2}${quote}`, 'g')]));
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
      for (const { closed, from, to } of closedLines(line)) {
        tried += closed.length + perTry;
        if (tried > maxTried) break;
        for (const range of findSecrets(closed, path))
          if (range.start >= from && range.end <= to)
            found.push({ ...range, start: range.start + start, end: range.end + start });
      }
    }
    start = end + 1;
  }
  return found;
}

/** The line with one of its open strings closed: `from` to `to` is the string's text, the same as in the line. */
function* closedLines(line: string): Generator<{ closed: string; from: number; to: number }> {
  for (const quote of quotes) {
    if (!isOdd(line, quote)) continue;
    for (const { index, 0: opener } of [...line.matchAll(openers.get(quote) as RegExp)].slice(-maxStrings)) {
      const from = index + opener.length;
      const rest = line.slice(from).split(quote, 1)[0] as string;
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
