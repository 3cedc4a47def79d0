// The status bar's menu: the actions that are possible now.
import * as vscode from 'vscode';
import { wholePercent } from '../../common/format.ts';
import { type ListRow, separator } from '../editor/dialogs.ts';
import { safeSentence, safeText, t, type UiText, withIcon } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type ThresholdStep, thresholdSteps, wrongShares } from '../webview/protocol.ts';
import type { StatusSnapshot } from './status.ts';

const amounts: { readonly [S in ThresholdStep]: () => { readonly label: UiText; readonly detail: UiText } } = {
  more: () => ({ label: t('Show More'), detail: wrongShareText('more') }),
  balanced: () => ({ label: t('Balanced'), detail: t('{0} (default)', wrongShareText('balanced')) }),
  less: () => ({ label: t('Show Less'), detail: wrongShareText('less') }),
};

const wrongShareText = (step: ThresholdStep) =>
  t('Typing the benchmark, {0} of the suggestions were wrong', wholePercent(wrongShares[step]));

/** The name of the step with this threshold, such as 'Show More'; otherwise the number. */
function amountName(threshold: number): UiText {
  const step = (Object.keys(thresholdSteps) as ThresholdStep[]).find((each) => thresholdSteps[each] === threshold);
  return step ? amounts[step]().label : t('confidence of {0} or more', wholePercent(threshold));
}

export async function pickAmount(scope: vscode.Uri | undefined, configuration: Configuration): Promise<void> {
  const { minimumConfidence } = configuration.for(scope);
  const picked = await window.showQuickPick(
    (Object.keys(thresholdSteps) as ThresholdStep[]).map((step) => ({
      ...amounts[step](),
      value: thresholdSteps[step],
      ...(thresholdSteps[step] === minimumConfidence && { description: t('current') }),
    })),
    { title: t('How much is shown'), placeHolder: t('The panel lists the other suggestions in grey') },
  );
  if (picked) await configuration.write('minimumConfidence', picked.value, scope);
}

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
  const { status, folder, enabledHere, apiState, maySend, progress } = snapshot;
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
    enabledHere
      ? command('circle-slash', t('Disable Here…'), 'toggleHere', t('this folder, language, or comments'))
      : command('play', t('Enable Here'), 'toggleHere'),
    {
      label: withIcon('eye', t('Choose How Much Is Shown…')),
      description: amountName(settings.minimumConfidence),
      run: () => pickAmount(folder.uri, configuration),
    },
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
    command('list-unordered', t('Adaptations…'), 'showAdaptations', t('reports of all folders; also to delete one')),
    command('eye', t('Show What Is Kept and Sent'), 'showKept', safeText(folder.name)),
    command('trash', t('Delete Stored Data…'), 'deleteData'),
  ];
  return actions.filter((item): item is ListRow => item !== false);
}
