// Notifications with progress and a button that cancels.
import * as vscode from 'vscode';
import type { Progress } from '../../common/progress.ts';
import { safeText, type UiText } from './ui-text.ts';
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

/** Shows a notification with progress until `work` ends. Its button aborts. */
export function withProgress<T>(
  title: UiText,
  work: (signal: AbortSignal, report: Report) => Promise<T>,
  controller = new AbortController(),
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  return Promise.resolve(
    window.withProgress({ location, title, cancellable: true }, (bar, token) => {
      token.onCancellationRequested(() => controller.abort());
      return work(controller.signal, (message, increment = 0) => bar.report({ message: safeText(message), increment }));
    }),
  );
}
