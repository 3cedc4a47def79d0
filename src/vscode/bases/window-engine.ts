// The window's neural engine: one process completes for all folders. The first request starts it; a changed setting
// restarts it.
import { join } from 'node:path';
import type { CurrentModel, Shipped } from '../../adapt/models/folder-models.ts';
import { Part } from '../../common/disposable.ts';
import { failed, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { memoryCeiling } from '../../common/memory.ts';
import type { AskOptions, Kind } from '../../common/remote.ts';
import type { Tuning } from '../../common/tuning.ts';
import type { EngineStart } from '../../jobs/job-protocol.ts';
import { EngineClient, type EngineOptions } from '../../specialist/engine/engine-client.ts';
import type { EditorEngine, EditorRequests } from '../../specialist/engine/engine-protocol.ts';
import type { ModelToOpen } from '../../suggest/neural-model.ts';
import type { Paths } from '../editor/paths.ts';
import type { Settings } from '../settings/settings.ts';
import type { BaseChoice, Bases } from './bases.ts';
import { servingOptions } from './shipped-bases.ts';

/** Why there is no neural model: switched off, or missing from this package. */
export type NeuralAbsence = 'off' | 'no-model';

export interface WindowEngineDeps {
  readonly settings: () => Settings;
  readonly paths: Pick<Paths, 'engine' | 'models'>;
  readonly bases: Pick<Bases, 'current' | 'setAside'>;
  readonly log: Log;
  readonly tuning: Tuning;
  /** Called after the process was replaced: its open models are gone. */
  readonly onRestarted: () => void;
  /** Called after settings have changed: open models must be opened again. */
  readonly onChange: () => void;
  /** Replaces the process in tests. */
  readonly start?: (memoryCeiling: number) => EngineProcess;
}

export type EngineProcess = Pick<EngineClient, 'request' | 'onRestarted' | 'dispose' | 'pid'>;

export class WindowEngine extends Part<WindowEngineDeps> implements EditorEngine {
  readonly tuning = this.deps.tuning;
  private client: EngineProcess | undefined;
  private knownSettings = this.relevantSettings();
  private ceiling = this.deps.settings().memory;

  constructor(deps: WindowEngineDeps) {
    super(deps);
    this.add({ dispose: () => this.endProcess() });
  }

  /** Why there is no neural model; undefined if there is one. */
  get absence(): NeuralAbsence | undefined {
    if (this.isOff) return 'off';
    return this.deps.bases.current ? undefined : 'no-model';
  }

  private get isOff(): boolean {
    return this.deps.settings().baseModel === 'none';
  }

  /**
   * Folder of the selected base, and path of the tokenizer of all n-gram indexes, which does not depend on the base.
   */
  get shipped(): Shipped {
    const { bases, paths } = this.deps;
    const small = join(paths.models, 'small');
    return { base: bases.current?.base.folder ?? small, tokenizer: join(small, 'tokenizer.json') };
  }

  /** The selected base with its reason. */
  get choice(): BaseChoice | undefined {
    return this.deps.bases.current;
  }

  /** Id of the engine's process; undefined while no process runs. */
  get pid(): number | undefined {
    return this.client?.pid;
  }

  /** How an adaptation runs the engine in its own process. */
  get startOfJob(): EngineStart {
    return { memoryCeiling: memoryCeiling(this.deps.settings().memory), niceness: this.tuning.trainingNiceness };
  }

  /** The model with the serving options of the current settings. */
  serving({ setAside: _, ...current }: CurrentModel): ModelToOpen {
    return { ...current, tokenizer: this.shipped.tokenizer, ...servingOptions(this.deps.settings()) };
  }

  /** The selected base, for jobs; undefined without a neural model. */
  get forJobs(): { readonly base: string; readonly tokenizer: string; readonly threads: number } | undefined {
    if (this.absence !== undefined) return undefined;
    return { ...this.shipped, threads: servingOptions(this.deps.settings()).threads };
  }

  async request<K extends Kind<EditorRequests>>(
    kind: K,
    request: EditorRequests[K]['request'],
    options?: AskOptions<EditorRequests[K]['progress']>,
  ): Promise<Result<EditorRequests[K]['result']>> {
    if (this.isDisposed || this.isOff) return failed('unsupported', 'The neural model is switched off.');
    this.client ??= this.startProcess();
    return this.client.request(kind, request, options);
  }

  /** Applies changed settings. */
  configure(): void {
    const now = this.relevantSettings();
    if (now === this.knownSettings) return;
    this.knownSettings = now;
    if (this.isOff || this.deps.settings().memory !== this.ceiling) this.endProcess();
    this.deps.onChange();
  }

  private endProcess(): void {
    this.client?.dispose();
    this.client = undefined;
  }

  private startProcess(): EngineProcess {
    const { log, start, bases, paths } = this.deps;
    this.ceiling = this.deps.settings().memory;
    const ceiling = memoryCeiling(this.ceiling);
    const onSetAside: EngineOptions['onSetAside'] = ({ weights }, { message }) => bases.setAside(weights, message);
    const options = { script: paths.engine, memoryCeiling: ceiling, log, onSetAside };
    const client = start?.(ceiling) ?? new EngineClient(options);
    client.onRestarted(this.deps.onRestarted);
    return client;
  }

  private relevantSettings(): string {
    const { memory, device } = this.deps.settings();
    return JSON.stringify([this.isOff, memory, device]);
  }
}
