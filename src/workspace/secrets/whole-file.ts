// Redacts a file of any size while it streams. A secret is found by its context, so redaction comes before splitting.
// Each window is redacted with the text before and after it, and with the first line of a table (its column names).

import { findSecrets, redactRanges } from './find.ts';
import { rangesIn, type SecretValues } from './known-values.ts';

/**
 * Length of a window without its context, in UTF-16 units. A longer line is cut: an expression over a line of some
 * millions overflows the stack of V8's engine.
 */
const windowLength = 1 << 20;
/** Context on both sides of a window. The longest secret, a private key in a log, is shorter. */
const contextLength = 1 << 16;
const longestHeader = 4096;

interface Window {
  readonly text: string;
  /** The range of `text` that belongs to no other window. */
  readonly start: number;
  readonly end: number;
}

/** A text before and after redaction. Both have the same length and line ends. */
export interface RedactedPiece {
  readonly raw: string;
  readonly text: string;
}

/** Adds the secrets of a file to `known`, so that `redactedPieces` redacts them on every line. */
export async function learnWhole(chunks: AsyncIterable<string>, path: string, known: SecretValues): Promise<void> {
  for await (const { text } of windowsOf(chunks, path)) known.learn(findSecrets(text, path));
}

/**
 * Yields a file's text in pieces of whole lines, except lines longer than a window, with its own and the known secrets
 * redacted.
 */
export async function* redactedPieces(
  chunks: AsyncIterable<string>,
  path: string,
  known: readonly SecretValues[],
): AsyncGenerator<RedactedPiece> {
  for await (const { text, start, end } of windowsOf(chunks, path)) {
    const redacted = redactRanges(text, rangesIn(text, findSecrets(text, path), known)).text;
    yield { raw: text.slice(start, end), text: redacted.slice(start, end) };
  }
}

async function* windowsOf(chunks: AsyncIterable<string>, path: string): AsyncGenerator<Window> {
  let [header, before, rest] = ['', '', ''];
  const windowTo = (end: number): Window => {
    const own = rest.slice(0, end);
    const text = header + before + rest.slice(0, end + contextLength);
    const start = header.length + before.length;
    if (header === '' && before === '' && /\.[ct]sv$/i.test(path)) header = firstLine(own);
    before = (before + own).slice(-contextLength);
    rest = rest.slice(end);
    return { text, start, end: start + own.length };
  };
  for await (const chunk of chunks) {
    rest += chunk;
    while (rest.length >= windowLength + contextLength) {
      yield windowTo(rest.lastIndexOf('\n', windowLength - 1) + 1 || windowLength);
    }
  }
  if (rest !== '') yield windowTo(rest.length);
}

function firstLine(text: string): string {
  const end = text.indexOf('\n') + 1;
  return end > longestHeader ? '' : text.slice(0, end);
}
