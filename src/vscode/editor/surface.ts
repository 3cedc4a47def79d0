// What a surface brings to the editor. extension.ts lists the surfaces: without its folder and its line there, one is
// gone.
import type { PanelAction, PanelNotice } from '../webview/protocol.ts';
import type { FolderRef } from './folder-ref.ts';
import type { UiText } from './ui-text.ts';

/** A request that a surface would send to the large model now. */
export interface Sends {
  readonly title: UiText;
  /** The request's JSON. Undefined: nothing would be sent. Called only when the folder's secrets are known. */
  readonly body: (folder: FolderRef) => Promise<string | undefined>;
  /** Why nothing would be sent. */
  readonly nothing: UiText;
}

export interface Surface {
  /** By name, without the extension's prefix. */
  readonly commands?: Readonly<Record<string, (...args: never[]) => unknown>>;
  /** Those of the commands that the panel's page may run. */
  readonly inPanel?: readonly string[];
  /** What the top of the panel says about a folder, the most urgent first. */
  readonly notices?: (folder: FolderRef) => readonly PanelNotice[];
  /** Buttons above the panel's reports. */
  readonly reportActions?: readonly PanelAction[];
  /** Shown by 'Show What Is Kept and Sent'. */
  readonly sends?: Sends;
  /** Starts what may wait until after the activation. */
  readonly begin?: () => void;
  /** The stored data of a folder or of all was deleted. */
  readonly deleted?: () => void;
}

/** The editor's command for one that the panel's page asks for; undefined: the page may not run it. */
export function commandForPanel(surfaces: readonly Surface[], command: string): string | undefined {
  if (command === 'manageTrust') return 'workbench.trust.manage';
  return surfaces.some(({ inPanel }) => inPanel?.includes(command)) ? `easyAdaptation.${command}` : undefined;
}
