// Context keys for the `when` clauses in package.json. A key is set only when it changes.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import type { Adaptation } from '../adapt/adaptation.ts';
import type { ApiKey } from '../api/api-key.ts';
import type { Folders } from '../folder/folders.ts';
import type { StatusSnapshot } from './status.ts';

export interface ContextDeps {
  readonly key: ApiKey;
  readonly adaptation: Adaptation;
  readonly folders: Folders;
}

export class ContextKeys extends Part<ContextDeps> {
  private readonly known = new Map<string, boolean | string | undefined>();

  update({ apiState, maySend, folder }: StatusSnapshot): void {
    const { key, adaptation, folders } = this.deps;
    this.set('hasKey', key.value !== undefined);
    this.set('needsConsent', apiState === 'unasked' || apiState === 'declined');
    this.set('maySend', maySend);
    this.set('adapting', adaptation.isAdapting);
    this.set('adapted', folders.peek(folder)?.adaptation.latest !== undefined);
  }

  set(name: string, value: boolean | string | undefined): void {
    if (this.known.get(name) === value) return;
    this.known.set(name, value);
    void vscode.commands.executeCommand('setContext', `easyAdaptation.${name}`, value);
  }
}
