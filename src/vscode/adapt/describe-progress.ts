// Formats a run's progress for status bar and panel.
import { about } from '../../common/format.ts';
import type { ProgressUpdate } from '../../common/progress.ts';
import { joined, safeText, t, type UiText } from '../editor/ui-text.ts';

export function describe({ stage, done, total, detail, overall, left }: ProgressUpdate): UiText {
  // A percentage of the stage would be confused with the progress bar of the whole run.
  const percentage = overall !== undefined || !total ? '' : `${Math.round((100 * done) / total)}%`;
  const steps = overall === undefined || !total || done === 0 ? '' : `${done} / ${total}`;
  const remaining = left === undefined ? undefined : t('{0} left', about(left));
  return joined([safeText(stage), safeText(percentage || steps), safeText(detail ?? ''), remaining], ' · ');
}

/** Share of the whole run if known, else of the stage; none if unknown. */
export function shareOf({ done, total, overall }: ProgressUpdate): { share?: number } {
  if (overall !== undefined) return { share: overall };
  return total ? { share: Math.min(1, done / total) } : {};
}
