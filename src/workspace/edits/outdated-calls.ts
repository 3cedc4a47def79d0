// Calls of a function that lack an argument since the user has added a parameter. What they lack is not known, so that
// they are places to go to.
import { brackets } from '../../text/brackets.ts';
import { languageIdOf } from '../../text/languages.ts';
import { lineEnd, lineStart } from '../../text/lines.ts';
import {
  type Call,
  callNamed,
  knowsCalls,
  type Signature,
  signatureAround,
  signatureNamed,
} from '../../text/syntax/calls.ts';
import { parserFor } from '../../text/syntax/grammars.ts';
import { type Edit, positionOf, type TextFile } from './edit.ts';
import type { NextEdit, NextEditsInput } from './next-edit.ts';

/** A function that takes more arguments than it did before some edits. */
interface GrownSignature {
  readonly path: string;
  readonly before: Signature;
  readonly now: Signature;
  /** The newest of the edits, and its number. */
  readonly edit: Edit;
  readonly number: number;
}

interface FoundIn {
  readonly file: TextFile;
  readonly calls: readonly Call[];
  /** Other functions of the name. */
  readonly others: readonly Signature[];
}

/** Edits that are looked at, counted from the newest. */
const NEWEST = 6;
/** Longer files are not searched, UTF-16 units. */
const MAX_LENGTH = 200_000;
/** Occurrences of the name in one file that are looked at. */
const MAX_OCCURRENCES = 100;
/** A call has to be one, unless another function is called so: estimate that the user goes there. */
const PROBABILITY = 0.6;

/** Those of the function that was changed last, in the order of the files. */
export async function outdatedCalls(
  { edits, documents, filesWith, ignored = [] }: NextEditsInput,
  deadline: number,
): Promise<NextEdit[]> {
  const grown = await grownSignature(edits, documents, deadline);
  if (grown === undefined) return [];
  const { path, now, edit } = grown;
  const open = new Set(documents.map((file) => file.path));
  const others = filesWith ? [...filesWith(now.name)].filter((file) => !open.has(file.path)) : [];
  const own = documents.filter((file) => file.path === path);
  const found: FoundIn[] = [];
  for (const file of new Set([...own, ...documents, ...others])) {
    if (kinOf(file.path) !== kinOf(path) || !file.text.includes(now.name) || file.text.length > MAX_LENGTH) continue;
    const here = await occurrencesIn(file, grown, deadline);
    // Another function of the name may not have been seen.
    if (here === undefined) return [];
    found.push(here);
  }
  const calls = found.flatMap(({ file, calls: own }) =>
    own.filter((call) => lacksArgument(call, file, grown, found, edits)).map((call) => ({ file, call })),
  );
  const rule = JSON.stringify(['call', path, now.name, now.least, calls.length]);
  return calls
    .map(({ file: { path: at, text }, call: { behindLast } }): NextEdit => {
      const position = positionOf(text, behindLast);
      const line = text.slice(lineStart(text, behindLast), lineEnd(text, behindLast));
      return {
        path: at,
        range: { start: position, end: position },
        removed: '',
        replacement: '',
        rule,
        place: JSON.stringify(['call', now.name, at, line]),
        origin: { kind: 'call', name: now.name },
        learnedFrom: [edit],
        left: calls.length,
        probability: PROBABILITY,
      };
    })
    .filter((call) => !ignored.includes(call.rule) && !ignored.includes(call.place));
}

