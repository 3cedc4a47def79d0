// Questions and failure messages of a run.
import { reportInWords } from '../../adapt/report/outcome.ts';
import type { AdaptOutcome, PlanAnswer, PlanOffer } from '../../adapt/request/adapt-request.ts';
import type { Failure, Result } from '../../common/errors.ts';
import { costInWords, termsOf } from '../api/try-model.ts';
import { offerCommand } from '../editor/dialogs.ts';
import { safeSentence, sentences, t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';

export async function showFailure({ message }: Pick<Failure, 'message'>): Promise<void> {
  await offerCommand('Error', safeSentence(message), t('Show Log'), 'easyAdaptation.showLog');
}

/** Shows the result of an adaptation. @returns whether there is a new report */
export async function showResult(result: Result<AdaptOutcome>, byUser: boolean): Promise<boolean> {
  if (result.ok) {
    const { trouble: problem, report } = result.value;
    if (problem !== undefined) await showFailure({ message: problem });
    else
      void offerCommand(
        'Information',
        safeSentence(reportInWords(report)),
        t('Show Report'),
        'easyAdaptation.showReport',
      );
  } else if (result.error.code !== 'cancelled') await showFailure(result.error);
  else if (byUser) void showStopped(result.error, 'adapt');
  return result.ok;
}

/** Says what a run that the user cancelled keeps, and offers to resume it. */
export async function showStopped({ message }: Failure, command: string, ...args: string[]): Promise<void> {
  await offerCommand('Information', safeSentence(message), t('Resume'), `easyAdaptation.${command}`, ...args);
}

export async function askForTrust(): Promise<void> {
  const restricted = t('Restricted Mode: trust this workspace to train on it.');
  await offerCommand('Information', restricted, t('Manage Trust'), 'workbench.trust.manage');
}

/** Before anything is done: what comes first, and that a plan with its price follows. */
export async function askToPlan(folder: string): Promise<boolean> {
  const start = t('Make a Plan');
  const detail = t(
    'First the files are read and this machine is timed, for one or two minutes. Nothing is sent or changed. A plan with its time and its price comes before the work; what takes less than a minute and costs nothing begins at once.',
  );
  return (await window.showInformationMessage(t('Adapt to {0}?', folder), { modal: true, detail }, start)) === start;
}

/** What an adaptation takes with each choice, and what the large model costs. */
export async function askPlan(offer: PlanOffer, folder: string, provider: string | undefined): Promise<PlanAnswer> {
  const { choice, words, why, choices, api } = offer;
  const start = api ? t('Start With the Large Model') : t('Start');
  const local = t('Start Without It');
  const change = t('Change Minutes');
  const answer = await window.showInformationMessage(
    t('Adapt to {0}?', folder),
    {
      modal: true,
      detail: sentences(
        safeSentence(words),
        choice.trains
          ? t('The base model is trained too, and used only if it is better on files that it has not seen.')
          : t('The index, the thresholds and the router are fitted to this folder; nothing is trained.'),
        safeSentence(why ?? ''),
        api && t('{0} is asked at {1} positions.', api.model, api.positions),
        api && costInWords(api.usd),
        api &&
          t(
            'The text around these positions and similar snippets are sent to {0}. Secrets are redacted first.',
            api.host,
          ),
        api && termsOf(provider),
      ),
    },
    ...[start, ...(api ? [local] : []), ...(choices.length > 1 ? [change] : [])],
  );
  if (answer === start || answer === local) return { kind: 'start', api: api !== undefined && answer === start };
  if (answer !== change) return { kind: 'stop' };
  const rows = choices.map(({ words: detail, ...each }) => ({
    label: each.trains ? t('{0} minutes, with training', each.minutes) : t('Without training'),
    detail: safeSentence(detail),
    choice: each,
  }));
  const picked = await window.showQuickPick(rows, { title: t('Minutes of the Adaptation') });
  return picked ? { kind: 'change', choice: picked.choice } : askPlan(offer, folder, provider);
}
