// Formats a run's progress for notification and panel.
import { about } from '../../common/format.ts';
import { type ProgressUpdate, shareDone } from '../../common/progress.ts';
import { joined, safeText, t, type UiText } from '../editor/ui-text.ts';

/** 'step 2 of 6 · about 9 minutes left · Timing this machine · how fast it answers' */
export function describe({ stage, done, total, detail, left, step }: ProgressUpdate): UiText {
  // A percentage of the stage would be confused with the progress bar of the whole run.
  const percentage = step !== undefined || !total ? '' : `${Math.round((100 * done) / total)}%`;
  const steps = step === undefined || !total || done === 0 ? '' : `${done} / ${total}`;
  const remaining = left === undefined ? undefined : t('{0} left', about(left));
  const position = step && t('step {0} of {1}', step.at, step.of);
  return joined([position, remaining, safeText(stage), safeText(percentage || steps), safeText(detail ?? '')], ' · ');
}

/** The share for a bar; none if unknown. */
export function shareOf(update: ProgressUpdate): { share?: number } {
  const share = shareDone(update);
  return share === undefined ? {} : { share };
}
