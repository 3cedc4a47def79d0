// Adaptations in the editor: the run, its report, and the deletion of what is stored.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../common/clock.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { DOWNLOADS } from '../../neural/models/catalog.ts';
import { partialOf } from '../../neural/models/import/download.ts';
import { anyRun } from '../../storage/lock.ts';
import type { Permissions } from '../api/permissions.ts';
import type { Activity } from '../completion/activity.ts';
import { confirms } from '../editor/dialogs.ts';
import { type FolderRef, pickFolder } from '../editor/folder-ref.ts';
import { type Paths, specialistsFolder } from '../editor/paths.ts';
import type { StoreOwner } from '../editor/store-owner.ts';
import type { Surface } from '../editor/surface.ts';
import { safeSentence, t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Folders } from '../folder/folders.ts';
import type { Adaptation } from './adaptation.ts';

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

export interface AdaptationsDeps {
  readonly panel: { show(section?: 'report'): Promise<void> };
  readonly activity: Activity;
  readonly adaptation: Adaptation;
  readonly folders: Folders;
  readonly log: Log;
  readonly permissions: Permissions;
  readonly status: { folder(): FolderRef };
  readonly store: StoreOwner;
  readonly paths: Pick<Paths, 'storage'>;
  readonly onDeleted: () => void;
}

/** Time for a stopped run of any window to release its lock. */
const lockWait = { totalMs: 5000, stepMs: 100 } as const;

/** Deletes the data of one folder or all: rows of the store, models on disk, and data in memory. */
async function deleteData(deps: AdaptationsDeps): Promise<void> {
  const { activity, adaptation, folders, log, permissions, status, store, paths } = deps;
  const { storage } = paths;
  const folder = status.folder();
  const choices = [
    {
      label: t('Everything'),
      detail: t('API answers, adaptations and local models of all folders'),
      all: true,
    },
    {
      label: t('Only {0}', folder.name),
      detail: t('API answers, adaptation and local model of this folder'),
      all: false,
    },
  ];
  const picked = await window.showQuickPick(choices, { placeHolder: t('Delete which stored data?') });
  if (!picked) return;
  const question = picked.all
    ? t('Delete all stored data of Easy Adaptation?')
    : t('Delete the stored data of {0}?', folder.name);
  const detail = t(
    'This cannot be undone. Paid API answers are deleted as well, but this month’s cost still counts toward the limit. Your files, your API key and the base models that you imported stay.',
  );
  if (!(await confirms(question, t('Delete'), detail))) return;
  await adaptation.stop();
  const run = await otherRun(storage);
  if (run !== undefined) {
    void window.showErrorMessage(safeSentence(run));
    return;
  }
  try {
    const session = folders.peek(folder);
    const specialist = session?.specialistFolder;
    if (picked.all) {
      store.get().deleteAll();
      await rm(specialistsFolder(storage), { recursive: true, force: true });
      await deletePartialDownloads(join(storage, DOWNLOADS));
    } else {
      store.get().deleteFolderData(folder.storeName);
      if (specialist !== undefined) await rm(specialist, { recursive: true, force: true });
    }
    await permissions.forget(picked.all ? undefined : folder.key);
    folders.restart(picked.all ? undefined : folder);
    activity.clear();
    deps.onDeleted();
    void window.showInformationMessage(t('The stored data is deleted. The index is being rebuilt from your files.'));
  } catch (error) {
    log.error('Stored data could not be deleted', error);
    void window.showErrorMessage(t('Some data could not be deleted: {0}', messageOf(error)));
  }
}

/** What has arrived of downloads. One that still runs fails then. */
async function deletePartialDownloads(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.endsWith(partialOf('')))) await rm(join(folder, name));
}

/** The message about a run of another window or the command line in these folders; undefined if there is none. */
async function otherRun(storage: string): Promise<string | undefined> {
  for (let waited = 0; ; waited += lockWait.stepMs) {
    const run = anyRun(storage);
    if (run === undefined || waited >= lockWait.totalMs) return run;
    await systemClock.sleep(lockWait.stepMs);
  }
}
