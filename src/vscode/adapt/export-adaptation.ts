// 'Export the Adaptation…': asks for a folder, where a job writes the trained model for other programs.
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { safeText, t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Adaptation } from './adaptation.ts';
import { showFailure } from './questions.ts';

/** @param root the adapted folder */
export async function exportAdaptation(adaptation: Adaptation, root: string): Promise<void> {
  const label = basename(root);
  const [parent] =
    (await window.showOpenDialog({
      ...{ canSelectFiles: false, canSelectFolders: true, openLabel: t('Export Here') },
      title: t('Export the adaptation of {0}', label),
    })) ?? [];
  if (!parent) return;
  const targetFolder = join(parent.fsPath, `${label}.adapter`);
  const location = vscode.ProgressLocation.Notification;
  const exported = await window.withProgress(
    { location, title: t('Exporting the adaptation of {0}', label), cancellable: true },
    async (bar, token) => {
      const controller = new AbortController();
      const listener = token.onCancellationRequested(() => controller.abort());
      try {
        return await adaptation.exportTo(root, targetFolder, controller.signal, ({ stage }) =>
          bar.report({ message: safeText(stage) }),
        );
      } finally {
        listener.dispose();
      }
    },
  );
  if (!exported.ok) {
    if (exported.error.code !== 'cancelled') await showFailure(exported.error);
    return;
  }
  const open = t('Open Its README');
  // An adapter over a GGUF file has none.
  const hasReadme = exported.value.names.includes('README.md');
  const answer = await window.showInformationMessage(t('Exported to {0}.', targetFolder), ...(hasReadme ? [open] : []));
  if (answer === open)
    await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(join(targetFolder, 'README.md')));
}
