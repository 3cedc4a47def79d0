// Notifications that no user action causes. Each is shown once: refused key, consent, damaged store.
import * as vscode from 'vscode';
import type { Api } from './api/api.ts';
import { askConsent, type ConsentQuestion } from './api/consent.ts';
import type { Permissions } from './api/permissions.ts';
import type { FolderRef } from './editor/folder-ref.ts';
import { safeSentence, sentences, t } from './editor/ui-text.ts';
import { window } from './editor/window.ts';

export class Announcements {
  /** Folders and hosts asked about in this session: a dismissed notification does not return. */
  private readonly asked = new Set<string>();

  /** Call before an automatic request. Asks for consent. */
  beforeRequest(folder: FolderRef, api: Api, permissions: Permissions): void {
    if (api.state(folder) === 'unasked') this.ask(api.question(folder), permissions);
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
}
