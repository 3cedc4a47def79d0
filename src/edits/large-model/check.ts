// A large model's edit, checked before it is offered: where it goes, or why it may not.

import { canBeShown } from '../../routing/decide.ts';
import { commonPrefix, commonSuffix } from '../../text/edits.ts';
import { strangersIn } from '../../text/imports.ts';
import { kindOf, languageIdOf } from '../../text/languages.ts';
import { isWordCode } from '../../text/lexemes.ts';
import { lineState } from '../../text/line-state.ts';
import { lineNumber, lineStart } from '../../text/lines.ts';
import type { Replacement } from '../history/edit.ts';
import { type EditedPlace, windowOf } from './place.ts';

/** The smallest replacement of whole lines; both sides without the last line end. */
export interface ProposedEdit {
  /** The model's estimate that this is the next change, 0 to 1. */
  readonly sure: number;
  readonly old: string;
  readonly new: string;
  /** Of the first old line in the file, from 0, as the model says. */
  readonly line?: number;
}

export type Refusal =
  | 'it could not be checked'
  | 'the old lines are not there'
  | 'the old lines stand there more than once'
  | 'it changes nothing'
  | 'it is too long'
  | 'it undoes a recent edit'
  | 'it holds a control character'
  | 'it brings an unknown name'
  | 'it breaks the syntax';

export interface CheckDeps {
  /** Whether the folder has a name that the file lacks. */
  readonly isKnownName: (name: string) => boolean;
  /** Whether the document has more syntax errors after a change than before. */
  readonly breaks: (change: Replacement) => boolean;
}

