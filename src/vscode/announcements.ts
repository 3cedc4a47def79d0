// Notifications without a user action, each shown once: no key, refused key, consent, a damaged store, an unused
// adaptation.
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { Api } from './api/api.ts';
import { askConsent, type ConsentQuestion } from './api/consent.ts';
import type { Permissions } from './api/permissions.ts';
import type { Served } from './api/served-specialist.ts';
import type { FolderRef } from './editor/folder-ref.ts';
import { safeSentence, sentences, t } from './editor/ui-text.ts';
import { window } from './editor/window.ts';

const saidNoKey = 'said:noKey';
const saidOutdated = 'said:outdated';

export class Announcements {
  private readonly memory: vscode.Memento;
  /** Folders and hosts asked about in this session: a dismissed notification does not return. */
  private readonly asked = new Set<string>();
  private noKeySaid = false;

  constructor(memory: vscode.Memento) {
    this.memory = memory;
  }

  /** Before an automatic request: asks for a missing key or consent. @param callsAnHour see Api.question */
  beforeRequest(
    folder: FolderRef,
    api: Api,
    served: Served,
    permissions: Permissions,
    callsAnHour: number | undefined,
  ): void {
    if (api.state(folder) === 'no-key') void this.noKey();
    void served.look();
    if (api.state(folder) === 'unasked') this.ask(api.question(folder, callsAnHour), permissions);
    if (served.state(folder) === 'unasked') this.ask(served.question(folder), permissions);
  }

  private ask(question: ConsentQuestion, permissions: Permissions): void {
    const id = `${question.folder} ${question.host}`;
    if (this.asked.has(id)) return;
    this.asked.add(id);
    void askConsent(question, permissions, 'notice');
  }

  badKey(): void {
    const setKey = t('Set API Key');
    void window
      .showErrorMessage(t('The API key was refused. Completions are local until you set a valid key.'), setKey)
      .then((answer) => {
        if (answer === setKey) void vscode.commands.executeCommand('easyAdaptation.setApiKey');
      });
  }

  /** Once per folder and version; the panel shows it permanently. */
  async outdated({ name, storeName }: FolderRef, version: string): Promise<void> {
    const said = this.memory.get<Record<string, string>>(saidOutdated) ?? {};
    // A hash, so that the stored id does not reveal the path.
    const id = createHash('sha256').update(storeName).digest('hex').slice(0, 16);
    if (!vscode.workspace.isTrusted || said[id] === version) return;
    await this.memory.update(saidOutdated, { ...said, [id]: version });
    const adapt = t('Adapt to This Repo');
    const answer = await window.showInformationMessage(
      t(
        'The base model has changed, so the adaptation of {0} is kept but not used. Adapt again to use the new base model.',
        name,
      ),
      adapt,
    );
    if (answer === adapt) await vscode.commands.executeCommand('easyAdaptation.adapt');
  }

  store(notice: string): void {
    void window.showWarningMessage(sentences(t('Easy Adaptation:'), safeSentence(notice)));
  }

  /** Once per user, not per window or session. */
  private async noKey(): Promise<void> {
    if (this.noKeySaid || this.memory.get<boolean>(saidNoKey)) return;
    this.noKeySaid = true;
    await this.memory.update(saidNoKey, true);
    const setKey = t('Set API Key');
    const answer = await window.showInformationMessage(
      t(
        'Easy Adaptation completes with a local model of your repository: it is free, and nothing leaves this machine. Set an API key to use a large model at harder positions.',
      ),
      t('Stay Local'),
      setKey,
    );
    if (answer === setKey) await vscode.commands.executeCommand('easyAdaptation.setApiKey');
  }
}
