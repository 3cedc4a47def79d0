// The recorded cursors with what is asked there, and the figures of the answers, package by package.

import type { Snippet } from '../../src/common/completion.ts';
import { DEFAULT_LIMITS } from '../../src/mix/prompt-planner.ts';
import { type Line, lineFigures } from '../common/line-figures.ts';
import type { RecordedPlace } from '../common/recordings.ts';
import type { Figures } from '../figures.ts';
import { type Budget, promptOf } from './prompt.ts';
import type { Base, Prepared } from './types.ts';

const { prefix, suffix, snippets } = DEFAULT_LIMITS;
/** What a base sees alone: as much as the product shows it. */
export const withSnippets: Budget = { prefix, suffix, snippets };
export const suffixed: Budget = { ...withSnippets, snippets: 0 };
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
