// Questions of text tasks: which task, text and label, and whether a price is accepted.
import * as vscode from 'vscode';
import type { ApiEstimate, Spending } from '../../adaptation/types.ts';
import { oneLine } from '../../common/format.ts';
import type { LabelTask } from '../../prompts/label/task.ts';
import { termsOf } from '../api/try-model.ts';
import { safeText, sentences, t, type UiText } from '../editor/ui-text.ts';
import { type UiMessageItem, window } from '../editor/window.ts';
import type { TableRow } from '../webview/table-protocol.ts';

/** Maximum number of texts offered for correction. */
const mostOffered = 500;

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
  const make = t('New Text Task…');
  const answer = await window.showInformationMessage(t('This folder has no text task yet.'), make);
  if (answer === make) await vscode.commands.executeCommand('easyAdaptation.newTextTask');
  return undefined;
}

/** Offers the least certain texts first. */
export async function pickRow(rows: AsyncIterable<TableRow>): Promise<{ index: number; text: string } | undefined> {
  let index = -1;
  let offered: { index: number; row: TableRow }[] = [];
  const cut = () => {
    const doubt = ({ row }: { row: TableRow }) => (row.inDoubt ? 0 : 2) + (row.sure ?? 0);
    offered = offered.sort((a, b) => doubt(a) - doubt(b)).slice(0, mostOffered);
  };
  for await (const row of rows) {
    index += 1;
    offered.push({ index, row });
    if (offered.length >= 4 * mostOffered) cut();
  }
  cut();
  const items = offered.map(({ index, row }) => ({
    label: safeText(oneLine(row.text, 120)),
    description: t('{0} · {1}%', row.label, Math.round(100 * (row.sure ?? 0))),
    index,
    text: row.text,
  }));
  return window.showQuickPick(items, {
    placeHolder: t('Select a text; texts in doubt come first'),
    matchOnDescription: true,
  });
}

export async function pickLabel({ labels }: LabelTask, text: string): Promise<string | undefined> {
  const items = labels.map(({ name, meaning }) => ({ label: safeText(name), detail: safeText(meaning), name }));
  const picked = await window.showQuickPick(items, {
    title: safeText(oneLine(text, 80)),
    placeHolder: t('Which label?'),
  });
  return picked?.name;
}

/** Asks before anything is paid for. */
export async function askToSpend(
  { model, host, places, usd, texts, seconds = 0, ignoredByGit }: ApiEstimate,
  provider: string | undefined,
  isText: boolean,
): Promise<Spending> {
  if (texts === 'states') return askForTime(places, seconds);
  const include: UiMessageItem = { title: t('Ask the API') };
  const local: UiMessageItem = { title: t('Local Only'), isCloseAffordance: true };
  const price = `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
  const sample = isText
    ? t('Ask {0} to write about {1} texts as a sample?', model, places)
    : t('Ask {0} to label {1} texts as a sample?', model, places);
  const question = texts === 'rest' ? t('Ask {0} about the {1} texts in doubt?', model, places) : sample;
  const why =
    texts === 'rest'
      ? t(
          'The local model answers the others, where the API would hardly be better. If you decline, the local answers are kept and marked as in doubt.',
        )
      : t(
          'The answers train the local model and show where it is right. You see the price of further calls before they are made.',
        );
  const sent = t(
    'It costs about {0}. Each text is sent to {1} with up to five similar texts and their answers, secrets redacted.',
    price,
    host,
  );
  const ignored = ignoredByGit === undefined ? [] : [t('They come from {0}, which git ignores.', ignoredByGit)];
  const detail = sentences(sent, ...ignored, why, termsOf(provider));
  return (await window.showInformationMessage(question, { modal: true, detail }, include, local)) === include;
}

/** Asks before the base model reads texts on this machine. */
async function askForTime(texts: number, seconds: number): Promise<boolean> {
  const read: UiMessageItem = { title: t('Read the Texts') };
  const leave: UiMessageItem = { title: t('Skip'), isCloseAffordance: true };
  const detail = t(
    'With the base model, fewer texts stay in doubt. It takes about {0} minutes on this machine, and nothing is sent.',
    (seconds / 60).toFixed(1),
  );
  const question = t('Read {0} texts with the local base model?', texts);
  return (await window.showInformationMessage(question, { modal: true, detail }, read, leave)) === read;
}
