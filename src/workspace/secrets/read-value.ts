// Reads the value at an offset: a quoted literal (also escaped or joined from several), a YAML block, or bare text.

import { indentLength, lineEnd, lineStart } from '../../text/lines.ts';
import { matchAt, skip } from '../../text/match-at.ts';
import { expression } from './expressions.ts';

/** A value and the ranges of its pieces. */
export interface ReadValue {
  /** The joined and unescaped pieces. */
  readonly text: string;
  /** Start and end offset of each piece. */
  readonly pieces: readonly (readonly [start: number, end: number])[];
  readonly quoted: boolean;
  /** The offset after the value and its closing quotes. */
  readonly next: number;
}

const maxValueLength = 400;
const opening = /(?:[rbfuRBFULN@$]{1,2}#{0,2}(?=["'`])|(?=\\*["'`]))(\\*)("""|'''|["'`]|&quot;)/y;
const joinPattern = expression('join of two literals', 'y');

/** Reads a quoted literal and the literals joined to it. Returns undefined if there is none or it does not end. */
export function readQuoted(text: string, at: number): ReadValue | undefined {
  const pieces: [number, number][] = [];
  let value = '';
  let next = at;
  let offset = at;
  for (let i = 0; i < 12; i++) {
    const piece = readLiteral(text, offset) ?? readTypographic(text, offset);
    if (piece === undefined) break;
    pieces.push([piece.start, piece.end]);
    value += unescaped(text.slice(piece.start, piece.end));
    next = piece.next;
    offset = skip(joinPattern, text, next);
    if (offset === next || value.length > 4 * maxValueLength) break;
  }
  return pieces.length === 0 ? undefined : { text: value, pieces, quoted: true, next };
}

function readLiteral(text: string, at: number): { start: number; end: number; next: number } | undefined {
  const opened = matchAt(opening, text, at);
  if (opened === null) return undefined;
  const [, slashes = '', quote = '"'] = opened;
  const start = opening.lastIndex;
  const close = slashes + quote;
  const limit = Math.min(text.length, start + maxValueLength);
  for (let i = start; i < limit; i++) {
    if (text.startsWith(close, i)) return { start, end: i, next: i + close.length };
    const unit = text[i];
    // A literal continues on the next line only after a backslash.
    if (unit === '\n' && quote.length === 1 && quote !== '`' && !/\\\r?$/.test(text.slice(i - 2, i))) return undefined;
    // An escaped quote inside the literal does not end it.
    if (unit === '\\' && slashes === '') i++;
  }
  return undefined;
}

/** Typographic opening quotes and their closing quotes: “x”, « x », 「x」. */
const typographic: Readonly<Record<string, string>> = {
  '“': '”',
  '„': '“”',
  '«': '»',
  '»': '«',
  '‘': '’',
  '‚': '‘’',
  '「': '」',
  '『': '』',
  '”': '”',
};

function readTypographic(text: string, at: number): { start: number; end: number; next: number } | undefined {
  const closing = typographic[text[at] ?? ''];
  if (closing === undefined) return undefined;
  const limit = Math.min(text.length, at + maxValueLength);
  for (let i = at + 1; i < limit && text[i] !== '\n'; i++) {
    if (!closing.includes(text[i] as string)) continue;
    const quoted = text.slice(at + 1, i);
    const start = at + 1 + quoted.search(/\S|$/);
    return { start, end: start + quoted.trim().length, next: i + 1 };
  }
  return undefined;
}

/** Removes only the escapes that matter in secrets: quotes, backslashes, slashes, dollar signs, line ends. */
function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\\r?\n\s*/g, '').replace(/\\+(["'`\\/$])/g, '$1') : text;
}

const bareCode = /^[^\s"'`,;<>()[\]{}|\\]+(?:[([{][^\s"'`,;<>()[\]{}|\\]*[)\]}]?)*/;
/** East Asian characters and typographic quotes. */
const foreignScript = /[\u0e00-\u0e7f\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef“”„«»‘’]/;
const bareSettings = /^[^\s"'`<>]+/;

/**
 * Reads unquoted text up to the next space.
 * @param isSettings the text is from a settings file or shell line, where brackets and commas belong to the value
 */
export function readBare(text: string, at: number, isSettings: boolean): ReadValue | undefined {
  const pattern = isSettings ? bareSettings : bareCode;
  const match = pattern.exec(text.slice(at, at + maxValueLength));
  if (match === null) return undefined;
  let found = match[0];
  // In a script without spaces, the sentence continues directly after the value.
  const script = found.search(foreignScript);
  if (script > 0) found = found.slice(0, script).replace(/[([{]$/, '');
  // Cut off the next parameter of a URL.
  found = found.replace(/&(?:amp;)?[\w.-]+=.*$/s, '');
  // Cut off the next setting of a connection string.
  found = found.replace(/;[\w ]+=.*$/s, '');
  if (isSettings) found = withoutClosing(found.replace(/(?:\\[nrt])+$/, '').replace(/[;,]$/, ''));
  else
    found = found.replace(/(?<![.,;:])[.,;:]+$/, '').replace(/(?<![!?])[!?]+$/, (end) => (/\d/.test(found) ? end : ''));
  if (found.length === 0) return undefined;
  // A backslash at the line end continues a shell line.
  const end = at + found.length - 1;
  const nextLine = skip(/\\\r?\n/y, text, end);
  if (nextLine > end) {
    const rest = readBare(text, nextLine, isSettings);
    const start: readonly [number, number] = [at, end];
    if (rest !== undefined)
      return { text: found.slice(0, -1) + rest.text, pieces: [start, ...rest.pieces], quoted: false, next: rest.next };
  }
  return { text: found, pieces: [[at, at + found.length]], quoted: false, next: at + found.length };
}

/** `{ user: x, password: y}`: the brackets at the end belong to the list around the value. */
function withoutClosing(value: string): string {
  return /[{[]/.test(value) ? value : value.replace(/(?<=[^\]}])[\]}]{1,8}$/, '');
}

/**
 * Reads a YAML block scalar after its header (`|`, `>-`): the lines indented deeper than `indent`, a piece per line.
 * @param at offset of the header
 */
export function readBlock(text: string, at: number, indent: number): ReadValue | undefined {
  const start = skip(/[|>][-+\d]{0,2}[ \t]*(?:#[^\n]*)?\r?\n/y, text, at);
  if (start === at) return undefined;
  const pieces: [number, number][] = [];
  let value = '';
  let line = start;
  while (line < text.length && pieces.length < 40) {
    const end = lineEnd(text, line);
    const content = text.slice(line, end);
    const trimmed = content.trim();
    const depth = indentLength(content);
    if (trimmed !== '' && depth <= indent) break;
    if (trimmed !== '') {
      pieces.push([line + depth, line + depth + trimmed.length]);
      value += trimmed;
    }
    line = end + 1;
  }
  return pieces.length === 0 ? undefined : { text: value, pieces, quoted: false, next: line };
}

/** Maximum distance searched for a line end, because a minified file is a single line. */
const maxLineLength = 2000;

export function lineStartOf(text: string, at: number): number {
  return lineStart(text, at, maxLineLength);
}

export function lineEndOf(text: string, at: number): number {
  return lineEnd(text, at, maxLineLength);
}
