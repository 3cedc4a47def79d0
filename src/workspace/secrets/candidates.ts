// Reads the candidate values at an offset: quoted literals, lists of them, YAML blocks, table cells, bare text.

import { matchAt, skip } from '../../text/match-at.ts';
import { expression } from './expressions.ts';
import { lineStartOf, type ReadValue, readBare, readBlock, readQuoted } from './read-value.ts';
import type { SearchedText } from './searched-text.ts';
import { isNoWord, isPassphrase } from './values.ts';
import { isWord } from './words.ts';

/** `literal`: the text is the value itself, not a reference to a value elsewhere. */
export type ValueCandidate = ReadValue & { readonly literal: boolean };

/** A name and its surroundings. */
export interface NamedSpot {
  /** The value may have several words. */
  readonly isPhrase: boolean;
  readonly source: SearchedText;
  readonly start: number;
  readonly lineStart: number;
  /** The text of the line before the name, at most 200 UTF-16 units. */
  readonly before: string;
  readonly isFlag: boolean;
  /** The name is in a language other than English, so it is not an identifier in code. */
  readonly isForeign: boolean;
}

const q = String.raw`\\*["']`;
const constructors = [
  'Some|Ok|String(?:::from)?|std::string|SecretStr|SecretString|Secret|SecureString|Password|Buffer\\.from|bytes',
  'bytearray|str|b64decode|base64\\.b64decode|atob|strdup|ref|literal|quote|TEXT|_T|L|toSecret|secret|sensitive',
  'nonsensitive|Value|pulumi\\.secret|pulumi\\.String|aws\\.String|to_?string|strings?\\.TrimSpace|ptr|StringPtr',
].join('|');
const lookups = [
  'getenv|environ\\.get|env|getProperty|get_or|getOrDefault|get|fetch|Getenv|getEnv|lookup|optional|config|setdefault',
  'setting',
].join('|');
const orElse = String.raw`\.(?:unwrap_or(?:_else)?|orElse(?:Get)?|getOrElse|or_else)\(\s*(?:\|\w*\|\s*|\(\)\s*->\s*)?`;
/** A call or constructor that takes the literal, or an expression that falls back to it. */
const wrappers: readonly string[] = [
  // Two quotes, and a literal that is joined to an empty one.
  String.raw`'(?='[^'\n])`,
  '["\'`][ \\t]*(?:\\+|[ \\t]\\.{1,2}[ \\t]|&|<>|\\|\\|)[ \\t]*(?=["\'`])',
  // Templates, tags of YAML, bytes of Go, defaults of Jinja and Protobuf.
  String.raw`<%=?[ \t]*|!Sub[ \t]+|Just[ \t]+|\[\]byte\(`,
  String.raw`\{\{[^{}'"\n]{0,60}\|[ \t]*default\([ \t]*|\d+[ \t]*\[default[ \t]*=[ \t]*`,
  // `read("NAME") || "x"`, `env("NAME").orElse("x")`.
  String.raw`[\w.:$]{1,60}\(\s*["'][\w.-]{0,60}["']\s*\)\s*(?:(?:\?:|\?\?|\|\||or\b)\s*|${orElse})(?=["'${'`'}])`,
  // `CharField(default="x")`, `String::from("x")`, `getenv("NAME", "x")`.
  String.raw`\w{0,20}(?:Field|field|column|Column)\(\s*(?:default\s*=\s*)?(?=["'])`,
  String.raw`(?:new[ \t]+)?(?:${constructors})\(\s*`,
  String.raw`[\w.$]{0,60}?(?:${lookups})\(\s*${q}[\w.-]+${q}\s*,\s*(?:default\s*=\s*)?`,
  // `options.x || "x"`, `isTest ? "x"`, a list, `${NAME:-x}`.
  String.raw`[\w$.]{1,60}(?:\[\\*["']?\w{1,60}\\*["']?\])?[ \t]*(?:\|\||\?\?|\?:|\bor\b)[ \t]*`,
  String.raw`[\w.!()]{1,40}[ \t]+\?[ \t]*(?=["'${'`'}])`,
  '[([{]\\s*(?=["\'`\\\\bru@(])',
  String.raw`\s*\.?orElse\([ \t]*|\$\{[\w.]+:-?(?=[^}\s])`,
];
const wrapper = new RegExp(`(?:${wrappers.join('|')})`, 'y');

export function literals(text: string, at: number): ValueCandidate[] {
  const value = readQuoted(text, at);
  return value === undefined ? [] : [{ ...value, literal: true }];
}

