// 'Export the Adaptation…': asks for a folder, where a job writes the trained model for other programs.
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { Shipped } from '../../adapt/models/folder-models.ts';
import type { JobClient } from '../../jobs/job-client.ts';
import { showFailure } from '../adapt/questions.ts';
import { offerCommand } from '../editor/dialogs.ts';
import { type FolderRef, pickFolder } from '../editor/folder-ref.ts';
import { type Paths, specialistFolder } from '../editor/paths.ts';
import { withProgress } from '../editor/progress.ts';
import type { Surface } from '../editor/surface.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';

export interface ExportDeps {
  readonly jobs: Pick<JobClient, 'job'>;
  readonly neural: { readonly shipped: Shipped };
  readonly paths: Pick<Paths, 'storage'>;
  readonly status: { folder(): FolderRef };
}

export function exporting(deps: ExportDeps): Surface {
  return {
    commands: {
      exportAdaptation: async () => {
        const folder = await pickFolder(deps.status.folder(), t('Export the adaptation of which folder?'));
        if (folder?.root !== undefined) await exportAdaptation(deps, folder.root);
      },
    },
    inPanel: ['exportAdaptation'],
    reportActions: [{ label: t('Export…'), command: 'exportAdaptation' }],
  };
}

/** @param root the adapted folder, which need not be open */
async function exportAdaptation({ jobs, neural, paths }: ExportDeps, root: string): Promise<void> {
  const label = basename(root);
  const [parent] =
    (await window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: t('Export Here'),
      title: t('Export the adaptation of {0}', label),
    })) ?? [];
  if (!parent) return;
  const into = join(parent.fsPath, `${label}.adapter`);
  const request = { ...neural.shipped, specialistFolder: specialistFolder(paths.storage, root), into };
  const exported = await withProgress(t('Exporting the adaptation of {0}', label), (signal, report) =>
    jobs.job('export', request, signal, ({ stage }) => report(stage)),
  );
  if (!exported.ok) {
    if (exported.error.code !== 'cancelled') await showFailure(exported.error);
    return;
  }
  const readme = vscode.Uri.file(join(into, 'README.md'));
  await offerCommand('Information', t('Exported to {0}.', into), t('Open Its README'), 'markdown.showPreview', readme);
}
