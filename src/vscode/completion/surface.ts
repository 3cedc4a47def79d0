// Ghost text: its commands, a pause, and where it is off.
import { textStateAt } from '../../text/text-state.ts';
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
import { acceptPart } from './accept-part.ts';
import type { GhostTextProvider, InsertedSuggestion, LastSuggestion } from './provider.ts';
import { showSample } from './sample.ts';
import type { Snooze } from './snooze.ts';

/** What next edits do with the keys that accept ghost text. */
interface Acceptor {
  /** Applies an edit whose lines are ghost text. False: none is. */
  applyLines(): Promise<boolean>;
  /** Whether the accepted text was an edit's. */
  accepted(id: string): boolean;
  addImports(inserted: InsertedSuggestion): void;
}

export interface CompletionsDeps {
  readonly documents: Documents;
  readonly folders: Folders;
  readonly configuration: Configuration;
  readonly permissions: Permissions;
  readonly snooze: Snooze;
  readonly ghostText: Pick<GhostTextProvider, 'requestManually'>;
  readonly lastSuggestion: LastSuggestion;
  readonly nextEdits: Acceptor;
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
      showSample: () => showSample(documents, ghostText),
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
      toggleHere: () => (isOnHere(deps) ? disableHere(deps) : enableHere(deps)),
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

/** Whether suggestions are on in the folder and for the language of the active editor. */
export function isOnHere({
  configuration,
  permissions,
  status,
}: Pick<CompletionsDeps, 'configuration' | 'permissions' | 'status'>): boolean {
  const folder = status.folder();
  const languageId = window.activeTextEditor?.document.languageId;
  const isOnFor = (id: string) => isLanguageEnabled(configuration.for(folder.uri).enable, id);
  return permissions.isOn(folder.key) && (languageId === undefined || isOnFor(languageId));
}

async function enableHere({ configuration, permissions, status }: CompletionsDeps): Promise<void> {
  const folder = status.folder();
  const languageId = window.activeTextEditor?.document.languageId;
  await permissions.setFolder(folder.key, true);
  if (languageId === undefined) return;
  const { enable } = configuration.for(folder.uri);
  if (isLanguageEnabled(enable, languageId)) return;
  await configuration.write('enable', { ...enable, [languageId]: true }, folder.uri);
}

async function disableHere({ configuration, permissions, status }: CompletionsDeps): Promise<void> {
  const folder = status.folder();
  const languageId = window.activeTextEditor?.document.languageId;
  const set = async (id: string, isOn: boolean) => {
    const { enable } = configuration.for(folder.uri);
    await configuration.write('enable', { ...enable, [id]: isOn }, folder.uri);
  };
  const part = partAtCursor();
  const isPartOn = part === undefined || isLanguageEnabled(configuration.for(folder.uri).enable, part);
  const choices = [
    ...(part === undefined
      ? []
      : [
          {
            label: partText(part, isPartOn),
            detail: t('In all languages and folders'),
            run: () => set(part, !isPartOn),
          },
        ]),
    {
      label: t('In {0}', folder.name),
      detail: t('For all languages'),
      run: () => permissions.setFolder(folder.key, false),
    },
    ...(languageId === undefined
      ? []
      : [{ label: t('For {0}', languageId), detail: t('In all folders'), run: () => set(languageId, false) }]),
  ];
  const placeHolder = isPartOn ? t('Disable completions…') : t('Enable or disable completions…');
  const picked = await window.showQuickPick(choices, { placeHolder });
  await picked?.run();
}

/** The comment or string that the cursor is in. */
function partAtCursor(): 'comment' | 'string' | undefined {
  const editor = window.activeTextEditor;
  const state = editor && textStateAt(new Document(editor.document).queryAt(editor.selection.active));
  return state === 'code' ? undefined : state;
}

function partText(part: 'comment' | 'string', isOn: boolean): UiText {
  if (part === 'comment') return isOn ? t('In comments') : t('On again in comments');
  return isOn ? t('In strings') : t('On again in strings');
}
