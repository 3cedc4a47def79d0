// The sentences about a next edit: the hint, and what a screen reader says.

import type { OfferedEdit, TabAction } from '../../edits/offers.ts';
import { t, type UiText } from '../editor/ui-text.ts';
import { flatten } from '../webview/wording.ts';

/** The other key does Tab's work while the editor's list of suggestions has it, or where Tab indents. */
export type Key = 'Tab' | 'Alt+Enter';

export interface HintParts {
  readonly action: Exclude<TabAction, undefined>;
  readonly key: Key;
  /** Whether Escape belongs to the editor's list of suggestions. */
  readonly isListOpen: boolean;
  /** Name of the edit's file, if it is another one. */
  readonly file: string | undefined;
}

export function hintText(offer: OfferedEdit, { action, key, isListOpen, file }: HintParts): UiText {
  const line = offer.line + 1;
  if (action === 'apply') return isListOpen ? t('{0}: apply', key) : t('{0}: apply, Esc: dismiss', key);
  const what = nameOf(offer);
  return file === undefined
    ? t('{0}: {1}, line {2}', key, what, line)
    : t('{0}: {1}, {2} line {3}', key, what, file, line);
}

/** The key that applies all places of the file. */
export function allText(places: number): UiText {
  return t('{0}: all {1}', 'Alt+Shift+Enter', places);
}

/** What Tab goes to. */
function nameOf({ origin, left }: OfferedEdit): UiText {
  if (origin.kind !== 'error') return t('next edit');
  return left === 1 ? t('new error') : t('{0} new errors', left);
}

export function statusText(offer: OfferedEdit): UiText {
  const { path, line, origin } = offer;
  const file = fileName(path);
  return origin.kind === 'error'
    ? t('{0}: {1} line {2}', nameOf(offer), file, line + 1)
    : t('Next edit: {0} line {1}', file, line + 1);
}

export function spokenText(offer: OfferedEdit): UiText {
  const { removed, replacement, insertion, origin } = offer;
  const where = statusText(offer);
  if (origin.kind === 'error') return t('{0}. Tab goes there, Escape dismisses it.', where);
  const text = flatten(insertion?.text ?? replacement).trim();
  if (insertion) return t('{0}: insert {1}. Tab goes there, Escape dismisses it.', where, text);
  const old = flatten(removed).trim();
  return replacement === ''
    ? t('{0}: delete {1}. Tab goes there, Escape dismisses it.', where, old)
    : t('{0}: replace {1} by {2}. Tab goes there, Escape dismisses it.', where, old, text);
}

/** Without what tells a cell of a notebook from the others. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/(?<=\.ipynb)#.*/, '');
}

/** Why an edit is offered. */
export function originText({ origin }: OfferedEdit): UiText {
  if (origin.kind === 'rename') return t('rename of `{0}`', origin.name);
  if (origin.kind === 'fix') return t('quick fix: {0}', origin.title);
  if (origin.kind === 'follows') return t('edit by {0}', origin.model);
  return t('repeated edit');
}

/** The new text of an edit in its line; of new lines the first, and their number. */
export function shortText({ replacement, insertion, lines }: OfferedEdit): string {
  if (lines === undefined) return flatten(insertion?.text ?? replacement);
  const all = lines.text.split('\n').filter((line) => line.trim() !== '');
  const first = `+ ${all[0]?.trim() ?? ''}`;
  return all.length > 1 ? `${first} … ${t('{0} lines', all.length)}` : first;
}
