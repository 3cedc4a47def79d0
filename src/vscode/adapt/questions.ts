// Questions and failure messages of a run.
import * as vscode from 'vscode';
import { outcomeOf } from '../../adaptation/report/outcome.ts';
import type { AdaptOutcome, ApiEstimate, Spending } from '../../adaptation/types.ts';
import type { Failure, Result } from '../../common/errors.ts';
import { termsOf } from '../api/try-model.ts';
import { safeSentence, sentences, t, type UiText } from '../editor/ui-text.ts';
import { type UiMessageItem, window } from '../editor/window.ts';

export async function tellFailure({ message }: Pick<Failure, 'message'>): Promise<void> {
  const showLog = t('Show Log');
  const answer = await window.showErrorMessage(safeSentence(message), showLog);
  if (answer === showLog) await vscode.commands.executeCommand('easyAdaptation.showLog');
}

/** Reports the end of an adaptation. @returns whether there is a new report */
export async function tellEnd(result: Result<AdaptOutcome>, byUser: boolean): Promise<boolean> {
  if (result.ok) {
    const { trouble, report } = result.value;
    if (trouble !== undefined) await tellFailure({ message: trouble });
    else void tellOutcome(outcomeOf(report));
  } else if (result.error.code !== 'cancelled') await tellFailure(result.error);
  else if (byUser) void window.showInformationMessage(safeSentence(result.error.message));
  return result.ok;
}

async function tellOutcome(outcome: string): Promise<void> {
  const report = t('Show Report');
  const answer = await window.showInformationMessage(safeSentence(outcome), report);
  if (answer === report) await vscode.commands.executeCommand('easyAdaptation.showReport');
}

export async function askForTrust(): Promise<void> {
  const manage = t('Manage Trust');
  const answer = await window.showInformationMessage(
    t('Restricted Mode: trust this workspace to train on it.'),
    manage,
  );
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
}

/** Asks before the first paid call of a run. */
export async function askToSpend(
  { model, host, places, usd, awaited = 0, batchUsd }: ApiEstimate,
  provider: string | undefined,
): Promise<Spending> {
  const waits = t(
    '{0} answers of an earlier batch are still pending. Waiting takes up to a day and costs nothing more.',
    awaited,
  );
  if (places === 0) return askToWait(waits);
  const include: UiMessageItem = { title: t('Include the API') };
  const batch: UiMessageItem = { title: t('As a Batch: Half the Price, up to a Day') };
  const local: UiMessageItem = { title: t('Local Only'), isCloseAffordance: true };
  const answer = await window.showInformationMessage(
    t('Send {1} positions to {0}?', model, places),
    {
      modal: true,
      detail: sentences(
        t(
          'It costs about {0}. The answers show where {1} is right in this repository; training then gives more weight to what {1} gets wrong. The text around these positions and similar snippets are sent to {2}, with secrets redacted.',
          `$${usd.toFixed(usd < 0.1 ? 3 : 2)}`,
          model,
          host,
        ),
        ...(awaited === 0 ? [] : [waits]),
        termsOf(provider),
      ),
    },
    include,
    ...(batchUsd === undefined ? [] : [batch]),
    local,
  );
  return answer === batch ? 'batch' : answer === include;
}

/** Asks whether to wait for a batch that is already paid for. */
async function askToWait(detail: UiText): Promise<boolean> {
  const wait: UiMessageItem = { title: t('Wait') };
  const local: UiMessageItem = { title: t('Local Only'), isCloseAffordance: true };
  const message = t('Wait for the rest of a batch?');
  const answer = await window.showInformationMessage(message, { modal: true, detail }, wait, local);
  return answer === wait;
}
