// Snippets of other files for a model's prompt: definitions of the names around the cursor, and windows that share rare
// tokens with it. For the second, RepoCoder (Zhang et al. 2023) uses the Jaccard similarity of windows; here rare
// tokens are weighted by their inverse frequency, straight from the index.
import type { CompletionQuery, Snippet, SnippetOptions } from '../../common/completion.ts';
import { lineStart } from '../../text/lines.ts';
import { headOf } from '../../text/windows.ts';
import type { Overlay } from './overlay.ts';
import type { ProjectIndex } from './project-index.ts';
import type { Vocabulary } from './vocabulary.ts';

const windowTokens = 128;
/** Text around the cursor in which names and rare tokens are looked for, UTF-16 units. */
const reachBefore = 1200;
const reachAfter = 400;
/** A token with more occurrences in the project is not rare. */
const rare = 300;
const mostRareTokens = 48;
const mostNames = 12;
/** Lines of a definition. */
const definitionLines = 12;

const definitionKeywords = [
  'function',
  'class',
  'interface',
  'type',
  'const',
  'enum',
  'def',
  'struct',
  'fn',
  'func',
  'trait',
];
const names = /[\p{L}_$][\p{L}\p{N}_$]{2,}/gu;

/** A run of tokens in one file, and its score. */
interface ScoredRun {
  readonly path: string;
  readonly tokens: Int32Array;
  readonly fileStart: number;
  readonly fileEnd: number;
  readonly at: number;
  readonly score: number;
  readonly kind: 'definition' | 'window';
}

/** Best first: definitions alternate with similar windows. Never from the query's own file. */
export function findSnippets(
  query: CompletionQuery,
  { maxSnippets, maxCharacters }: SnippetOptions,
  project: ProjectIndex,
  overlay: Overlay,
  vocabulary: Vocabulary,
): Snippet[] {
  overlay.flush(query.path);
  project.setOwn(query.path);
  const around = query.prefix.slice(-reachBefore) + query.suffix.slice(0, reachAfter);
  const definitions = findDefinitions(query, project, vocabulary);
  const windows = findWindows(around, query.path, project, overlay, vocabulary);
  const snippets: Snippet[] = [];
  let left = maxCharacters;
  const taken: { path: string; from: number; to: number }[] = [];
  for (const found of alternate(windows, definitions)) {
    if (snippets.length >= maxSnippets || left < 80) break;
    const range = linesOf(found, vocabulary);
    if (taken.some(({ path, from, to }) => path === found.path && range.from < to && range.to > from)) continue;
    const text = headOf(decodeLines(found, range, vocabulary), left, 0);
    if (text.trim() === '') continue;
    taken.push({ path: found.path, ...range });
    snippets.push({ path: found.path, text, line: linesBefore(found, range.from, vocabulary) });
    left -= text.length;
  }
  return snippets;
}

/** Definitions of the names nearest to the cursor that the query's own file does not define. */
function findDefinitions(query: CompletionQuery, project: ProjectIndex, vocabulary: Vocabulary): ScoredRun[] {
  const near = query.prefix.slice(-500).match(names) ?? [];
  const unique = [...new Set(near.reverse())].slice(0, mostNames);
  const found: ScoredRun[] = [];
  for (const [index, name] of unique.entries()) {
    for (const definer of definitionKeywords) {
      if (query.prefix.includes(`${definer} ${name}`)) continue;
      for (const lead of ['', ' ']) {
        const tokens = vocabulary.tokenizer.encode(`${lead}${definer} ${name}`);
        for (const end of project.find(tokens, 4)) {
          if (continuesName(project.arrays.tokens[end] as number, vocabulary)) continue;
          const file = project.fileAt(end);
          if (file !== undefined) found.push({ ...file, at: end - tokens.length, score: -index, kind: 'definition' });
        }
      }
    }
  }
  return found.sort((a, b) => b.score - a.score);
}

function continuesName(token: number, vocabulary: Vocabulary): boolean {
  if (token === vocabulary.separator) return false;
  return /^[\p{L}\p{N}_$]/u.test(vocabulary.decode(vocabulary.tokenizer.bytesOf(token)));
}

