// 'Export the Adaptation…': asks for a folder, where a job writes the trained model for other programs.
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { offerCommand } from '../editor/dialogs.ts';
import { withProgress } from '../editor/progress.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Adaptation } from './adaptation.ts';
import { showFailure } from './questions.ts';

/** @param root the adapted folder */
export async function exportAdaptation(adaptation: Adaptation, root: string): Promise<void> {
  const label = basename(root);
  const [parent] =
    (await window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: t('Export Here'),
      title: t('Export the adaptation of {0}', label),
    })) ?? [];
  if (!parent) return;
  const targetFolder = join(parent.fsPath, `${label}.adapter`);
  const exported = await withProgress(t('Exporting the adaptation of {0}', label), (signal, report) =>
    adaptation.exportTo(root, targetFolder, signal, ({ stage }) => report(stage)),
  );
  if (!exported.ok) {
    if (exported.error.code !== 'cancelled') await showFailure(exported.error);
    return;
  }
  const readme = vscode.Uri.file(join(targetFolder, 'README.md'));
  const done = t('Exported to {0}.', targetFolder);
  await offerCommand('Information', done, t('Open Its README'), 'markdown.showPreview', readme);
}
