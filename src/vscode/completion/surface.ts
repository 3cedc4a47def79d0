// Ghost text: its commands, a pause, and where it is off.
import * as vscode from 'vscode';
import { EXITS, type Exit } from '../../suggest/exits.ts';
import { toLineFeeds } from '../../text/lines.ts';
import type { Permissions } from '../api/permissions.ts';
import { Document } from '../editor/document.ts';
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
  readonly status: { folder(): FolderRef };
}

export function completions(deps: CompletionsDeps): Surface {
  const { documents, folders, configuration, ghostText, lastSuggestion, nextEdits, snooze } = deps;
  const acceptShown = async (part: AcceptCommand) => {
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

/** Says why a manual request got no suggestion. */
export function sayWhyNothing(exit: Exit, { status, statusText }: Pick<PanelState, 'status' | 'statusText'>): void {
  const isEarly = status === 'starting' && exit === 'nothing to show';
  const early = t('No suggestion yet: {0}. Ask again in a moment.', statusText);
  if (EXITS[exit] !== '') void window.showInformationMessage(isEarly ? early : t(EXITS[exit], statusText));
}

type AcceptCommand = 'acceptNextWord' | 'acceptNextLine';

async function acceptPart(part: AcceptCommand, folders: Folders, documents: Documents): Promise<void> {
  const shown = window.activeTextEditor?.document;
  const document = shown && new Document(shown);
  const service = document && folders.peek(document.folder)?.service;
  const changes: Change[] = [];
  // VS Code reports all changes of the command before it resolves.
  const listener = documents.listen({
    changed: (changed, event) => {
      if (changed.shown === shown) changes.push(...(event?.contentChanges ?? []));
    },
  });
  try {
    await vscode.commands.executeCommand(`editor.action.inlineSuggest.${part}`);
  } finally {
    listener.dispose();
  }
  if (!service || shown.isClosed) return;
  for (const { end, length } of insertedTexts(changes))
    service.partAccepted(document.queryAt(shown.positionAt(end)), length);
}

/** What is needed of a `vscode.TextDocumentContentChangeEvent`. */
interface Change {
  /** UTF-16 offset in the document before the change. */
  readonly rangeOffset: number;
  readonly text: string;
}

interface InsertedText {
  /** Offset after the inserted text, UTF-16 units in the current document. */
  readonly end: number;
  /** Length of the text with normalized line ends, UTF-16 units. */
  readonly length: number;
}

/** @param changes of one edit, last position first, as VS Code reports them */
export function insertedTexts(changes: readonly Change[]): InsertedText[] {
  let unitsBefore = 0;
  const inOrder = [...changes].sort((a, b) => a.rangeOffset - b.rangeOffset);
  return inOrder.flatMap(({ rangeOffset, text }) => {
    const end = rangeOffset + unitsBefore + text.length;
    unitsBefore += text.length;
    return text === '' ? [] : [{ end, length: toLineFeeds(text).length }];
  });
}