async function grownSignature(
  edits: readonly Edit[],
  documents: readonly TextFile[],
  deadline: number,
): Promise<GrownSignature | undefined> {
  for (let number = edits.length - 1; number >= Math.max(0, edits.length - NEWEST); number--) {
    const edit = edits[number] as Edit;
    const { path, at } = edit;
    if (at < 0 || !knowsCalls(languageIdOf(path)) || !mayBeParameter(edit)) continue;
    const text = documents.find((file) => file.path === path)?.text;
    const parser = await parserFor(languageIdOf(path), path);
    if (text === undefined || text.length > MAX_LENGTH || parser === undefined) continue;
    const signatureIn = (code: string, offset: number) =>
      parser.read(code, deadline, (root) => signatureAround(root, offset));
    const now = signatureIn(text, at);
    if (now === undefined) continue;
    const inside = edits.filter(
      (other) => other.path === path && other.at > now.start && other.at + other.inserted.length < now.end,
    );
    if (!inside.includes(edit) || inside.some(({ hasSecret }) => hasSecret)) continue;
    const old = [...inside]
      .sort((a, b) => b.at - a.at)
      .reduce((code, each) => code.slice(0, each.at) + each.removed + code.slice(each.at + each.inserted.length), text);
    const before = signatureIn(old, now.start + 1);
    if (before?.start === now.start && before.name === now.name && before.least < now.least)
      return { path, before, now, edit, number };
  }
  return undefined;
}

/** Spares most edits the parser, by the text beside them. */
function mayBeParameter({ left, inserted }: Edit): boolean {
  const opener = brackets(left).open.at(-1);
  const isInList = opener === undefined ? /,\s*$/.test(left) || /^\s*,/.test(inserted) : opener === '(';
  return isInList && /\p{L}/u.test(inserted);
}

/** The calls of the name in a file, and the other functions of the name; undefined if there was no time. */
async function occurrencesIn(file: TextFile, { path, now }: GrownSignature, deadline: number) {
  const parser = await parserFor(languageIdOf(file.path), file.path);
  return parser?.read(file.text, deadline, (root): FoundIn => {
    const calls: Call[] = [];
    const others: Signature[] = [];
    let count = 0;
    const { text } = file;
    for (let at = text.indexOf(now.name); at >= 0; at = text.indexOf(now.name, at + 1)) {
      if (++count > MAX_OCCURRENCES) break;
      const call = callNamed(root, at, now.name);
      if (call) calls.push(call);
      const signature = call ? undefined : signatureNamed(root, at, now.name);
      if (signature && !(file.path === path && signature.start === now.start)) others.push(signature);
    }
    return { file, calls, others };
  });
}

function lacksArgument(
  call: Call,
  file: TextFile,
  { path, before, now, number }: GrownSignature,
  found: readonly FoundIn[],
  edits: readonly Edit[],
): boolean {
  const { receiver, start, end } = call;
  if (!takes(before, call) || takes(now, call)) return false;
  if (!isCalledSo(receiver, file.path, now.kind, path)) return false;
  // The user has been there.
  if (edits.slice(number + 1).some((edit) => edit.path === file.path && edit.at >= start && edit.at <= end))
    return false;
  const calls = found.flatMap((each) => each.calls);
  // A call that never fitted is one of another object's method, such as a library's: others may be, too.
  const isShared = now.kind === 'method' && calls.some((other) => !takes(before, other) && !takes(now, other));
  if (isShared && !(file.path === path && /^(?:self|this)$/.test(receiver))) return false;
  return found.every(({ others }) => others.every((other) => !takes(other, call)));
}

function takes({ least, most }: Signature, { count }: Call): boolean {
  return count >= least && count <= most;
}

/** Whether what stands before the name fits what it names. @param declaredIn path of the declaration */
function isCalledSo(receiver: string, path: string, kind: Signature['kind'], declaredIn: string): boolean {
  const isScript = kinOf(path) === 'script';
  if (kind === 'method') return receiver !== '' && receiver !== 'new';
  if (kind === 'constructor' && isScript) return receiver === 'new';
  const [folder, module] = [folderOf(declaredIn), moduleOf(declaredIn)];
  if (receiver === '') return kinOf(path) !== 'go' || folderOf(path) === folder;
  return !isScript && path !== declaredIn && receiver === module;
}

/** Files that can call each other's functions have the same one. */
function kinOf(path: string): string {
  const languageId = languageIdOf(path);
  return /script/.test(languageId) ? 'script' : languageId;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** What a file's functions are called by elsewhere: in Go the folder's name, in Python the file's. */
function moduleOf(path: string): string {
  const own = kinOf(path) === 'go' ? folderOf(path) : path.replace(/(?:\/__init__)?\.py$/, '');
  return own.slice(own.lastIndexOf('/') + 1);
}
