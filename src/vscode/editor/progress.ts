// Notifications with progress and a button that cancels, and what they say of a run.
import * as vscode from 'vscode';
import { about } from '../../common/format.ts';
import { type Progress, type ProgressUpdate, shareDone } from '../../common/progress.ts';
import { joined, safeSentence, safeText, t, type UiText } from './ui-text.ts';
import { window } from './window.ts';

export type Report = (detail: string, increment?: number) => void;

/** A job's progress as a bar with its detail. */
export function shares(report: Report): Progress {
  let reportedPercent = 0;
  return ({ done, total, detail, stage }) => {
    const share = total ? (100 * done) / total : 0;
    report(detail ?? stage, Math.max(0, share - reportedPercent));
    reportedPercent = share;
  };
}

/** Abort reason of the user's cancellation, which is reported. Other aborts come with the end of a folder or window. */
export const cancelledByUser = new DOMException('Cancelled by the user.', 'AbortError');

/** Shows a notification with progress until `work` ends. Its button aborts. */
export function withProgress<T>(
  title: UiText,
  work: (signal: AbortSignal, report: Report) => Promise<T>,
  controller = new AbortController(),
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  return Promise.resolve(
    window.withProgress({ location, title, cancellable: true }, (bar, token) => {
      token.onCancellationRequested(() => controller.abort(cancelledByUser));
      return work(controller.signal, (detail, increment = 0) =>
        bar.report({ message: safeSentence(detail), increment }),
      );
    }),
  );
}

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
