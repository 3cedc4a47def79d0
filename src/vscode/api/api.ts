// The large model in this editor: key, address, permission and budget. If all of them allow it, a folder gets a client.
import * as vscode from 'vscode';
import type { Clock } from '../../common/clock.ts';
import { Part } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import { Backoff } from '../../llm/backoff.ts';
import { apiHost, connectLlm, type LlmAddress, modelOf } from '../../llm/connect.ts';
import { checkBaseUrl } from '../../llm/protocol/guard.ts';
import type { LlmClient, LlmSettings } from '../../llm/protocol/models.ts';
import type { Provider } from '../../llm/protocol/wire.ts';
import { providerOf } from '../../llm/providers/providers.ts';
import { Budget, RecordingLlm } from '../../llm/recording.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { StoreOwner } from '../editor/store-owner.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { ApiKey, KeyOwner } from './api-key.ts';
import type { ConsentQuestion } from './consent.ts';
import { editorModels } from './editor-models.ts';
import { callsAnHour, costOf } from './hourly-cost.ts';
import type { Permissions } from './permissions.ts';

/** Whether the large model may be called for a folder, or the first reason against it that the user has to resolve. */
export type ApiState =
  | 'untrusted'
  | 'local-only'
  | 'no-key'
  | 'no-model' // none is chosen, and the provider has no default
  | 'bad-url'
  | 'unasked' // the user has not been asked about this folder and host
  | 'declined'
  | 'no-store' // paid answers could not be stored
  | 'over-budget'
  | 'available';

/** Whether the user has allowed this folder. The large model may still be unavailable. */
export function isAllowed(state: ApiState): boolean {
  return state === 'available' || state === 'over-budget' || state === 'no-store';
}

export interface ApiDeps {
  readonly key: ApiKey;
  readonly configuration: Configuration;
  readonly permissions: Permissions;
  readonly store: StoreOwner;
  readonly clock: Clock;
  readonly log: Log;
}

function addressIn(configuration: Configuration): LlmAddress {
  const { provider, model, baseUrl } = configuration.for(undefined);
  return { provider, model, baseUrl: checkBaseUrl(baseUrl).url ?? '' };
}

/** Owner of the key for the provider and the address in the settings. */
export function keyOwner(configuration: Configuration): KeyOwner {
  const address = addressIn(configuration);
  return { provider: providerOf(address.provider).id, host: apiHost(address) };
}

export class Api extends Part<ApiDeps> {
  private readonly clients = new Map<string, { readonly settings: string; readonly llm: LlmClient }>();
  private readonly budget = new Budget(() => this.deps.store.get(), this.limitUsd, this.deps.clock);
  private loaded = false;
  /** The backoff is shared by all folders, because they use the same server. */
  readonly backoff = new Backoff({ clock: this.deps.clock });

  /** Until this resolves, the large model is not called. */
  async load(): Promise<void> {
    await providerOf(this.address.provider).wire();
    this.loaded = true;
  }

  state(folder: FolderRef): ApiState {
    const { key, permissions } = this.deps;
    const settings = this.deps.configuration.for(folder.uri);
    if (!vscode.workspace.isTrusted) return 'untrusted';
    if (settings.localOnly || !this.loaded) return 'local-only';
    if (key.value === undefined && this.provider.key.need === 'required') return 'no-key';
    if (checkBaseUrl(settings.baseUrl).problem || this.host() === '') return 'bad-url';
    if (this.model === '') return 'no-model';
    const host = this.host();
    if (permissions.hasDeclined(folder.key, host)) return 'declined';
    if (!permissions.mayCall(folder.key, host)) return 'unasked';
    if (!this.deps.store.get().canKeep()) return 'no-store';
    this.budget.setLimit(this.limitUsd);
    return this.budget.exhausted ? 'over-budget' : 'available';
  }

  /** Provider, model and base URL in the settings. */
  get address(): LlmAddress {
    return addressIn(this.deps.configuration);
  }

  get provider(): Provider {
    return providerOf(this.address.provider);
  }

  /** Owner of the key that is sent. */
  get owner(): KeyOwner {
    return keyOwner(this.deps.configuration);
  }

  get model(): string {
    return modelOf(this.address);
  }

  host(): string {
    return apiHost(this.address);
  }

  /** Spending limit per calendar month, US dollars. The store counts all windows and runs. */
  get limitUsd(): number {
    return this.deps.configuration.for(undefined).apiBudget;
  }

  /** Spending of this month, US dollars. */
  get spentUsd(): number {
    return this.budget.spentUsd;
  }

  /** Identifies the large model that may be called for a folder; '' if none. */
  allowedModel(folder: FolderRef): string {
    return isAllowed(this.state(folder)) ? [this.provider.id, this.host(), this.model].join(' ') : '';
  }

  /** Call after a change of key, model, address or limit, so that earlier refusals no longer count. */
  reset(): void {
    this.backoff.reset();
    this.budget.reset();
  }

  question({ key, name }: FolderRef): ConsentQuestion {
    const { model, limitUsd } = this;
    const host = this.host();
    const facts = this.facts();
    const costs = { usdAnHour: costOf(callsAnHour, facts), isPriceGuessed: facts.guessed === true, limitUsd };
    return { folder: key, name, host, model, costs };
  }

  private facts(): ReturnType<Provider['facts']> {
    return this.provider.facts(this.model, this.host(), (this.deps.key.value ?? '') !== '');
  }

  /** Typical cost of this many completion calls, US dollars. */
  usdOf(calls: number): number {
    return costOf(calls, this.facts());
  }

  /** Address, key and timeout; undefined if the key is missing or the address is invalid. */
  settings(): LlmSettings | undefined {
    const apiKey = this.deps.key.value ?? '';
    const { baseUrl, apiTimeout } = this.deps.configuration.for(undefined);
    if ((apiKey === '' && this.provider.key.need === 'required') || checkBaseUrl(baseUrl).problem) return undefined;
    return { ...this.address, apiKey, timeoutMs: apiTimeout };
  }

  /** The folder's client, which records every paid answer before use. Recreated when key, address or model change. */
  llm(folder: FolderRef): LlmClient | undefined {
    const settings = this.settings();
    if (!settings || this.provider.onlyOnUserAction || this.state(folder) !== 'available') return undefined;
    const settingsText = JSON.stringify(settings);
    const knownClient = this.clients.get(folder.key);
    if (knownClient?.settings === settingsText) return knownClient.llm;
    const llm = this.connect(settings, folder.storeName);
    this.clients.set(folder.key, { settings: settingsText, llm });
    return llm;
  }

  /** @param folder the store's name of the folder; '' for a test call */
  connect(settings: LlmSettings, folder = ''): LlmClient {
    const { store, log } = this.deps;
    const options = { purpose: 'completion', folder, budget: this.budget, log } as const;
    return new RecordingLlm(connectLlm(settings, { editor: editorModels }), store.get(), options);
  }
}
