// The panel, the status bar's menu, and what is shown on request: the log, settings, stored and sent data.
import * as vscode from 'vscode';
import type { ChannelLog } from '../editor/channel-log.ts';
import { Document } from '../editor/document.ts';
import type { Surface } from '../editor/surface.ts';
import { window } from '../editor/window.ts';
import type { Folders } from '../folder/folders.ts';
import type { Configuration } from '../settings/configuration.ts';
import { section } from '../settings/settings.ts';
import type { KeptView } from './kept-view.ts';
import { pickAmount, showMenu } from './menu.ts';
import type { PanelHost } from './panel-host.ts';
import { sessionNotices } from './session-notices.ts';
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
      chooseAmount: () => pickAmount(status.folder().uri, configuration),
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
