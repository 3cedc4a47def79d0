// Notifications that no user action causes. Each is shown once: missing key, refused key, consent, damaged store.
import * as vscode from 'vscode';
import type { Api } from './api/api.ts';
import { askConsent, type ConsentQuestion } from './api/consent.ts';
import type { Permissions } from './api/permissions.ts';
import type { FolderRef } from './editor/folder-ref.ts';
import { safeSentence, sentences, t } from './editor/ui-text.ts';
import { window } from './editor/window.ts';

const noKeyShownKey = 'said:noKey';

export class Announcements {
  private readonly memory: vscode.Memento;
  /** Folders and hosts asked about in this session: a dismissed notification does not return. */
  private readonly asked = new Set<string>();
  private isNoKeyShown = false;

  constructor(memory: vscode.Memento) {
    this.memory = memory;
  }

  /**
   * Call before an automatic request. Asks for a missing key or consent.
   * @param callsAnHour see Api.question
   */
  beforeRequest(folder: FolderRef, api: Api, permissions: Permissions, callsAnHour: number | undefined): void {
    if (api.state(folder) === 'no-key') void this.noKey();
    if (api.state(folder) === 'unasked') this.ask(api.question(folder, callsAnHour), permissions);
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

  store(notice: string): void {
    void window.showWarningMessage(sentences(t('Easy Adaptation:'), safeSentence(notice)));
  }

  /** Shown once per user, not once per window or session. */
  private async noKey(): Promise<void> {
    if (this.isNoKeyShown || this.memory.get<boolean>(noKeyShownKey)) return;
    this.isNoKeyShown = true;
    await this.memory.update(noKeyShownKey, true);
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
