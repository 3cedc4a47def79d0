// An offered edit as a row of the panel.
import type { OfferedEdit } from '../../edits/offers.ts';
import { t } from '../editor/ui-text.ts';
import type { PanelRow } from '../webview/protocol.ts';
import { originText } from './edit-texts.ts';

/** @param path as the panel shows it */
export function editRow(offer: OfferedEdit, path: string): PanelRow {
  const { id, line, before, removed, insertion, replacement, learnedFrom, left, unsure, origin, probability } = offer;
  const byLlm = origin.kind === 'follows' ? origin : undefined;
  return {
    id,
    at: Date.now(),
    path,
    line: line + 1,
    before,
    text: insertion?.text ?? replacement,
    source: 'edit',
    model: byLlm?.model ?? originText(offer),
    cached: false,
    latencyMs: byLlm?.latencyMs ?? 0,
    costUsd: byLlm?.costUsd ?? 0,
    savedUsd: 0,
    outcome: 'pending',
    ...(byLlm && { confidence: probability, summary: t('It follows from your last edits.') }),
    edit: {
      removed: insertion ? '' : removed,
      learnedFrom: learnedFrom.slice(0, 2).map((edit) => ({ removed: edit.removed, inserted: edit.inserted })),
      left,
      ...(unsure && unsure.count > 0 && { unsure }),
    },
  };
}
