// The sentences about a next edit: the hint, and what a screen reader says.
import { isPlaceOnly } from '../../workspace/edits/next-edit.ts';
import { t, type UiText } from '../editor/ui-text.ts';
import { flatten } from '../webview/wording.ts';
import type { OfferedEdit, TabAction } from './offered-edits.ts';

/** @param file name of the edit's file, if it is another one */
export function hintText(offer: OfferedEdit, action: TabAction, file: string | undefined): UiText | undefined {
  const line = lineOf(offer);
  if (action === 'apply') return t('Tab: apply, Esc: dismiss');
  if (action === undefined) return undefined;
  if (isPlaceOnly(offer)) {
    const place = originText(offer);
    return file === undefined ? t('Tab: {0}, line {1}', place, line) : t('Tab: {0}, {1} line {2}', place, file, line);
  }
  return file === undefined ? t('Tab: next edit, line {0}', line) : t('Tab: next edit, {0} line {1}', file, line);
}

export function statusText(offer: OfferedEdit, file: string | undefined): UiText {
  const line = lineOf(offer);
  return file === undefined ? t('Next edit: line {0}', line) : t('Next edit: {0} line {1}', file, line);
}

export function spokenText(offer: OfferedEdit, file: string | undefined): UiText {
  const { removed, replacement, insertion } = offer;
  const where = statusText(offer, file);
  const text = flatten(insertion?.text ?? replacement).trim();
  if (insertion) return t('{0}: insert {1}. Tab goes there, Escape dismisses it.', where, text);
  if (isPlaceOnly(offer))
    return t('{0}: {1} lacks an argument. Tab goes there, Escape dismisses it.', where, originText(offer));
  const old = flatten(removed).trim();
  return replacement === ''
    ? t('{0}: delete {1}. Tab goes there, Escape dismisses it.', where, old)
    : t('{0}: replace {1} by {2}. Tab goes there, Escape dismisses it.', where, old, text);
}

/** Why an edit is offered. */
export function originText({ origin }: OfferedEdit): UiText {
  if (origin?.kind === 'rename') return t('rename of `{0}`', origin.name);
  if (origin?.kind === 'call') return t('call of `{0}`', origin.name);
  if (origin?.kind === 'fix') return t('quick fix: {0}', origin.title);
  return t('repeated edit');
}

/** 1-based. */
function lineOf({ range, insertion }: OfferedEdit): number {
  return (insertion?.at ?? range.start).line + 1;
}
