// The local model on a server: address, key, permission per folder, and whether the server answers. While it does not,
// this machine drafts, and typing triggers retries at growing intervals.
import type { Clock } from '../../common/clock.ts';
import type { CompletionQuery } from '../../common/completion.ts';
import type { Failure } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { Redactor } from '../../common/redaction.ts';
import {
  draftPrompt,
  ServedEngine,
  type ServedDeps as ServedEngineDeps,
  servedModel,
  servedRequest,
} from '../../completion/served-engine.ts';
import { connectLlm, listModels, requestWriter } from '../../llm/connect.ts';
import { checkBaseUrl, hostOf } from '../../llm/protocol/address.ts';
import type { LlmSettings } from '../../llm/types.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Settings } from '../settings/settings.ts';
import type { ApiKey, KeyOwner } from './api-key.ts';
import type { ConsentQuestion } from './consent.ts';
import type { Permissions } from './permissions.ts';

/** Whether the served model completes in a folder, or the first reason against it that the user has to resolve. */
export type ServedState = 'off' | 'untrusted' | 'local-only' | 'bad-url' | 'unasked' | 'declined' | 'away' | 'serves';

export interface ServedSettingsDeps {
  readonly settings: (
    folder: FolderRef | undefined,
  ) => Pick<Settings, 'servedUrl' | 'servedModel' | 'localOnly' | 'balance'>;
  readonly key: Pick<ApiKey, 'value'>;
  readonly permissions: Pick<Permissions, 'mayCall' | 'hasDeclined'>;
  readonly isTrusted: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when the server or its availability has changed: open models must be opened again. */
  readonly onChange: () => void;
  /** Replaces the global fetch in tests. */
  readonly fetch?: typeof fetch;
}

/** Timeout of a draft, ms. */
const draftMs = 5_000;
/** Retry delay after a failure: doubled each time, up to the maximum, ms. */
const firstDelayMs = 30_000;
const maxDelayMs = 10 * 60_000;

export class Served {
  private readonly deps: ServedSettingsDeps;
  private known: string;
  private failure: Failure | undefined;
  private retryAt = 0;
  private retryDelay = firstDelayMs;
  private isRetrying = false;

  constructor(deps: ServedSettingsDeps) {
    this.deps = deps;
    // The key store reads the owner before this object exists.
    this.known = this.fingerprint('');
  }

  state(folder: FolderRef): ServedState {
    const { settings, permissions, isTrusted } = this.deps;
    const { servedUrl, localOnly, balance } = settings(folder);
    if (servedUrl === '') return 'off';
    if (!isTrusted()) return 'untrusted';
    // A balance of 0 also means that nothing leaves this machine.
    if (localOnly || balance === 0) return 'local-only';
    if (checkBaseUrl(servedUrl).problem) return 'bad-url';
    if (permissions.hasDeclined(folder.key, this.host)) return 'declined';
    if (!permissions.mayCall(folder.key, this.host)) return 'unasked';
    return this.failure ? 'away' : 'serves';
  }

  get host(): string {
    return hostOf(this.deps.settings(undefined).servedUrl);
  }

  get model(): string {
    return this.deps.settings(undefined).servedModel || 'model';
  }

  get owner(): KeyOwner {
    return { provider: 'served', host: this.host };
  }

  /** Why the server does not answer. */
  get problem(): string | undefined {
    return this.failure?.message;
  }

  question({ key, name }: FolderRef): ConsentQuestion {
    return { folder: key, name, host: this.host, model: this.model, isServedModel: true };
  }

  /** The engine that a folder opens instead of this machine's. */
  engine(folder: Pick<ServedEngineDeps, 'rank' | 'redact' | 'mayLeave'>): {
    readonly engine: ServedEngine;
    readonly model: ReturnType<typeof servedModel>;
  } {
    const { clock, fetch } = this.deps;
    const llm = connectLlm(this.connection(), { clock, ...(fetch && { fetch }) });
    const engine = new ServedEngine({ ...folder, llm, models: (signal) => this.list(signal), clock });
    return { engine, model: servedModel(this.model) };
  }

  /** The text that a draft sends. */
  async body(query: CompletionQuery, multiline: boolean, redact: Redactor): Promise<string> {
    const send = await requestWriter(this.connection(), draftPrompt);
    return send((await servedRequest(query, multiline, redact)).request);
  }

  /** Called after a failure in a folder. This machine drafts in all folders until the server answers again. */
  onFailure(failure: Failure): void {
    if (this.failure) return;
    // The server had answered for a long time, so the retry delay starts again.
    if (this.deps.clock.monotonic() - this.retryAt > maxDelayMs) this.retryDelay = firstDelayMs;
    this.deps.log.warn(`${this.host} does not complete: ${failure.message}`);
    this.suspend(failure);
    this.deps.onChange();
  }

  /** Called while the user types. Retries if the delay has passed. */
  async retry(): Promise<void> {
    const { clock, onChange } = this.deps;
    if (!this.failure || this.isRetrying || clock.monotonic() < this.retryAt) return;
    const { known } = this;
    this.isRetrying = true;
    const listedModels = await this.list(new AbortController().signal).finally(() => {
      this.isRetrying = false;
    });
    if (known !== this.known) return;
    if (!listedModels.ok) return this.suspend(listedModels.error);
    // The delay also grows for a server that lists its model but does not draft.
    this.failure = undefined;
    onChange();
  }

  /** Applies changed settings, key or trust. */
  configure(): void {
    const now = this.fingerprint(this.apiKey);
    if (now === this.known) return;
    this.known = now;
    this.failure = undefined;
    this.retryDelay = firstDelayMs;
    this.deps.onChange();
  }

  private suspend(failure: Failure): void {
    this.failure = failure;
    this.retryAt = this.deps.clock.monotonic() + this.retryDelay;
    this.retryDelay = Math.min(maxDelayMs, this.retryDelay * 2);
  }

  private list(signal: AbortSignal) {
    const { clock, fetch } = this.deps;
    return listModels(this.connection(), signal, { clock, ...(fetch && { fetch }) });
  }

  private connection(): LlmSettings {
    const { servedUrl: baseUrl } = this.deps.settings(undefined);
    return { provider: 'served', apiKey: this.apiKey, baseUrl, model: this.model, timeoutMs: draftMs };
  }

  private get apiKey(): string {
    return this.deps.key.value ?? '';
  }

  private fingerprint(apiKey: string): string {
    const { servedUrl, servedModel } = this.deps.settings(undefined);
    return JSON.stringify([servedUrl, servedModel, apiKey, this.deps.isTrusted()]);
  }
}
