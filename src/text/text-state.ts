// Whether a cursor is in code, in a comment or in a string, by the text above it and without a parser.
import { BoundedMap } from '../common/bounded-map.ts';
import type { CompletionQuery } from '../common/completion.ts';
import { languageOf } from './languages.ts';
import { CLOSER_OF } from './line-state.ts';
import { escaped, type Mark, marksOf, NEVER, type TextState } from './marks.ts';
import { isFenced, openFence } from './prose-text.ts';
import { cutOf } from './windows.ts';

interface Syntax {
  readonly marks: readonly Mark[];
  /** Finds the next mark, a group for each, or bracket. */
  readonly next: RegExp;
  /** What may come in a comment or a string: by mark and opener. */
  readonly inner: BoundedMap<string, RegExp>;
}

/** Code in a string, and what is around it. */
interface Hole {
  readonly state: TextState;
  readonly inner: RegExp;
  /** Brackets that are open around it. */
  readonly depth: number;
}

/** Openers of a language whose expressions are kept: a heredoc has a word of its own. */
const MAX_INNER = 100;
const syntaxes = new Map<string, Syntax>();

function syntaxOf(languageId: string): Syntax {
  let syntax = syntaxes.get(languageId);
  if (syntax === undefined) {
    const marks = marksOf(languageId);
    const sources = [...marks.map(({ open }) => `(${open})`), '[()[\\]{}]'];
    syntax = { marks, next: new RegExp(sources.join('|'), 'gm'), inner: new BoundedMap(MAX_INNER) };
    syntaxes.set(languageId, syntax);
  }
  return syntax;
}

/** Groups: what closes it, what begins code, what opens another level. Without a group: an escaped character. */
function innerOf({ inner }: Syntax, mark: Mark, opened: string): RegExp {
  const key = `${mark.open} ${opened}`;
  let found = inner.get(key);
  if (found === undefined) {
    const { close = () => '\\n', escapedBy = '\\', code = [], nests = NEVER, lines } = mark;
    // A single brace begins code; two of them stand for one.
    const opens = code.map((open) => (open === '{' ? '\\{(?!\\{)' : escaped(open)));
    const escapes = [
      ...(escapedBy === '' ? [] : [`${escaped(escapedBy)}[^]`]),
      ...(code.includes('{') ? ['\\{\\{'] : []),
    ];
    const ends = lines ? close(opened) : `${close(opened)}|\\n`;
    const parts = [`(${opens.join('|') || NEVER()})`, ...escapes, `(${ends})`, `(${nests(opened)})`];
    found = new RegExp(parts.join('|'), 'gm');
    inner.set(key, found);
  }
  return found;
}

/** Where a comment or a string ends or its code begins. */
function leave(text: string, from: number, inner: RegExp): { readonly at: number; readonly code?: string } | undefined {
  let levels = 0;
  inner.lastIndex = from;
  for (let match = inner.exec(text); match !== null; match = inner.exec(text)) {
    const [{ length }, code, end, nested] = match;
    if (code !== undefined) return { at: inner.lastIndex, code };
    if (nested !== undefined) levels++;
    else if (end !== undefined && levels-- === 0) return { at: inner.lastIndex };
    if (length === 0) inner.lastIndex++;
  }
  return undefined;
}

/** The state at the end of a text that begins as code. */
export function stateAfter(languageId: string, text: string): TextState {
  const syntax = syntaxOf(languageId);
  const { marks, next } = syntax;
  const holes: Hole[] = [];
  let depth = 0;
  let at = 0;
  for (;;) {
    next.lastIndex = at;
    const match = next.exec(text);
    if (match === null) return 'code';
    const { 0: opened, index } = match;
    at = index + Math.max(1, opened.length);
    const mark = marks[match.indexOf(opened, 1) - 1];
    let inner: RegExp;
    let state: TextState;
    if (mark === undefined) {
      depth = opened in CLOSER_OF ? depth + 1 : Math.max(0, depth - 1);
      const hole = holes.at(-1);
      if (hole === undefined || depth > hole.depth) continue;
      holes.pop();
      ({ inner, state } = hole);
    } else {
      ({ state } = mark);
      if (state === 'code' && mark.close === undefined) continue;
      if (mark.below) {
        at = text.indexOf('\n', at);
        if (at < 0) return 'code';
      }
      if (mark.documents && depth === 0 && isStatement(text, index)) state = 'comment';
      inner = innerOf(syntax, mark, opened);
    }
    const left = leave(text, at, inner);
    if (left === undefined) return state;
    ({ at } = left);
    if (left.code !== undefined) {
      holes.push({ state, inner, depth });
      depth += left.code.replace(/[^([{]/g, '').length;
    }
  }
}

/** Whether a statement begins here: only white space is before it in its line, which does not continue another. */
function isStatement(text: string, at: number): boolean {
  let start = at;
  while (text[start - 1] === ' ' || text[start - 1] === '\t') start--;
  return (start === 0 || text[start - 1] === '\n') && text[start - 2] !== '\\';
}

/** Parts of markup in another language. */
const SECTION = /<(script|style)\b[^>]{0,999}>|<\/(?:script|style)\s*>/gi;
/** Code without doubt: in a text that was cut, a comment or a string may be open before it. */
const CERTAIN = /^[\p{L}_@]/mu;

/** The state at a query's cursor. Prose is neither, but a fence in it is code; in data, strings are the values. */
export function textStateAt({
  path,
  languageId,
  prefix,
}: Pick<CompletionQuery, 'path' | 'languageId' | 'prefix'>): TextState {
  const { family } = languageOf(languageId);
  let start = 0;
  if (isFenced(path, languageId)) start = openFence(prefix)?.start ?? 0;
  else if (cutOf({ prefix, suffix: '' }).start) start = Math.max(0, prefix.search(CERTAIN));
  // Before it is markup.
  else if (languageId === 'php') start = prefix.includes('<?') ? prefix.indexOf('<?') : prefix.length;
  const text = prefix.slice(start);
  const section = family === 'markup' ? [...text.matchAll(SECTION)].at(-1) : undefined;
  if (section?.[1] !== undefined) {
    const inSection = section[1].toLowerCase() === 'script' ? 'typescript' : 'css';
    return stateAfter(inSection, text.slice(section.index + section[0].length));
  }
  const state = stateAfter(languageId, text);
  return family === 'data' && state === 'string' ? 'code' : state;
}
