// Questions of text tasks: which task, text and label, and whether a price is accepted.
import type { ApiEstimate } from '../../adapt/request/adapt-request.ts';
import { oneLine } from '../../common/format.ts';
import type { LabelTask } from '../../text-tasks/task-file.ts';
import { costInWords, termsOf } from '../api/try-model.ts';
import { offerCommand } from '../editor/dialogs.ts';
import { safeText, sentences, t, type UiText } from '../editor/ui-text.ts';
import { type UiMessageItem, window } from '../editor/window.ts';

/** @param name of a task that is already chosen */
export async function pickTask(
  names: readonly string[],
  name: string | undefined,
  placeHolder: UiText,
): Promise<string | undefined> {
  if (name !== undefined && names.includes(name)) return name;
  if (names.length > 0) {
    const items = names.map((each) => ({ label: safeText(each), name: each }));
    return (await window.showQuickPick(items, { placeHolder }))?.name;
  }
  const none = t('This folder has no text task yet.');
  await offerCommand('Information', none, t('New Text Task…'), 'easyAdaptation.newTextTask');
  return undefined;
}

export async function pickLabel({ labels }: LabelTask, text: string): Promise<string | undefined> {
  const items = labels.map(({ name, meaning }) => ({ label: safeText(name), detail: safeText(meaning), name }));
  const picked = await window.showQuickPick(items, {
    title: safeText(oneLine(text, 80)),
    placeHolder: t('Which label?'),
  });
  return picked?.name;
}

/** Asks whether the price is accepted. */
export async function askToSpend(
  { model, host, positions, usd, texts, seconds, isAll, ignoredByGit }: ApiEstimate,
  provider: string | undefined,
  isText: boolean,
): Promise<boolean> {
  if (texts === 'states') return askForTime(positions, seconds ?? 0);
  const include: UiMessageItem = { title: t('Call the Large Model') };
  const local: UiMessageItem = { title: t('Local Only'), isCloseAffordance: true };
  const sample = isText
    ? t('Let {0} write about {1} random texts?', model, positions)
    : t('Let {0} label {1} random texts?', model, positions);
  const question = texts === 'rest' ? t('Send the {1} texts in doubt to {0}?', model, positions) : sample;
  const time =
    seconds === undefined
      ? usd === 0 &&
        t('How long a server of your own takes shows after its first answers: for 300 texts it may be an hour.')
      : seconds > 60 && t('It takes about {0} minutes.', Math.round(seconds / 60));
  const saves = isAll && t('These are all texts of the task, so no call is saved.');
  const reason =
    texts === 'rest'
      ? t(
          'The local model answers the others, where the large model is hardly better. If you decline, the local answers are kept and marked as in doubt.',
        )
      : t(
          'Most of the answers train the local model, and the others show where it may stay local. You see the price of further calls before they are made.',
        );
  const sent = isText
    ? t('Each text is sent to {0} with up to five similar texts and their answers. Secrets are redacted first.', host)
    : t(
        'Each text is sent to {0} with up to twelve similar texts, their labels, and how likely the local model finds each label. Secrets are redacted first.',
        host,
      );
  const ignored =
    ignoredByGit === undefined ? undefined : t('The texts come from {0}, which git ignores.', ignoredByGit);
  const detail = sentences(
    costInWords(usd),
    time || undefined,
    saves || undefined,
    sent,
    ignored,
    reason,
    termsOf(provider),
  );
  return (await window.showInformationMessage(question, { modal: true, detail }, include, local)) === include;
}

/** Asks before the base model reads texts on this machine. */
async function askForTime(texts: number, seconds: number): Promise<boolean> {
  const read: UiMessageItem = { title: t('Read the Texts') };
  const skip: UiMessageItem = { title: t('Skip'), isCloseAffordance: true };
  const detail = t(
    'With the base model, fewer texts stay in doubt. It takes about {0} minutes on this machine, and nothing is sent.',
    (seconds / 60).toFixed(1),
  );
  const question = t('Read {0} texts with the local base model?', texts);
  return (await window.showInformationMessage(question, { modal: true, detail }, read, skip)) === read;
}
