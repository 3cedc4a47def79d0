// Formats a run's progress for notification and panel.
import { about } from '../../common/format.ts';
import type { ProgressUpdate } from '../../common/progress.ts';
import { joined, safeText, t, type UiText } from '../editor/ui-text.ts';

/** 'step 2 of 6 · about 9 minutes left · Timing this machine · how fast it answers' */
export function describe({ stage, done, total, detail, overall, left, step }: ProgressUpdate): UiText {
  // A percentage of the stage would be confused with the progress bar of the whole run.
  const percentage = overall !== undefined || !total ? '' : `${Math.round((100 * done) / total)}%`;
  const steps = overall === undefined || !total || done === 0 ? '' : `${done} / ${total}`;
  const remaining = left === undefined ? undefined : t('{0} left', about(left));
  const position = step && t('step {0} of {1}', step.at, step.of);
  return joined([position, remaining, safeText(stage), safeText(percentage || steps), safeText(detail ?? '')], ' · ');
}

/** Share of the whole run if known, else of the stage; none if unknown. */
export function shareOf({ done, total, overall }: ProgressUpdate): { share?: number } {
  if (overall !== undefined) return { share: overall };
  return total ? { share: Math.min(1, done / total) } : {};
}
