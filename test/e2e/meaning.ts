// Everyday changes with a consequence that only meaning shows, the prompts that the product sends after them, and the
// recorded answers. `node -e "import('./test/e2e/meaning.ts').then((m) => m.writePrompts('FOLDER'))"` writes the prompts
// for readers who play the large model.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EditJournal } from '../../src/edits/history/journal.ts';
import type { EditedPlace } from '../../src/edits/large-model/place.ts';
import { editPrompt, editRequestAt, readEdit } from '../../src/edits/large-model/prompt.ts';
import { unknownModel } from '../../src/llm/protocol/models.ts';
import { DEFAULT_THRESHOLD } from '../../src/routing/limits.ts';
import type { Following, Typing } from './following-changes.ts';

export interface EverydayChange extends Pick<Following, 'name' | 'path' | 'before'> {
  readonly typed: Typing;
  /** The file after the consequence; absent: nothing follows. */
  readonly goal?: string;
}

/** Items that one reader answers. */
const GROUP = 7;
const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

export const changes = JSON.parse(read('meaning-changes.json')) as readonly EverydayChange[];

/** Says nothing about the consequence, as the name does. */
export const idOf = ({ path }: EverydayChange) => basename(path);

/** By the id of the change. */
export function recordedAnswers(): ReadonlyMap<string, string> {
  const rows = read('meaning-answers.jsonl').trim().split('\n');
  const answers = rows.map((row) => JSON.parse(row) as { id: string; answer: string });
  return new Map(answers.map(({ id, answer }) => [id, answer]));
}

/** The file after the change was typed as Editor.typeOver types it, the cursor, and what the journal has recorded. */
export function typedPlace({ path, before, typed: { old, text: now } }: EverydayChange): EditedPlace {
  const journal = new EditJournal();
  journal.open(path, before);
  const [kept, written] = now.startsWith(old) ? [old, now.slice(old.length)] : ['', now];
  let offset = before.indexOf(old) + kept.length;
  let end = before.indexOf(old) + old.length;
  // A new line comes with the indent that the editor adds.
  for (const text of written.match(/\n\s*|./g) ?? []) {
    journal.record({ path, ranges: [{ start: offset, end, text }], time: 0 });
    offset += text.length;
    end = offset;
  }
  return { path, text: journal.textOf(path) ?? '', offset, changes: journal.recentChanges(), newErrors: 0 };
}

export function promptOf(change: EverydayChange) {
  const { system, user } = editPrompt(editRequestAt(typedPlace(change)), unknownModel);
  return { system: system.text, user: user.map(({ text }) => text).join('') };
}

/** The text with an answer's edit, which is offered from the default threshold on; undefined: nothing is offered. */
export function textWith(answer: string, text: string): string | undefined {
  const edit = readEdit(answer);
  if (edit === undefined || edit.sure < DEFAULT_THRESHOLD) return undefined;
  const lines = text.split('\n');
  const count = edit.old.split('\n').length;
  const places = [...lines.keys()].filter((i) => lines.slice(i, i + count).join('\n') === edit.old);
  const at = places.length > 1 ? edit.line : places[0];
  if (at === undefined) return undefined;
  return lines.toSpliced(at, count, ...(edit.new === '' ? [] : edit.new.split('\n'))).join('\n');
}

/** Writes FOLDER/group-NN.txt. */
export function writePrompts(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < changes.length; i += GROUP) {
    const items = changes.slice(i, i + GROUP).map((one) => `===== ITEM ${idOf(one)} =====\n${promptOf(one).user}\n`);
    const { system } = promptOf(changes[i] as EverydayChange);
    const text = `===== INSTRUCTIONS FOR EACH ITEM =====\n${system}\n\n${items.join('\n')}`;
    writeFileSync(join(folder, `group-0${1 + i / GROUP}.txt`), text);
  }
}