function findWindows(
  around: string,
  own: string,
  project: ProjectIndex,
  overlay: Overlay,
  vocabulary: Vocabulary,
): ScoredRun[] {
  const rareTokens = [...new Set(vocabulary.tokenizer.encode(around))]
    .filter((token) => vocabulary.blank[token] === 0 && vocabulary.tokenizer.bytesOf(token).length > 2)
    .map((token) => ({ token, count: project.countOf(token) }))
    .filter(({ count }) => count <= rare)
    .sort((a, b) => a.count - b.count)
    .slice(0, mostRareTokens);
  const weights = new Map(
    rareTokens.map(({ token, count }) => [token, Math.log(1 + project.tokenCount / (1 + count))]),
  );
  const scores = new Map<number, number>();
  for (const { token } of rareTokens) {
    const weight = weights.get(token) as number;
    let last = -1;
    for (const at of project.occurrences(token)) {
      const window = Math.floor(at / windowTokens);
      // Occurrences are not in text order: a window that repeats a token may rarely count it twice.
      if (window !== last) scores.set(window, (scores.get(window) ?? 0) + weight);
      last = window;
    }
  }
  const found: ScoredRun[] = [];
  for (const [window, score] of [...scores].sort((a, b) => b[1] - a[1]).slice(0, 24)) {
    const file = project.fileAt(window * windowTokens + windowTokens / 2);
    if (file !== undefined) found.push({ ...file, at: window * windowTokens, score, kind: 'window' });
  }
  for (const { path, tokens } of overlay.tokenized()) {
    if (path === own) continue;
    for (let at = 0; at < tokens.length; at += windowTokens) {
      const held = new Set(tokens.subarray(at, at + windowTokens));
      const score = rareTokens.reduce(
        (sum, { token }) => sum + (held.has(token) ? (weights.get(token) as number) : 0),
        0,
      );
      if (score > 0) found.push({ path, tokens, fileStart: 0, fileEnd: tokens.length, at, score, kind: 'window' });
    }
  }
  // One or two shared tokens are chance.
  const least = 3 * Math.log(1 + project.tokenCount / 50);
  return found.filter(({ score }) => score >= Math.min(least, 12)).sort((a, b) => b.score - a.score);
}

/** The first of each in turn, then the second of each, and so on. */
function alternate<T>(a: readonly T[], b: readonly T[]): T[] {
  const longest = Math.max(a.length, b.length);
  return Array.from({ length: longest }, (_, i) => [a[i], b[i]])
    .flat()
    .filter((item): item is T => item !== undefined);
}

/** The text of whole lines: the token before the first holds its indent. */
function decodeLines(
  { tokens, fileStart }: ScoredRun,
  { from, to }: { from: number; to: number },
  { tokenizer }: Vocabulary,
) {
  if (from === fileStart) return tokenizer.decode(tokens.subarray(from, to));
  const lineEnd = tokenizer.decode(tokens.subarray(from - 1, from));
  return lineEnd.slice(lineStart(lineEnd)) + tokenizer.decode(tokens.subarray(from, to));
}

/** Whole lines: the first of a definition, or all that a window touches. */
function linesOf({ tokens, fileStart, fileEnd, at, kind }: ScoredRun, { endsLine }: Vocabulary) {
  let from = Math.max(fileStart, at);
  while (from > fileStart && endsLine[tokens[from - 1] as number] === 0) from -= 1;
  let [to, left] = kind === 'definition' ? [from, definitionLines] : [Math.min(fileEnd, at + windowTokens), 1];
  while (to < fileEnd && !(endsLine[tokens[to] as number] === 1 && --left === 0)) to += 1;
  return { from, to };
}

function linesBefore({ tokens, fileStart }: ScoredRun, from: number, vocabulary: Vocabulary): number {
  let lines = 0;
  for (let at = fileStart; at < from; at++) {
    const token = tokens[at] as number;
    if (vocabulary.endsLine[token] === 0) continue;
    for (const byte of vocabulary.tokenizer.bytesOf(token)) if (byte === 10) lines += 1;
  }
  return lines;
}
