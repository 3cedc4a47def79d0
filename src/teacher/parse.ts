// From what the model wrote to what is inserted: each filter takes back one habit of chat models, and has a golden test.

import type { TeacherRequest } from '../tasks/completion/teacher-request.ts';
import { bracketBalance, brackets } from '../text/brackets.ts';
import { languageIdOfFence } from '../text/languages.ts';
import { lastLines, lineAfter, lineBefore, lineEnd, toLineFeeds } from '../text/lines.ts';
import { closeTag, openTag } from './prompt.ts';

/** The inserted text alone. '' where nothing is left. Pure. */
export function cleanAnswer(raw: string, request: TeacherRequest): string {
  let text = toLineFeeds(inserted(raw));
  for (const filter of filters) text = filter(text, request);
  return text.trimEnd();
}

/**
 * What stands between the tags; the whole text where the model left them out.
 * @param more the answer still streams: a tag's first half at its end is held back
 */
export function inserted(raw: string, more = false): string {
  const open = raw.indexOf(openTag);
  const begun = open >= 0 ? raw.slice(open + openTag.length) : raw;
  const close = begun.indexOf(closeTag);
  if (close >= 0) return begun.slice(0, close);
  if (!more) return begun;
  const tag = open >= 0 ? closeTag : openTag;
  for (let length = Math.min(tag.length - 1, begun.length); length > 0; length--) {
    if (tag.startsWith(begun.slice(-length))) return begun.slice(0, -length);
  }
  return begun;
}

/**
 * A single line's answer is at its end although the model goes on. Not while what it wrote so far may still turn out to
 * be a line from above written again.
 */
export function lineIsComplete(raw: string, request: TeacherRequest): boolean {
  if (!inserted(raw).includes('\n')) return false;
  let text = toLineFeeds(inserted(raw));
  for (const filter of beforeFirstLine) text = filter(text, request);
  const line = /^.*\S.*(?=\n)/.exec(text)?.[0].trim();
  return (
    line !== undefined &&
    !lastLines(request.query.prefix, 6)
      .slice(0, -1)
      .some((above) => above.trim() === line)
  );
}

type Filter = (text: string, request: TeacherRequest) => string;

const beforeFirstLine: readonly Filter[] = [
  withoutFences,
  withoutMarkers,
  withoutLeadingLines,
  withoutEchoedLines,
  withoutEchoedLine,
  withoutEchoedWord,
  withoutIndent,
  withoutSecondSpace,
];

const filters: readonly Filter[] = [...beforeFirstLine, firstLine, withoutSuffixOnLine, withoutSuffixLines];

