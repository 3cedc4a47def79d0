// The panel, the status bar's menu, and what is shown on request: the log, settings, stored and sent data.
import * as vscode from 'vscode';
import type { ChannelLog } from '../editor/channel-log.ts';
import { Document } from '../editor/document.ts';
import type { Surface } from '../editor/surface.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { UnusedReason } from '../folder/active-adaptation.ts';
import type { FolderSession } from '../folder/folder-session.ts';
import type { Folders } from '../folder/folders.ts';
import type { Configuration } from '../settings/configuration.ts';
import { section } from '../settings/settings.ts';
import type { PanelNotice } from '../webview/protocol.ts';
import type { KeptView } from './kept-view.ts';
import { showMenu } from './menu.ts';
import type { PanelHost } from './panel-host.ts';
import type { Status } from './status.ts';

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
