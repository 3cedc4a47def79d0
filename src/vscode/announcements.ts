// Notifications that no user action causes: refused key, consent, damaged store.
import type { Api } from './api/api.ts';
import { askConsent } from './api/consent.ts';
import type { Memory, Permissions } from './api/permissions.ts';
import { offerCommand } from './editor/dialogs.ts';
import type { FolderRef } from './editor/folder-ref.ts';
import { t } from './editor/ui-text.ts';

/**
 * Asks for consent before automatic requests, once for each folder and host: a dismissed notification does not return.
 */
export class ConsentNotice {
  private readonly asked = new Set<string>();

  beforeRequest(folder: FolderRef, api: Api, permissions: Permissions): void {
    const id = `${folder.key} ${api.host()}`;
    if (this.asked.has(id) || api.state(folder) !== 'unasked') return;
    this.asked.add(id);
    void askConsent(api.question(folder), permissions, 'notice');
  }
}

export function announceBadKey(): void {
  const refused = t('The API key was refused. Completions are local until you set a valid key.');
  void offerCommand('Error', refused, t('Set API Key'), 'easyAdaptation.setApiKey');
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
