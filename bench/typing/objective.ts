// What suggestions are judged by: net characters. A shown text is worth the characters that the author's text takes of
// it, less one for the key and one for the glance; a wholly wrong one costs three more.
import type { Figures } from '../figures.ts';

const KEY = 1;
const GLANCE = 1;
const WHOLLY_WRONG = 3;

/** The next part that 'Accept Next Word' takes: a word, a blank, or marks up to the next of these. */
const PART = /^(?:[\p{L}\p{N}_$]+|[^\p{L}\p{N}_$\s]*\s+|[^\p{L}\p{N}_$\s]+)/u;

/** UTF-16 units of a suggestion that are taken part by part, if its first `right` units are right. */
export function takenLength(text: string, right: number): number {
  let taken = 0;
  for (let part = PART.exec(text); part; part = PART.exec(text.slice(taken))) {
    if (taken + part[0].length > right) break;
    taken += part[0].length;
  }
  return taken;
}

/** Net characters of one suggestion. @param taken of its characters, 0: it is wholly wrong */
export function netOf(taken: number): number {
  return taken - KEY - GLANCE - (taken === 0 ? WHOLLY_WRONG : 0);
}

/** What a typist's work is judged by. */
export interface Judgeable {
  readonly judged: readonly { readonly right: boolean; readonly taken: number }[];
  readonly characters: number;
  readonly written: number;
  readonly keys: number;
  readonly pauses: number;
  readonly shownPauses: number;
  readonly tenCharacterPauses: number;
}

/** The figures that lead every table of a typist's work. */
export function objectiveFigures(typed: Judgeable): Figures {
  const { judged, characters, written, keys, pauses, shownPauses, tenCharacterPauses } = typed;
  const net = judged.reduce((sum, { taken }) => sum + netOf(taken), 0);
  return {
    'net-characters-per-100-keys': (100 * net) / Math.max(1, keys),
    'characters-written-share': written / Math.max(1, characters),
    keys,
    'shown-per-100-pauses': (100 * shownPauses) / Math.max(1, pauses),
    'wrong-share': judged.filter(({ right }) => !right).length / Math.max(1, judged.length),
    'ten-character-pauses': tenCharacterPauses,
  };
}

/** Headers of the table's columns. */
export const OBJECTIVE_LABELS = {
  'net-characters-per-100-keys': 'net/100',
  'characters-written-share': 'written',
  'shown-per-100-pauses': 'shown',
  'wrong-share': 'wrong',
  'ten-character-pauses': 'ten',
};