/** Names that a text declares: after a keyword or in a list, or before '=' or ':'. */
const DECLARED =
  /(?<=\b(?:const|let|var|val|def|fn|func|function|class|struct|enum|type|interface|for|as|import|case)\s{1,4}|[,(|]\s{0,4})[\p{L}_$][\p{L}\p{N}_$]*|(?<![\p{L}\p{N}_$.])[\p{L}_$][\p{L}\p{N}_$]*(?=\s{0,4}(?::=|[:=]))/gu;
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
/** Before a member. */
const OWNER = /(?<![\p{L}\p{N}_$.])([\p{L}_$][\p{L}\p{N}_$]*)\.$/u;
/** Of the new lines with those that stay beside them, UTF-16 units: more than a reply may hold. */
const MAX_WRITTEN = 4000;
/** Tab and line end are text. */
const CONTROL = /(?![\t\n])\p{Cc}/u;

/**
 * The change in the text, without the common lines at both ends. The old lines have to stand in the window; those that
 * stand there more than once are told apart by their number.
 */
export function checkedEdit(
  place: EditedPlace,
  proposed: ProposedEdit,
  { isKnownName, breaks }: CheckDeps,
): Replacement | Refusal {
  const { path, text, changes } = place;
  const near = windowOf(place);
  if (proposed.old === proposed.new) return 'it changes nothing';
  if (proposed.new.length > MAX_WRITTEN) return 'it is too long';
  if (CONTROL.test(proposed.new)) return 'it holds a control character';
  // A blank line names no place.
  if (proposed.old.trim() === '') return 'the old lines are not there';
  const at = placesOf(text, near, proposed.old);
  const told = at.length > 1 ? at.filter((each) => lineNumber(text, each) === proposed.line) : at;
  if (at.length === 0) return 'the old lines are not there';
  const [first] = told;
  if (first === undefined) return 'the old lines stand there more than once';
  const change = proposed.new === '' ? deletion(text, first, proposed.old) : narrowed(first, proposed);
  const [was, is] = [text.slice(change.start, change.end), change.text];
  if (changes.some(({ before, after }) => isSame(was, after) && isSame(is, before))) return 'it undoes a recent edit';
  const narrow = toWords(was, change);
  const removed = text.slice(narrow.start, narrow.end);
  if (!canBeShown({ removed, replacement: narrow.text })) return 'it is too long';
  const texts = [text, ...changes.flatMap(({ before, after }) => [before, after])];
  const written = new Set(texts.flatMap((one) => one.match(NAME) ?? []));
  const known = (name: string) => written.has(name) || isKnownName(name);
  const edited = text.slice(0, change.start) + is + text.slice(change.end);
  const languageId = languageIdOf(path);
  // No declaration makes a module known.
  const strangers = strangersIn(edited, languageId);
  const modules = new Set(strangers.map((module) => module.split(/[./:]/).at(-1) ?? ''));
  const unknown = namesIn(edited, change.start, change.start + is.length, languageId)
    .filter(({ name, of }) => name.length > 2 && !known(name) && !modules.has(of))
    .map(({ name }) => name);
  if (
    strangers.some((module) => module.match(NAME)?.some((name) => (name.length > 2 || name === module) && !known(name)))
  )
    return 'it brings an unknown name';
  // A name that stands twice in the change is declared in it, as far as names tell.
  const counts = Map.groupBy(unknown, (name) => name);
  const declared = new Set(is.match(DECLARED) ?? []);
  if ([...counts].some(([name, uses]) => uses.length === 1 && !declared.has(name))) return 'it brings an unknown name';
  return breaks(narrow) ? 'it breaks the syntax' : narrow;
}

/** The names of a part of a text, and whose members they are. Prose, a comment and a string name nothing. */
function namesIn(text: string, from: number, to: number, languageId: string) {
  if (kindOf(languageId) === 'prose') return [];
  return [...text.slice(from, to).matchAll(NAME)].flatMap(({ 0: name, index }) => {
    const before = text.slice(lineStart(text, from + index), from + index);
    const [, of = ''] = OWNER.exec(before) ?? [];
    return lineState(languageId, before) === 'code' ? [{ name, of }] : [];
  });
}

/** The change without equal text at both ends, but of whole words. */
function toWords(was: string, { start, end, text }: Replacement): Replacement {
  const isWord = (mark: string | undefined) => mark !== undefined && isWordCode(mark.charCodeAt(0));
  const isCut = (side: string, at: number) => isWord(side[at - 1]) && isWord(side[at]);
  let from = commonPrefix(was, text);
  while (from > 0 && (isCut(was, from) || isCut(text, from))) from--;
  let to = commonSuffix(was.slice(from), text.slice(from));
  while (to > 0 && (isCut(was, was.length - to) || isCut(text, text.length - to))) to--;
  return { start: start + from, end: end - to, text: text.slice(from, text.length - to) };
}

const isSame = (a: string, b: string) => a.trim() === b.trim();

/** Where whole lines begin that equal the old ones. */
function placesOf(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  old: string,
): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(old, lineStart(text, start)); at >= 0 && at < end; at = text.indexOf(old, at + 1)) {
    const isWhole = (at === 0 || text[at - 1] === '\n') && [undefined, '\n'].includes(text[at + old.length]);
    if (isWhole && at + old.length <= end) places.push(at);
  }
  return places;
}

/** Of whole lines, with a line end. */
function deletion(text: string, start: number, old: string): Replacement {
  const end = start + old.length;
  return end < text.length ? { start, end: end + 1, text: '' } : { start: Math.max(0, start - 1), end, text: '' };
}

function narrowed(at: number, proposed: { readonly old: string; readonly new: string }): Replacement {
  const [old, now] = [proposed.old.split('\n'), proposed.new.split('\n')];
  let first = 0;
  while (first < old.length - 1 && first < now.length - 1 && old[first] === now[first]) first++;
  let last = 0;
  while (last < old.length - first - 1 && last < now.length - first - 1 && old.at(-1 - last) === now.at(-1 - last))
    last++;
  const before = old.slice(0, first).reduce((sum, line) => sum + line.length + 1, 0);
  const replaced = old.slice(first, old.length - last).join('\n');
  return {
    start: at + before,
    end: at + before + replaced.length,
    text: now.slice(first, now.length - last).join('\n'),
  };
}
