// A file of any size, masked as a whole while it streams: a secret is found by what stands around it, so a file is
// masked before it is cut
// into lines or cells. Each window is masked with the text before and after it, and with the first line, which may name
// a table's columns.

import { findSecrets, maskRanges } from '../mask.ts';
import { rangesIn, type SecretValues } from './known.ts';

/** Of a window without its context, UTF-16 units; a line that is longer is cut at the second. */
const windowLength = 1 << 20;
const longestLine = 8 * windowLength;
/** On both sides of a window. The longest secret, a private key in a log, is shorter. */
const contextLength = 1 << 16;
const longestHeader = 4096;

interface Window {
  readonly text: string;
  /** The part that no other window has. */
  readonly start: number;
  readonly end: number;
}

/** The same text before and after masking: of the same length, with the same line ends. */
export interface MaskedPiece {
  readonly raw: string;
  readonly text: string;
}

/** Adds the secrets of a file to `known`, so that `maskedPieces` masks them in all its lines. */
export async function learnWhole(chunks: AsyncIterable<string>, path: string, known: SecretValues): Promise<void> {
  for await (const { text } of windowsOf(chunks, path)) known.learn(findSecrets(text, path));
}

/** A file's text in pieces of whole lines, with its own secrets and the known ones masked. */
export async function* maskedPieces(
  chunks: AsyncIterable<string>,
  path: string,
  known: readonly SecretValues[],
): AsyncGenerator<MaskedPiece> {
  for await (const { text, start, end } of windowsOf(chunks, path)) {
    const masked = maskRanges(text, rangesIn(text, findSecrets(text, path), known)).text;
    yield { raw: text.slice(start, end), text: masked.slice(start, end) };
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
      const lineEnd = rest.lastIndexOf('\n', windowLength - 1) + 1 || rest.indexOf('\n') + 1;
      if (lineEnd > 0 && lineEnd + contextLength <= rest.length) yield windowTo(lineEnd);
      else if (rest.length >= longestLine + contextLength) yield windowTo(longestLine);
      else break;
    }
  }
  if (rest !== '') yield windowTo(rest.length);
}

function firstLine(text: string): string {
  const end = text.indexOf('\n') + 1;
  return end > longestHeader ? '' : text.slice(0, end);
}
