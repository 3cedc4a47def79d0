// How far a run is, in the words of the bar and the panel.
import { about } from '../../common/format.ts';
import type { ProgressUpdate } from '../../common/progress.ts';
import { joined, safeText, t, type UiText } from '../editor/ui-text.ts';

export function describe({ stage, done, total, detail, overall, left }: ProgressUpdate): UiText {
  // Beside a bar of the whole run, a stage's own share would be taken for the bar's.
  const share = overall !== undefined || !total ? '' : `${Math.round((100 * done) / total)}%`;
  const steps = overall === undefined || !total || done === 0 ? '' : `${done} / ${total}`;
  const until = left === undefined ? undefined : t('{0} left', about(left));
  return joined([safeText(stage), safeText(share || steps), safeText(detail ?? ''), until], ' · ');
}

/** Of the whole run where that is known, else of the stage; a stage that cannot say how far it is shows none. */
export function shareOf({ done, total, overall }: ProgressUpdate): { share?: number } {
  if (overall !== undefined) return { share: overall };
  return total ? { share: Math.min(1, done / total) } : {};
}
