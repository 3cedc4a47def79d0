// 'Show Adaptations…': lists the adaptations of all folders with their results, the current folder's first. Selecting one
// opens its report; a button deletes it.
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { REPORT_FILE } from '../../adapt/report/report-document.ts';
import { storedReport } from '../../adapt/report/types.ts';
import { messageOf } from '../../common/errors.ts';
import { folderBytes } from '../../common/files.ts';
import { percent, thousands } from '../../common/format.ts';
import type { AdaptationRow } from '../../storage/types.ts';
import { specialistFolder } from '../editor/paths.ts';
import { joined, safeText, t } from '../editor/ui-text.ts';
import { type UiQuickPickItem, window } from '../editor/window.ts';
import type { DeleteDeps } from './delete-data.ts';

const deleteButton: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: t('Delete') };

interface Item extends UiQuickPickItem {
  readonly folder: string;
  /** The folder's display name. */
  readonly name: string;
}

/** @param current store's name of the folder whose adaptation comes first */
export async function showAdaptations(deps: DeleteDeps, current: string): Promise<void> {
  const rows = latest(deps.store.get().adaptations());
  const sorted = [
    ...rows.filter(({ folder }) => folder === current),
    ...rows.filter(({ folder }) => folder !== current),
  ];
  const items = sorted.map((row) => item(row, deps.storage));
  if (items.length === 0) {
    const adapt = t('Adapt to This Repo');
    const answer = await window.showInformationMessage(t('There are no adaptations yet.'), adapt);
    if (answer === adapt) await vscode.commands.executeCommand('easyAdaptation.adapt');
    return;
  }
  const pick = window.createQuickPick<Item>();
  pick.title = t('Adaptations');
  pick.placeholder = t('Select an adaptation to read its report, or use its button to delete it');
  pick.matchOnDescription = true;
  pick.items = items;
  const chosen = await new Promise<(() => unknown) | undefined>((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.activeItems;
      resolve(item && (() => openReport(item, deps)));
    });
    pick.onDidTriggerItemButton(({ item }) => resolve(() => deleteAdaptation(item, deps)));
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  pick.dispose();
  await chosen?.();
}

/** The newest row of each folder; rows come newest first. */
function latest(rows: readonly AdaptationRow[]): AdaptationRow[] {
  return rows.filter((row, at) => rows.findIndex(({ folder }) => folder === row.folder) === at);
}

function item(row: AdaptationRow, storage: string): Item {
  const { folder, finishedAt, report } = row;
  const date = new Date(finishedAt).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
  const { harvest, specialist } = storedReport(report) ?? {};
  const parts = [
    safeText(date),
    harvest && t('{0} files', thousands(harvest.files)),
    specialist && t('{0} of lines exactly right', percent(specialist.exactMatch)),
    t('{0} MB', (folderBytes(specialistFolder(storage, folder)) / 1e6).toFixed(1)),
  ];
  const name = basename(folder) || folder;
  return {
    ...{ label: safeText(name), description: safeText(folder), detail: joined(parts, ' · ') },
    ...{ buttons: [deleteButton], folder, name },
  };
}

/** The run has written its report beside the model, so that it can be saved elsewhere, too. */
async function openReport({ folder, name }: Item, { storage }: DeleteDeps): Promise<void> {
  const report = vscode.Uri.file(join(specialistFolder(storage, folder), REPORT_FILE));
  try {
    await window.showTextDocument(report, { preview: false });
  } catch {
    void window.showErrorMessage(t('The report of {0} is not on disk any more. Adapt again to get one.', name));
  }
}

async function deleteAdaptation({ folder, name }: Item, deps: DeleteDeps): Promise<void> {
  const { adaptation, folders, log, storage, store } = deps;
  const remove = t('Delete');
  const answer = await window.showWarningMessage(
    t('Delete the adaptation of {0}?', name),
    {
      modal: true,
      detail: t('The base model and the index answer in this folder then. You can adapt again.'),
    },
    remove,
  );
  if (answer !== remove) return;
  const open = folders.all.find((session) => session.folder.storeName === folder)?.folder;
  if (open) await adaptation.stop();
  try {
    store.get().deleteAdaptations(folder);
    await rm(specialistFolder(storage, folder), { recursive: true, force: true });
    if (open) folders.restart(open);
  } catch (error) {
    log.error('An adaptation could not be deleted', error);
    void window.showErrorMessage(t('Some data could not be deleted: {0}', messageOf(error)));
  }
}