/** A code fence around the whole. In Markdown a fence may be what was asked for: only one that says 'markdown' goes. */
function withoutFences(text: string, { query }: TeacherRequest): string {
  const fence = /^\s*(```+|~~~+)([\w+#.-]*)[ \t]*\n/.exec(text);
  if (fence === null) return text;
  const [head, bar, info] = fence as unknown as [string, string, string];
  if (query.languageId === 'markdown' && languageIdOfFence(info) !== 'markdown') return text;
  const body = text.slice(head.length);
  const end = body.search(new RegExp(`^[ \\t]*${bar}[ \\t]*$`, 'm'));
  return end < 0 ? body : body.slice(0, end).replace(/\n$/, '');
}

function withoutMarkers(text: string): string {
  return text.replace(/<\|cursor(-\d+)?\|>/g, '');
}

/**
 * Empty lines at the start, where the cursor stands on an empty line or in the middle of one that goes on. Not where its
 * line is at its end: there they say that nothing is missing on it.
 */
function withoutLeadingLines(text: string, request: TeacherRequest): string {
  const line = lineBefore(request.query.prefix);
  const goesOn = !request.multiline && !/[;,:{([>]\s*$/.test(line);
  return goesOn || line.trim() === '' ? text.replace(/^(?:[ \t]*\n)+/, '') : text;
}

/** The last lines before the cursor written again, up to five of them and the cursor's own. */
function withoutEchoedLines(text: string, request: TeacherRequest): string {
  const lines = lastLines(request.query.prefix, 6);
  for (let count = lines.length; count >= 2; count--) {
    const echo = lines.slice(-count).join('\n');
    if (echo.trim().length >= 4 && text.startsWith(echo)) return text.slice(echo.length);
    const shifted = echo.trimStart();
    if (shifted.length >= 12 && shifted.includes('\n') && text.startsWith(shifted)) return text.slice(shifted.length);
  }
  return text;
}

/** The cursor's line written again from its start, with or without its indentation. */
function withoutEchoedLine(text: string, request: TeacherRequest): string {
  const line = lineBefore(request.query.prefix);
  const bare = line.trimStart();
  if (bare.trim().length < 3) return text;
  if (text.startsWith(line)) return text.slice(line.length);
  const start = text.trimStart();
  if (start.startsWith(bare)) return start.slice(bare.length);
  // The space at the line's end is easily lost, or becomes a line break.
  const trimmed = bare.trimEnd();
  if (trimmed === bare || !start.startsWith(trimmed)) return text;
  const rest = start.slice(trimmed.length);
  return /^\s|^$/.test(rest) ? rest.trimStart() : text;
}

/** The word that the cursor stands in, begun again: 'con' + 'console.log'. */
function withoutEchoedWord(text: string, request: TeacherRequest): string {
  const word = /[\p{L}\p{N}_$]{3,}$/u.exec(request.query.prefix)?.[0];
  return word !== undefined && text.startsWith(word) && /[\p{L}\p{N}_$]/u.test(text.charAt(word.length))
    ? text.slice(word.length)
    : text;
}

/** The indentation that already stands before the cursor. */
function withoutIndent(text: string, request: TeacherRequest): string {
  const line = lineBefore(request.query.prefix);
  if (line === '' || line.trim() !== '') return text;
  if (text.startsWith(line)) return text.slice(line.length);
  return text.replace(/^[ \t]+/, '');
}

function withoutSecondSpace(text: string, request: TeacherRequest): string {
  return /\S[ \t]+$/.test(lineBefore(request.query.prefix)) ? text.replace(/^[ \t]+/, '') : text;
}

function firstLine(text: string, { multiline }: TeacherRequest): string {
  return multiline ? text : text.slice(0, lineEnd(text));
}

/** What already stands after the cursor on its line, written again at the answer's end. */
function withoutSuffixOnLine(text: string, request: TeacherRequest): string {
  const rest = lineAfter(request.query.suffix).trim();
  if (rest === '') return text;
  const answer = text.trimEnd();
  for (let length = Math.min(rest.length, answer.length); length > 0; length--) {
    const overlap = rest.slice(0, length);
    if (!answer.endsWith(overlap)) continue;
    // Part of the rest only counts where it cannot be chance.
    if (length < rest.length && !/\w{2,}\W|\W\w{2,}/.test(overlap)) return text;
    const kept = answer.slice(0, answer.length - length);
    // Closers whose openers are not in the answer close what stands before the cursor.
    return brackets(answer).strayClosers.length >= -bracketBalance(overlap) ? kept : text;
  }
  return text;
}

/** Whole lines at the answer's end that stand right after the cursor's line, written again. */
function withoutSuffixLines(text: string, request: TeacherRequest): string {
  if (!request.multiline) return text;
  const answer = text.trimEnd().split('\n');
  const { suffix } = request.query;
  const following = suffix.slice(lineEnd(suffix) + 1).split('\n');
  while (following.length > 0 && (following[0] as string).trim() === '') following.shift();
  for (let count = Math.min(answer.length - 1, following.length); count > 0; count--) {
    const tail = answer.slice(-count).map((line) => line.trimEnd());
    if (tail.every((line, index) => line === following[index]?.trimEnd())) return answer.slice(0, -count).join('\n');
  }
  return text;
}
