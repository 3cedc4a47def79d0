// Ghost text: its commands, a pause, and where it is off.
import * as vscode from 'vscode';
import { EXITS, type Exit } from '../../suggest/exits.ts';
import type { Memory, Permissions } from '../api/permissions.ts';
import { offerCommand } from '../editor/dialogs.ts';
import { placeOf } from '../editor/folder-of-document.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Surface } from '../editor/surface.ts';
import { t, type UiText } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Documents } from '../folder/documents.ts';
import type { Folders } from '../folder/folders.ts';
import type { Configuration } from '../settings/configuration.ts';
import { isLanguageEnabled } from '../settings/levels.ts';
import type { PanelState } from '../webview/protocol.ts';
import { acceptPart } from './accept-part.ts';
import type { GhostTextProvider, LastSuggestion, LineOwner } from './provider.ts';
import type { Snooze } from './snooze.ts';

export interface CompletionsDeps {
  readonly documents: Documents;
  readonly folders: Folders;
  readonly configuration: Configuration;
  readonly permissions: Permissions;
  readonly snooze: Snooze;
  readonly ghostText: Pick<GhostTextProvider, 'requestManually'>;
  readonly lastSuggestion: LastSuggestion;
  readonly nextEdits: LineOwner;
  readonly memory: Memory;
  readonly status: { folder(): FolderRef };
}

export function completions(deps: CompletionsDeps): Surface {
  const { documents, folders, configuration, ghostText, lastSuggestion, nextEdits, snooze } = deps;
  const acceptShown = async (part: Parameters<typeof acceptPart>[0]) => {
    if (!(await nextEdits.applyLines())) await acceptPart(part, folders, documents);
  };
  return {
    commands: {
      trigger: () => ghostText.requestManually(),
      acceptWord: () => acceptShown('acceptNextWord'),
      acceptLine: () => acceptShown('acceptNextLine'),
      // Run by VS Code after it has inserted an item of ours.
      accepted: (folderKey: string, id: string) => {
        if (nextEdits.accepted(id)) return undefined;
        const inserted = lastSuggestion.withId(id);
        folders.all.find(({ folder }) => folder.key === folderKey)?.service.accepted(id);
        const isWanted = inserted && configuration.for(placeOf(inserted.document.uri).folder.uri).addMissingImports;
        return isWanted ? nextEdits.addImports(inserted) : undefined;
      },
      snooze: () => toggleSnooze(snooze),
      toggleHere: () => toggleHere(deps),
    },
    inPanel: ['snooze'],
    begin: () => void announceOther(deps.memory, (id) => vscode.extensions.getExtension(id) !== undefined),
    notices: () =>
      snooze.active
        ? [{ kind: 'info', text: `${snoozedText(snooze)}.`, action: { label: t('End Snooze'), command: 'snooze' } }]
        : [],
  };
}

/** The end, not the minutes that are left: these would change, and screen readers would read each change. */
export function snoozedText({ until }: Pick<Snooze, 'until'>): string {
  if (until === Number.POSITIVE_INFINITY) return t('Snoozed until restart');
  return t('Snoozed until {0}', new Date(until).toLocaleTimeString(undefined, { timeStyle: 'short' }));
}

/** Ends a pause, or asks for the length of one. */
async function toggleSnooze(snooze: Snooze): Promise<void> {
  if (snooze.active) return snooze.stop();
  const lengths = [
    { label: t('5 minutes'), minutes: 5 },
    { label: t('30 minutes'), minutes: 30 },
    { label: t('Until the editor restarts'), minutes: Number.POSITIVE_INFINITY },
  ];
  const picked = await window.showQuickPick(lengths, { placeHolder: t('Snooze suggestions for…') });
  if (picked) snooze.start(picked.minutes);
}

/** Turns suggestions off or on again: in a folder, a language, comments or strings. */
async function toggleHere({ configuration, permissions, status }: CompletionsDeps): Promise<void> {
  const folder = status.folder();
  const languageId = window.activeTextEditor?.document.languageId;
  const { enable } = configuration.for(folder.uri);
  const setting = (id: string, where: UiText) => {
    const isOn = isLanguageEnabled(enable, id);
    return { where, isOn, run: () => configuration.write('enable', { ...enable, [id]: !isOn }, folder.uri) };
  };
  const isFolderOn = permissions.isOn(folder.key);
  const places = [
    setting('comment', t('in comments of all languages')),
    setting('string', t('in strings of all languages')),
    ...(languageId === undefined ? [] : [setting(languageId, t('for {0}, in all folders', languageId))]),
    { where: t('in {0}', folder.name), isOn: isFolderOn, run: () => permissions.setFolder(folder.key, !isFolderOn) },
  ];
  const label = ({ where, isOn }: (typeof places)[number]) =>
    isOn ? t('Turn off {0}', where) : t('Turn on {0}', where);
  const rows = places.map((place) => ({ label: label(place), run: place.run }));
  const picked = await window.showQuickPick(rows, { placeHolder: t('Enable or disable completions…') });
  await picked?.run();
}

/** Extensions that complete in the same way and share keys. */
const OTHERS = ['GitHub.copilot', 'GitHub.copilot-chat'];
const TOLD_OF_OTHER = 'toldOfOther';

/** Says once, ever, that another extension completes, too. */
export async function announceOther(memory: Memory, isInstalled: (id: string) => boolean): Promise<void> {
  if (!OTHERS.some(isInstalled) || memory.get<boolean>(TOLD_OF_OTHER)) return;
  await memory.update(TOLD_OF_OTHER, true);
  const both = t(
    'GitHub Copilot completes here, too: the first suggestion that comes is shown, and Alt+\\ asks both. Its setting "github.copilot.enable" switches it off, by language.',
  );
  await offerCommand('Information', both, t('Open Settings'), 'workbench.action.openSettings', 'github.copilot.enable');
}

/** Says why a manual request got no suggestion. */
export function sayWhyNothing(exit: Exit, { status, statusText }: Pick<PanelState, 'status' | 'statusText'>): void {
  const isEarly = status === 'starting' && exit === 'held back';
  const early = t('No suggestion yet: {0}. Ask again in a moment.', statusText);
  if (EXITS[exit] !== '') void window.showInformationMessage(isEarly ? early : t(EXITS[exit], statusText));
}
