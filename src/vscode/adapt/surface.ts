// Adaptations in the editor: the run, its report, and the deletion of what is stored.
import { pickFolder } from '../editor/folder-ref.ts';
import type { Surface } from '../editor/surface.ts';
import { t } from '../editor/ui-text.ts';
import { type DeleteDeps, deleteData } from './delete-data.ts';

export interface AdaptationsDeps extends DeleteDeps {
  readonly panel: { show(section?: 'report'): Promise<void> };
}

export function adaptations(deps: AdaptationsDeps): Surface {
  const { adaptation, folders, panel, status } = deps;
  return {
    commands: {
      adapt: async () => {
        const folder = await pickFolder(status.folder(), t('Adapt to which folder?'));
        if (folder && (await adaptation.adapt(folders.of(folder)))) await panel.show('report');
      },
      cancelAdapt: () => adaptation.cancel(),
      showReport: () => panel.show('report'),
      deleteData: () => deleteData(deps),
    },
    inPanel: ['adapt', 'cancelAdapt', 'showReport'],
    reportActions: [{ label: t('Adapt again'), command: 'adapt' }],
  };
}
