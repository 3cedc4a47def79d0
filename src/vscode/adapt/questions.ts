// What a run asks the user, and tells where it fails.
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

/** How an adaptation ended, in one notification. @returns there is a new report to show */
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
    t('Restricted Mode: nothing is trained from this workspace until you trust it.'),
    manage,
  );
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
}

/** Before the first paid call of a run. */
export async function askToSpend(
  { model, host, places, usd, awaited = 0, batchUsd }: ApiEstimate,
  provider: string | undefined,
): Promise<Spending> {
  const waits = t(
    '{0} answers are still to come from a batch that was asked earlier: they are waited for, up to a day, and not paid for again.',
    awaited,
  );
  if (places === 0) return askToWait(waits);
  const include: UiMessageItem = { title: t('Include the API') };
  const batch: UiMessageItem = { title: t('In a Batch, for Half the Price: up to a Day') };
  const local: UiMessageItem = { title: t('Local Only'), isCloseAffordance: true };
  const answer = await window.showInformationMessage(
    t('Ask {0} about {1} places?', model, places),
    {
      modal: true,
      detail: sentences(
        t(
          'It costs about {0}. It says where {1} is right in this repository and where it is not: at files that train the local model, which then learns harder what {1} gets wrong, and at held-out ones. The text round those places and similar snippets go to {2}, secrets masked.',
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

/** For what is paid for already. */
async function askToWait(detail: UiText): Promise<boolean> {
  const wait: UiMessageItem = { title: t('Wait') };
  const local: UiMessageItem = { title: t('Local Only'), isCloseAffordance: true };
  const message = t('Wait for the rest of a batch?');
  const answer = await window.showInformationMessage(message, { modal: true, detail }, wait, local);
  return answer === wait;
}
