// Finds secrets in text and redacts them, so that none reaches a prompt, an index or the database.

import type { CutEdges } from '../../common/redaction.ts';
import { kindOf, languageIdOf, languageOf } from '../../text/languages.ts';
import { findAssignments } from './assignments.ts';
import { findCalls } from './calls.ts';
import { expression } from './expressions.ts';
import { findForms } from './forms.ts';
import { findUrlPieces } from './joined-urls.ts';
import { findKeyBlocks } from './key-blocks.ts';
import { findKubernetes } from './kubernetes.ts';
import { findPieces } from './pieces.ts';
import { findRandom, tokenRows } from './random-looking.ts';
import { type Finder, type Found, merged, type SearchedText, type Span } from './searched-text.ts';
import { findTables } from './tables.ts';
import { isNoWord, isPatterned, randomness } from './values.ts';
import { isWord, isWords } from './words.ts';

/** Replaces each UTF-16 unit of a secret except line ends, so offsets, lines and columns do not change. */
export const redactionCharacter = '*';

export interface Redacted {
  readonly text: string;
  /** Number of redacted ranges; overlapping ranges count as one. */
  readonly count: number;
}

/** A secret in a text, or one piece of a secret that is written in pieces ("abc" + "def"). */
export interface SecretRange extends Found {
  /** The value is no identifier and no word, so it is redacted everywhere, in any context. */
  readonly isDistinctive: boolean;
}

/**
 * Replaces every secret by asterisks of the same length. Redact the whole document first, then cut prefix and suffix at
 * the same offset. Takes about 2 ms for 100 KB of text without secrets.
 * @param path decides which rules apply; some apply only to certain file names
 */
export function redactSecrets(text: string, path: string, cut: CutEdges = {}): Redacted {
  return redactRanges(text, findSecrets(text, path, cut));
}

/** Redacts these ranges, which may overlap and come in any order. Overlapping ranges count as one. */
export function redactRanges(text: string, ranges: readonly Span[]): Redacted {
  if (ranges.length === 0) return { text, count: 0 };
  const parts: string[] = [];
  const disjoint = merged(ranges);
  let from = 0;
  for (const { start, end } of disjoint) {
    parts.push(text.slice(from, start), text.slice(start, end).replace(/[^\n\r]/g, redactionCharacter));
    from = end;
  }
  parts.push(text.slice(from));
  return { text: parts.join(''), count: disjoint.length };
}

/** The ranges of all secrets, sorted by start. One range may lie inside another (a token in a URL's password). */
export function findSecrets(text: string, path: string, cut: CutEdges = {}): SecretRange[] {
  const isProse = kindOf(languageIdOf(path)) === 'prose';
  const source: SearchedText = { text, path, isSettings: isSettings(path), isProse };
  const found = finders.flatMap((find) => find(source));
  if (cut.start || cut.end) found.push(...findPartialSecrets(text, cut));
  const ranges = withoutPublicBlocks(text, found).map((item) => ({
    ...item,
    isDistinctive: isDistinctive(item.value),
  }));
  ranges.push(...furtherOccurrences(text, ranges));
  return ranges.sort((a, b) => a.start - b.start || a.end - b.end);
}

const publicBlock = expression('beginning of a public block', 'g');
/** Longer blocks do not occur. UTF-16 units. */
const maxBlockLength = 20_000;

/** Drops lines of Base64 between the frames of a public key, a certificate or an encrypted message. */
function withoutPublicBlocks(text: string, found: readonly Found[]): readonly Found[] {
  if (found.length === 0 || !text.includes('-----BEGIN ')) return found;
  const blocks: [start: number, end: number][] = [];
  for (const { index } of text.matchAll(publicBlock)) {
    const end = text.indexOf('-----END ', index);
    if (end < 0) break;
    if (end - index < maxBlockLength) blocks.push([index, text.indexOf('-----', end + 9) + 5]);
  }
  return found.filter(
    (item) =>
      !/^[\w+/=\s\\-]*$/.test(item.value) || !blocks.some(([start, end]) => start <= item.start && item.end <= end),
  );
}

const finders: readonly Finder[] = [
  findKeyBlocks,
  findRandom,
  findAssignments,
  findForms,
  findKubernetes,
  findTables,
  findCalls,
  findPieces,
  findUrlPieces,
];

