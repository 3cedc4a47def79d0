// Formats a run's progress for status bar and panel.
import { about } from '../../common/format.ts';
import type { ProgressUpdate } from '../../common/progress.ts';
import { joined, safeText, t, type UiText } from '../editor/ui-text.ts';

export function describe({ stage, done, total, detail, overall, left }: ProgressUpdate): UiText {
  // A stage's percentage beside the bar of the whole run would be misread.
  const share = overall !== undefined || !total ? '' : `${Math.round((100 * done) / total)}%`;
  const steps = overall === undefined || !total || done === 0 ? '' : `${done} / ${total}`;
  const until = left === undefined ? undefined : t('{0} left', about(left));
  return joined([safeText(stage), safeText(share || steps), safeText(detail ?? ''), until], ' · ');
}

/** Share of the whole run if known, else of the stage; none if unknown. */
export function shareOf({ done, total, overall }: ProgressUpdate): { share?: number } {
  if (overall !== undefined) return { share: overall };
  return total ? { share: Math.min(1, done / total) } : {};
}
