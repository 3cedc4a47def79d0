// The recorded cursors with what is asked there, and the figures of the answers, package by package.

import type { Snippet } from '../../src/common/completion.ts';
import { type Line, lineFigures } from '../line-figures.ts';
import type { RecordedPlace } from '../recordings.ts';
import type { Figures } from '../types.ts';
import type { Prepared } from './prepare.ts';
import { type Budget, promptOf } from './prompt.ts';
import type { Base } from './types.ts';

/** What a base sees in its rows: about the shape of a pretraining sample. */
export const suffixed: Budget = { prefix: 320, suffix: 96, snippets: 0 };
export const withSnippets: Budget = { ...suffixed, snippets: 192 };
const snippetOptions = { maxSnippets: 3, maxCharacters: 900 };

/** One cursor, with the package that it is in. */
export interface Cursor {
  readonly prepared: Prepared;
  readonly place: RecordedPlace;
}

export function cursorsOf(prepared: readonly Prepared[]): Cursor[] {
  return prepared.flatMap((item) => item.places.map((place) => ({ prepared: item, place })));
}

export function isPublic({ prepared }: Cursor): boolean {
  return prepared.recording.kind === 'public';
}

export function promptAt({ prepared: { ngram }, place }: Cursor, budget: Budget, { tokenizer }: Base) {
  const query = queryAt(place);
  const snippets: readonly Snippet[] = budget.snippets > 0 ? ngram.snippets(query, snippetOptions) : [];
  return promptOf(place, snippets, budget, tokenizer);
}

export function queryAt({ path, prefix, suffix }: RecordedPlace) {
  return { path, languageId: 'typescript', prefix, suffix };
}

/** Figures of all places in published packages, and of each package's, the renamed one's among them. */
export function byPackage(cursors: readonly Cursor[], answers: readonly Line[]): Figures {
  const names = [...new Set(cursors.map(({ prepared }) => prepared.name))];
  const of = (wanted: (cursor: Cursor) => boolean) => answers.filter((_, i) => wanted(cursors[i] as Cursor));
  return {
    ...lineFigures(of(isPublic)),
    'by-package': Object.fromEntries(
      names.map((name) => [name, lineFigures(of(({ prepared }) => prepared.name === name))]),
    ),
  };
}
