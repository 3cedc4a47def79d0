// The panel, the status bar's menu, and what is shown on request: the log, settings, stored and sent data.
import * as vscode from 'vscode';
import { wholePercent } from '../../common/format.ts';
import type { ChannelLog } from '../editor/channel-log.ts';
import { type ListRow, separator } from '../editor/dialogs.ts';
import { Document } from '../editor/document.ts';
import type { Surface } from '../editor/surface.ts';
import { safeSentence, safeText, t, type UiText, withIcon } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { UnusedReason } from '../folder/active-adaptation.ts';
import type { FolderSession } from '../folder/folder-session.ts';
import type { Folders } from '../folder/folders.ts';
import type { Configuration } from '../settings/configuration.ts';
import { section } from '../settings/settings.ts';
import type { PanelNotice } from '../webview/protocol.ts';
import type { KeptView } from './kept-view.ts';
import type { PanelHost } from './panel-host.ts';
import type { Status, StatusSnapshot } from './status.ts';

export interface PanelSurfaceDeps {
  readonly configuration: Configuration;
  readonly folders: Pick<Folders, 'peek'>;
  readonly kept: KeptView;
  readonly log: ChannelLog;
  readonly panel: PanelHost;
  readonly status: Status;
}

export function panelSurface({ configuration, folders, kept, log, panel, status }: PanelSurfaceDeps): Surface {
  return {
    commands: {
      showPanel: () => panel.show(),
      showMenu: () => showMenu(status.snapshot(), configuration),
      showKept: () => kept.show(status.folder(), window.activeTextEditor),
      showLog: () => log.channel.show(),
      openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', `${section}.`),
    },
    inPanel: ['showMenu', 'showLog', 'openSettings'],
    notices: (folder) => {
      const session = folders.peek(folder);
      const shown = window.activeTextEditor?.document;
      const document = shown && new Document(shown);
      const path = document?.folder.key === folder.key ? document.path : undefined;
      return session ? sessionNotices(session, path, document?.isLong) : [];
    },
  };
}

type SessionState = Pick<FolderSession, 'problem'> & {
  readonly adaptation: Pick<FolderSession['adaptation'], 'unusedBecause'>;
  readonly ngram: Pick<FolderSession['ngram'], 'isPaused'>;
};

/**
 * @param path of the active document in the folder; undefined: none is active
 * @param isTooBig whether nothing is learned from that document because of its size
 */
export function sessionNotices(session: SessionState, path: string | undefined, isTooBig = false): PanelNotice[] {
  const { problem, ngram } = session;
  const { unusedBecause } = session.adaptation;
  const notices: PanelNotice[] = [];
  const warn = (text: string) =>
    notices.push({ kind: 'warning', text, action: { label: t('Show Log'), command: 'showLog' } });
  if (problem) warn(problem);
  // Several times: it waits before it starts again.
  if (ngram.isPaused)
    warn(t('The index of your files stopped several times; it starts again by itself within minutes.'));
  if (path !== undefined && isTooBig)
    notices.push({
      kind: 'info',
      text: t('{0} is too big to learn from: suggestions there come from the text near the cursor.', path),
    });
  if (unusedBecause) {
    const text = unusedTexts[unusedBecause]();
    notices.push({ kind: 'info', text, action: { label: t('Adapt to This Repo'), command: 'adapt' } });
  }
  return notices;
}

const unusedTexts: Readonly<Record<UnusedReason, () => string>> = {
  'earlier-base': () => t('The adaptation of this folder was made for an earlier base model. It is kept but not used.'),
  'other-base': () =>
    t(
      'The adaptation of this folder was made for another base model. It is kept, and used again with that base model.',
    ),
};

async function showMenu(snapshot: StatusSnapshot, configuration: Configuration): Promise<void> {
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
