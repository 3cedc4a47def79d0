// The status bar's menu: the actions that are possible now.
import * as vscode from 'vscode';
import { wholePercent } from '../../common/format.ts';
import { type ListRow, separator } from '../editor/dialogs.ts';
import { safeSentence, safeText, t, type UiText, withIcon } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { StatusSnapshot } from './status.ts';

export async function showMenu(snapshot: StatusSnapshot, configuration: Configuration): Promise<void> {
  const picked = await window.showQuickPick(items(snapshot, configuration), {
    title: t('Easy Adaptation'),
    placeHolder: safeSentence(snapshot.statusText),
    matchOnDescription: true,
  });
  await picked?.run?.();
}

function command(icon: string, label: UiText, id: string, description?: UiText): ListRow {
  return {
    label: withIcon(icon, label),
    ...(description !== undefined && { description }),
    run: () => vscode.commands.executeCommand(`easyAdaptation.${id}`),
  };
}

function items(snapshot: StatusSnapshot, configuration: Configuration): ListRow[] {
  const { status, folder, apiState, maySend, progress } = snapshot;
  const settings = configuration.for(folder.uri);
  const actions: (ListRow | false)[] = [
    command('graph', t('Show Panel'), 'showPanel', t('which model answered, and why')),
    folder.root !== undefined &&
      (progress?.cancellable
        ? command('debug-stop', t('Cancel the Adaptation'), 'cancelAdapt')
        : command('sparkle', t('Adapt to This Repo'), 'adapt', safeText(folder.name))),
    separator(t('Completions')),
    status === 'snoozed'
      ? command('bell', t('End Snooze'), 'snooze')
      : command('bell-slash', t('Snooze…'), 'snooze', t('5 minutes, 30 minutes, until restart')),
    command('circle-slash', t('Enable or Disable Here…'), 'toggleHere', t('this folder, language, or comments')),
    command('eye', t('How Much Is Shown…'), 'showPanel', safeText(wholePercent(settings.minimumConfidence))),
    separator(t('Local and large model')),
    command('settings', t('Balance between the Models…'), 'showPanel', safeText(wholePercent(settings.balance))),
    {
      label: withIcon('lock', settings.localOnly ? t('Turn Local-Only Mode Off') : t('Turn Local-Only Mode On')),
      description: settings.localOnly ? t('nothing leaves this machine') : t('keep everything on this machine'),
      run: () => configuration.write('localOnly', !settings.localOnly, folder.uri),
    },
    (apiState === 'unasked' || apiState === 'declined') &&
      command('cloud', t('Allow the Large Model in This Folder…'), 'allowApi', safeText(folder.name)),
    maySend && command('circle-slash', t('Stop Sending This Folder'), 'revokeConsent', safeText(folder.name)),
    command('hubot', t('Choose the Large Model…'), 'chooseModel', t('Claude, GPT, a server of your own, …')),
    separator(t('More')),
    command('settings-gear', t('Settings'), 'openSettings'),
    command('output', t('Show Log'), 'showLog'),
    command('eye', t('Show What Is Kept and Sent'), 'showKept', safeText(folder.name)),
    command('trash', t('Delete Stored Data…'), 'deleteData'),
  ];
  return actions.filter((item): item is ListRow => item !== false);
}
