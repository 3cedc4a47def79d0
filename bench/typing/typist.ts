// Types passages of a file and does with each suggestion what a person does who knows what he wants to write.
import type { Clock } from '../../src/common/clock.ts';
import { commonPrefix } from '../../src/text/edits.ts';
import type { Editor, Ghost } from '../common/editor.ts';
import { isPause, type Passage, Writing } from '../common/typist.ts';
import type { Figures } from '../figures.ts';
import { takenLength } from './objective.ts';

/** What became of a suggestion. */
export interface Judged {
  readonly ghost: Ghost;
  readonly right: boolean;
  /** Characters of it that the author's text takes, in words. */
  readonly taken: number;
}

/** A suggestion that is taken: UTF-16 units of it that are right and wrong, and those behind the cursor that it takes the place of. */
interface Taken {
  readonly good: number;
  readonly bad: number;
  readonly over: number | undefined;
  /** When it has been read. */
  readonly at: number;
}

export interface Typed {
  readonly judged: Judged[];
  /** Characters of the text, without the indents that an editor writes, and those of them that suggestions wrote, less what was deleted of them. */
  characters: number;
  written: number;
  /** Pressed, those that take a suggestion among them. */
  keys: number;
  /** Of the typist, those in which a suggestion could be seen, and those in which ten right characters came. */
  pauses: number;
  shownPauses: number;
  tenCharacterPauses: number;
}

export const nothingTyped = (): Typed => {
  return { judged: [], characters: 0, written: 0, keys: 0, pauses: 0, shownPauses: 0, tenCharacterPauses: 0 };
};

export function addTyped(all: Typed, { judged, ...counts }: Typed): void {
  all.judged.push(...judged);
  for (const name of ['characters', 'written', 'keys', 'pauses', 'shownPauses', 'tenCharacterPauses'] as const)
    all[name] += counts[name];
}

/** The share of the suggestions that have several lines, and of those that are right to the end. */
export function multiLineFigures(judged: readonly Judged[]): Figures {
  const several = judged.filter(({ ghost }) => ghost.text.trim().includes('\n'));
  return {
    'multi-line-share': several.length / Math.max(1, judged.length),
    'multi-line-right-share': several.filter(({ right }) => right).length / Math.max(1, several.length),
  };
}

/** Characters of a long suggestion. */
export const LONG = 10;
/** Less is not worth the key and the glance. */
export const LEAST_TAKEN = 3;
/** Without indents and the asterisks of comments, which the editor writes. */
const inked = (text: string) => text.replace(/\n[^\S\n]+(?:\* )?/g, '\n').length;

/**
 * What is right to its end is taken; what begins right and ends wrong is taken where more of it is right than is to be deleted again; all else is
 * typed over.
 * @param reading ms from the show of a suggestion to its acceptance; keys that come meanwhile are pressed
 */
export async function typePassage(
  editor: Editor,
  clock: Clock,
  passage: Passage,
  languageId: string,
  typed: Typed,
  reading: () => number = () => 0,
): Promise<void> {
  const { path, prefix, rest, length, gaps, below = '' } = passage;
  const writing = new Writing(prefix, below, rest, languageId);
  let taken: Taken | undefined;
  let interrupt = new AbortController();
  const takeable = (ghost: Ghost, at: number): Taken | undefined => {
    const text = (ghost.at + ghost.text).slice(writing.document.prefix.length);
    const good = commonPrefix(text, writing.left);
    const bad = text.length - good;
    return good < LEAST_TAKEN || bad >= good
      ? undefined
      : { good, bad, over: ghost.shown.completion.replaceLength, at };
  };
  editor.onShown = (ghost) => {
    const { text } = ghost;
    const good = commonPrefix(text, writing.left);
    const right = good === text.length;
    typed.judged.push({ ghost, right, taken: takenLength(text, good) });
    taken = takeable(ghost, clock.monotonic() + reading());
    interrupt.abort();
  };
  editor.come(path, languageId, writing.document);
  let last = clock.monotonic();
  const done = () => rest.length - writing.left.length;
  while (done() < length) {
    const gap = gaps[done()] as number;
    const next = last + gap;
    const before = typed.judged.length;
    // Still on the screen after a key: less is left of it to take.
    const { ghost } = editor;
    taken = taken && ghost && takeable(ghost, taken.at);
    for (;;) {
      const wait = Math.min(next, taken?.at ?? Number.POSITIVE_INFINITY) - clock.monotonic();
      interrupt = new AbortController();
      if (wait <= 0) break;
      await clock.sleep(wait, interrupt.signal).catch(() => {});
    }
    typed.keys++;
    if (isPause(gap)) {
      typed.pauses++;
      const came = typed.judged.slice(before);
      if (ghost !== undefined || came.length > 0) typed.shownPauses++;
      if (came.some(({ taken }) => taken >= LONG)) typed.tenCharacterPauses++;
    }
    last = clock.monotonic();
    const now = taken !== undefined && taken.at <= last ? taken : undefined;
    if (now === undefined) {
      writing.press();
      editor.press(writing.document);
    } else {
      const text = writing.left.slice(0, now.good);
      writing.insert(now.good, now.over);
      taken = undefined;
      editor.take(writing.document);
      typed.written += inked(text) - now.bad;
      typed.keys += now.bad;
    }
  }
  typed.characters += inked(rest.slice(0, done()));
  editor.onShown = () => {};
  editor.give();
}