/** @param isText the value is plain text without doubt, as between tags or in a table cell */
export function literalOrBare(spot: NamedSpot, at: number, isText: boolean): ValueCandidate[] {
  const { source, lineStart } = spot;
  const { text } = source;
  let from = at;
  for (let i = 0; i < 4; i++) {
    const wrapperEnd = skip(wrapper, text, from);
    if (wrapperEnd === from) break;
    from = wrapperEnd;
  }
  const wrapped = literalsIn(text, at, from);
  if (wrapped.length > 0) return wrapped;
  if (from !== at && !/\$\{[\w.]+:-?$/.test(text.slice(at, from))) return [];
  const indent = text.slice(lineStart).search(/\S/);
  const block = readBlock(text, at, indent);
  // `key-blocks.ts` finds private keys in blocks.
  if (block !== undefined) return /-----BEGIN|BEGIN PGP/.test(block.text) ? [] : [{ ...block, literal: true }];
  // A value on the next line is indented deeper than its name.
  const line = lineStartOf(text, from);
  if (line > lineStart && text.slice(line, from).length <= indent) return [];
  const candidates = [
    isText || spot.isPhrase ? readCell(text, at) : undefined,
    isText || !valueFillsLine.test(source.path) ? undefined : readWords(text, from),
    isText ? undefined : readBare(text, from, source.isSettings || spot.isFlag),
  ];
  return candidates.flatMap((value) => (value && value.next > at ? judgedBare(spot, value, from, isText) : []));
}

/** The literals from `from` on. A wrapper before them, such as a list or a conditional, may contain several. */
function literalsIn(text: string, at: number, from: number): ValueCandidate[] {
  const values: ValueCandidate[] = [];
  const isConditional = /\?\s*$/.test(text.slice(at, from));
  for (let offset = from, i = 0; i < 20; i++) {
    const value = readQuoted(text, offset);
    if (value === undefined) break;
    // `{ "key": value }`
    if (from > at && !isConditional && skip(/\s*:/y, text, value.next) > value.next) break;
    values.push({ ...value, literal: true });
    if (from === at) break;
    // `isTest ? "a" : "b"`
    offset = skip(isConditional ? /\s*:\s*/y : /\s*,\s*/y, text, value.next);
    if (offset === value.next) break;
  }
  return values;
}

/** Tells unquoted text that is a value from code. */
function judgedBare(
  { source, lineStart, before, isFlag, isForeign }: NamedSpot,
  value: ReadValue,
  from: number,
  isText: boolean,
): ValueCandidate[] {
  const { text, path, isSettings, isProse } = source;
  const isValue = isText || isFlag || isSettings;
  // In a comment, a document or another string, unquoted text is a value only if it is not a word.
  const isPlainText = isProse || isForeign || isComment(before) || isInString(before);
  const isCode = isExpression(value.text);
  if (!isValue && !isPlainText && isCode) return [];
  const isUnusual = isPlainText && (isNoWord(value.text) || isPassphrase(value.text));
  const mayBeCode = !(isSettings || isFlag || isInString(before)) || /\.(?:tf|hcl)$/.test(path);
  const literal = isValue || isVariable(text, lineStart, from) || isUnusual;
  const isReference = isCode && (mayBeCode || !isNumberedName(value.text));
  return [{ ...value, literal: literal && !isReference }];
}

/** `Luna.Thyme4`: names with points of which the last one ends in a number, and that are no words of code. */
function isNumberedName(value: string): boolean {
  const names = value.split('.').map((name) => name.replace(/\d{1,9}$/, '').toLowerCase());
  return /^[A-Za-z.]+\d+$/.test(value) && !names.some(isWord);
}

/** Files in which an unquoted value goes on to the end of its line, or to a comment. */
const valueFillsLine = /\.(?:ini|cfg|conf|cnf|config|properties|ya?ml|env)$|(?:^|\/)\.env[^/]*$|[^/.]rc$/i;

/** Reads several words with single blanks between them, up to the line's end or a comment. */
function readWords(text: string, at: number): ReadValue | undefined {
  const words = /[A-Za-z\d]\S{0,80}(?: (?![#;])\S{1,80}){1,9}(?=[ \t]{0,80}(?:[ \t][#;]|\r?$))/my;
  const value = matchAt(words, text, at)?.[0];
  if (value === undefined) return undefined;
  return { text: value, pieces: [[at, at + value.length]], quoted: false, next: at + value.length };
}

/** Whether only `NAME=` precedes the value on its line, as in a shell. Applies to any file, such as a patch. */
function isVariable(text: string, lineStart: number, at: number): boolean {
  return at - lineStart < 80 && /^[-+]?(?:export[ ]+)?[A-Z][A-Z\d_]+=$/.test(text.slice(lineStart, at));
}

const cell = expression('cell or text of an element', 'y');

/** Reads text up to the next tag, bar or line end. */
function readCell(text: string, at: number): ReadValue | undefined {
  const match = matchAt(cell, text, at);
  const cellText = match?.[1];
  if (match === null || cellText === undefined) return undefined;
  const start = match.index + match[0].indexOf(cellText);
  return {
    text: cellText,
    pieces: [[start, start + cellText.length]],
    quoted: false,
    next: start + cellText.length,
  };
}

/** Whether the value cannot be a name: it has two digits or a symbol, or its letters form no words. */
export function isMixed(value: string): boolean {
  if (/^[A-Za-z]*[a-z][A-Z][a-z]+\d+$/.test(value) || isNoWord(value.replace(/\d/g, ''))) return true;
  return (/\d.*\d|[!@#$%^&*?]/.test(value) && /[A-Za-z]/.test(value)) || (!/\d/.test(value) && isNoWord(value));
}

/** Whether unquoted text is code: `a.b.c`, `FOO_BAR`, `a[0]`, `f(x)`. */
export function isExpression(text: string): boolean {
  return (
    /^[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)+$/.test(text) ||
    /^[\w.$?]+\(|[\w)]\[|^[A-Z][A-Z\d_]+$/.test(text)
  );
}

function isComment(before: string): boolean {
  return /(?:^|\s)(?:\/\/|\/\*|#|--|\*|;|%|<!--|REM\b|rem\b)/.test(before);
}

/** Whether a quote is still open at the end of `before`. */
function isInString(before: string): boolean {
  let open = '';
  for (let i = 0; i < before.length; i++) {
    const unit = before[i] as string;
    if (unit === '\\') i++;
    else if (open === unit) open = '';
    else if (open === '' && (unit === '"' || unit === "'" || unit === '`')) open = unit;
  }
  return open !== '';
}
