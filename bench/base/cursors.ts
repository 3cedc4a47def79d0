// The recorded cursors with what is asked there, and the figures of the answers, package by package.

import type { CompletionQuery } from '../../src/common/completion.ts';
import { unwrap } from '../../src/common/errors.ts';
import { readManifest } from '../../src/neural/models/manifest.ts';
import { PROMPT_LIMITS, PROMPT_SNIPPETS, PromptForm } from '../../src/prompts/completion/prompt-form.ts';
import { type Line, lineFigures } from '../common/line-figures.ts';
import { askedAt, type RecordedPosition } from '../common/recordings.ts';
import type { Figures } from '../figures.ts';
import type { Base, Prepared } from './types.ts';

/** One cursor, with the package that it is in. */
export interface Cursor {
  readonly prepared: Prepared;
  readonly position: RecordedPosition;
}

export function cursorsOf(prepared: readonly Prepared[]): Cursor[] {
  return prepared.flatMap((item) => item.places.map((position) => ({ prepared: item, position })));
}

export function isPublic({ prepared }: Cursor): boolean {
  return prepared.recording.kind === 'public';
}

/** Token ids of what a base alone is asked, with as much of suffix and snippets as the product shows it. */
export function promptAt({ prepared: { ngram }, position }: Cursor, { model, over, tokenizer }: Base): number[] {
  const form = new PromptForm(tokenizer, PROMPT_LIMITS, unwrap(readManifest(over ?? model))?.dialect);
  return form.prompt(position, ngram.snippets(queryAt(position), PROMPT_SNIPPETS));
}

export function queryAt(position: RecordedPosition): CompletionQuery {
  return askedAt(position).query;
}

/** Figures of all places in published packages, and of each package's, the renamed one's among them. */
export function byPackage(cursors: readonly Cursor[], answers: readonly Line[]): Figures {
  const names = [...new Set(cursors.map(({ prepared }) => prepared.name))];
  const of = (wanted: (cursor: Cursor) => boolean) => answers.filter((_, i) => wanted(cursors[i] as Cursor));
  const published = of(isPublic);
  return {
    ...(published.length > 0 && lineFigures(published)),
    'by-package': Object.fromEntries(
      names.map((name) => [name, lineFigures(of(({ prepared }) => prepared.name === name))]),
    ),
  };
}