function isSettings(path: string): boolean {
  return (
    languageOf(languageIdOf(path)).bareValues ||
    /(?:^|\/)\.?env[^/]*$|rc$|\.(?:env|config|cnf|service|neon|pgpass|netrc|ipynb)$/i.test(path)
  );
}

/** Further occurrences of the distinctive values, which the rules may have missed. */
function furtherOccurrences(text: string, ranges: readonly SecretRange[]): SecretRange[] {
  const more: SecretRange[] = [];
  const starts = new Set(ranges.map(({ start }) => start));
  const seen = new Set<string>();
  for (const range of ranges) {
    const { value } = range;
    if (!range.isDistinctive || value.length > 2000 || seen.has(value) || seen.size >= 200) continue;
    seen.add(value);
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length))
      if (!starts.has(at)) more.push({ ...range, start: at, end: at + value.length });
  }
  return more;
}

/** Whether a value is a secret in any context. A password like `postgres` or `test1234` may be a name elsewhere. */
function isDistinctive(value: string): boolean {
  if (value.length < 6 || /^[\d.]+$/.test(value) || isNumbered(value)) return false;
  const hasSymbol = /[^\w.\s/-]/.test(value);
  if (value.length < 8) return hasSymbol || (/\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value));
  return isNoWord(value) || randomness(value) > 0 || hasSymbol || /(?:\s\S+){3}/.test(value);
}

/** Whether the value is a word of code and a number: `server12`. */
function isNumbered(value: string): boolean {
  const word = /^([A-Za-z]+)\d{1,4}$/.exec(value)?.[1]?.toLowerCase();
  return word !== undefined && (isWord(word) || isWords(word));
}

const prefixes = tokenRows.map(({ prefix }) => prefix).filter((prefix) => prefix.length >= 3);
/** UTF-16 units at an edge in which the lines of a key are searched for. */
const maxLength = 20_000;

/** Finds runs at a cut edge that look random or begin with a provider's token prefix. */
function findPartialSecrets(text: string, cut: CutEdges): Found[] {
  const found: Found[] = [];
  if (cut.start) {
    const run = /^[\w+/.~%-]+={0,2}/.exec(text)?.[0];
    if (run !== undefined && isPartialSecret(run)) found.push({ start: 0, end: run.length, value: run });
    const body = keyLines(/^[\w+/=]*\r?\n(?:[\w+/=]{16,}\r?(?:\n|$)){1,400}/.exec(text.slice(0, maxLength)), 1);
    if (body !== '') found.push({ start: 0, end: body.length, value: body });
  }
  if (cut.end) {
    const tail = text.slice(-maxLength);
    const run = /(?<![\w+/.~%-])[\w+/.~%-]+$/.exec(tail.slice(-2000))?.[0];
    if (run !== undefined) {
      const start = text.length - run.length;
      const at = prefixes.map((prefix) => lastStart(run, prefix)).filter((index) => index >= 0);
      if (at.length > 0)
        found.push({
          start: start + Math.min(...at),
          end: text.length,
          value: run.slice(Math.min(...at)),
        });
      else if (isPartialSecret(run)) found.push({ start, end: text.length, value: run });
    }
    const body = keyLines(/$(?<=(?:^|\n)((?:[\w+/=]{16,}\r?\n){1,400}[\w+/=]*))/.exec(tail), 0);
    if (body !== '') found.push({ start: text.length - body.length, end: text.length, value: body });
  }
  return found;
}

/** The start of a token with this prefix, if at least four more characters follow; else -1. */
function lastStart(run: string, prefix: string): number {
  const at = run.lastIndexOf(prefix);
  return at >= 0 && run.length - at - prefix.length >= 4 && (at === 0 || /[^A-Za-z\d]/.test(run[at - 1] as string))
    ? at
    : -1;
}

/** Whether the run may be part of a secret. A short run counts if letters and digits alternate. */
function isPartialSecret(run: string): boolean {
  if (run.length < 8) return false;
  if (randomness(run) > 0) return true;
  const alternations = run.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0;
  const digits = run.match(/\d/g)?.length ?? 0;
  return alternations >= 3 && digits >= 3 && /^[A-Za-z\d+/=-]*$/.test(run) && !isPatterned(run);
}

/** The lines of Base64 as in the body of a key, without those of words. The line at the edge may be short. */
function keyLines(match: RegExpExecArray | null, first: 0 | 1): string {
  const body = match?.[1] ?? match?.[0] ?? '';
  const line = body.split(/\r?\n/).at(first) ?? '';
  return randomness(line) > 0 ? body : '';
}
