// Questions and failure messages of a run.
import * as vscode from 'vscode';
import { reportInWords } from '../../adaptation/report/outcome.ts';
import { limitInWords } from '../../adaptation/report/phrases.ts';
import type { AdaptOutcome, ApiEstimate, TimeAnswer, TimeOffer } from '../../adaptation/types.ts';
import type { Failure, Result } from '../../common/errors.ts';
import { costInWords, termsOf } from '../api/try-model.ts';
import { safeSentence, sentences, t } from '../editor/ui-text.ts';
import { type UiMessageItem, window } from '../editor/window.ts';

export async function showFailure({ message }: Pick<Failure, 'message'>): Promise<void> {
  const showLog = t('Show Log');
  const answer = await window.showErrorMessage(safeSentence(message), showLog);
  if (answer === showLog) await vscode.commands.executeCommand('easyAdaptation.showLog');
}

/** Shows the result of an adaptation. @returns whether there is a new report */
export async function showResult(result: Result<AdaptOutcome>, byUser: boolean): Promise<boolean> {
  if (result.ok) {
    const { trouble: problem, report } = result.value;
    if (problem !== undefined) await showFailure({ message: problem });
    else void showOutcome(reportInWords(report));
  } else if (result.error.code !== 'cancelled') await showFailure(result.error);
  else if (byUser) void showStopped(result.error);
  return result.ok;
}

async function showStopped({ message }: Failure): Promise<void> {
  const resume = t('Resume');
  const answer = await window.showInformationMessage(safeSentence(message), resume);
  if (answer === resume) await vscode.commands.executeCommand('easyAdaptation.adapt');
}

async function showOutcome(outcome: string): Promise<void> {
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
  { model, host, positions, usd }: ApiEstimate,
  provider: string | undefined,
): Promise<boolean> {
  const include: UiMessageItem = { title: t('Include the Large Model') };
  const local: UiMessageItem = { title: t('Local Only'), isCloseAffordance: true };
  const answer = await window.showInformationMessage(
    t('Send {1} positions to {0}?', model, positions),
    {
      modal: true,
      detail: sentences(
        costInWords(usd),
        t(
          'The answers show where {0} is right in this repository; training then gives more weight to what {0} gets wrong. The text around these positions and similar snippets are sent to {1}. Secrets are redacted first.',
          model,
          host,
        ),
        termsOf(provider),
      ),
    },
    include,
    local,
  );
  return answer === include;
}

/** Says that the time limit is too short, and offers the time that the run needs. */
export async function askForTime({ base, steps, limit, minutes }: TimeOffer): Promise<TimeAnswer> {
  const extend: UiMessageItem = { title: t('Use {0} Minutes', minutes) };
  const untrained: UiMessageItem = { title: t('Continue Without Training') };
  const answer = await window.showInformationMessage(
    t(
      'This machine needs about {0} minutes to train the base model {1}. The limit is {2}.',
      minutes,
      base,
      limitInWords(limit),
    ),
    {
      modal: true,
      detail: sentences(
        t('That is {0} steps of training, the minimum, and the measurements around it.', steps),
        t('Completions continue meanwhile, and you can cancel the run and resume it later.'),
        t('Without training, the run measures the base model here and learns when to show its suggestions.'),
      ),
    },
    extend,
    untrained,
  );
  return answer === extend ? 'extend' : answer === untrained ? 'untrained' : 'stop';
}
