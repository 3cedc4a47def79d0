// 'Show Adaptations…': lists the adaptations of all folders with their results, the current folder's first. Selecting
// one opens its report; a button deletes it.
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { storedReport } from '../../adapt/report/adapt-report.ts';
import { REPORT_FILE } from '../../adapt/report/report-document.ts';
import { messageOf } from '../../common/errors.ts';
import { folderBytes } from '../../common/files.ts';
import { percent, thousands } from '../../common/format.ts';
import type { AdaptationRow } from '../../storage/stored-rows.ts';
import { confirms, type ListRow, offerCommand, showList } from '../editor/dialogs.ts';
import { specialistFolder } from '../editor/paths.ts';
import { joined, safeText, t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { DeleteDeps } from './delete-data.ts';

/** @param current store's name of the folder whose adaptation comes first */
export async function showAdaptations(deps: DeleteDeps, current: string): Promise<void> {
  const all = deps.store.get().adaptations();
  // The newest row of each folder; rows come newest first.
  const rows = all.filter((row, at) => all.findIndex(({ folder }) => folder === row.folder) === at);
  if (rows.length === 0) {
    const none = t('There are no adaptations yet.');
    return offerCommand('Information', none, t('Adapt to This Repo'), 'easyAdaptation.adapt');
  }
  const { own = [], others = [] } = Object.groupBy(rows, ({ folder }) => (folder === current ? 'own' : 'others'));
  await showList({
    title: t('Adaptations'),
    placeholder: t('Select an adaptation to read its report, or use its button to delete it'),
    rows: () => [...own, ...others].map((row) => listRow(row, deps)),
  });
}

function listRow({ folder, finishedAt, report }: AdaptationRow, deps: DeleteDeps): ListRow {
  const models = specialistFolder(deps.paths.storage, folder);
  const date = new Date(finishedAt).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
  const { harvest, specialist } = storedReport(report) ?? {};
  const parts = [
    safeText(date),
    harvest && t('{0} files', thousands(harvest.files)),
    specialist && t('{0} of lines exactly right', percent(specialist.exactMatch)),
    t('{0} MB', (folderBytes(models) / 1e6).toFixed(1)),
  ];
  const name = basename(folder) || folder;
  return {
    label: safeText(name),
    description: safeText(folder),
    detail: joined(parts, ' · '),
    buttons: [{ iconPath: new vscode.ThemeIcon('trash'), tooltip: t('Delete') }],
    run: () => openReport(models, name),
    remove: () => deleteAdaptation(folder, name, deps),
  };
}

/** The run has written its report beside the model, so that it can be saved elsewhere, too. */
async function openReport(models: string, name: string): Promise<void> {
  try {
    await window.showTextDocument(vscode.Uri.file(join(models, REPORT_FILE)), { preview: false });
  } catch {
    void window.showErrorMessage(t('The report of {0} is not on disk any more. Adapt again to get one.', name));
  }
}

async function deleteAdaptation(folder: string, name: string, deps: DeleteDeps): Promise<void> {
  const { adaptation, folders, log, paths, store } = deps;
  const detail = t('The base model and the index answer in this folder then. You can adapt again.');
  if (!(await confirms(t('Delete the adaptation of {0}?', name), t('Delete'), detail))) return;
  const open = folders.all.find((session) => session.folder.storeName === folder)?.folder;
  if (open) await adaptation.stop();
  try {
    store.get().deleteAdaptations(folder);
    await rm(specialistFolder(paths.storage, folder), { recursive: true, force: true });
    if (open) folders.restart(open);
  } catch (error) {
    log.error('An adaptation could not be deleted', error);
    void window.showErrorMessage(t('Some data could not be deleted: {0}', messageOf(error)));
  }
}
