// The window's neural engine: one process that completes for all folders, started when the first asks, and made anew when its settings change.
import { join } from 'node:path';
import type { CurrentModel, Shipped } from '../../adaptation/models/folder-models.ts';
import { DisposableStore } from '../../common/disposable.ts';
import { failed, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { threadCount } from '../../common/threads.ts';
import type { Tuning } from '../../common/tuning.ts';
import type { ModelToOpen } from '../../completion/folder-model.ts';
import type { EngineStart } from '../../jobs/protocol.ts';
import { type Engine, EngineClient, type RequestOptions } from '../../specialist/engine/client.ts';
import type { RequestKind, Requests } from '../../specialist/engine/protocol.ts';
import type { Paths } from '../editor/paths.ts';
import type { Settings } from '../editor/settings.ts';
import type { Bases } from './bases.ts';

/** Why there is no neural model: switched off, or its files are not in this package. */
export type NeuralAbsence = 'off' | 'no-model';

export interface NeuralDeps {
  readonly settings: () => Settings;
  readonly paths: Pick<Paths, 'engine' | 'models'>;
  /** What serves now. */
  readonly bases: Pick<Bases, 'current'>;
  readonly log: Log;
  readonly tuning: Tuning;
  /** Its process was replaced: what was open in it is not any more. */
  readonly onRestarted: () => void;
  /** Other settings: what is open should be opened anew. */
  readonly onChange: () => void;
  /** In place of a process, for tests. */
  readonly start?: (memoryCeiling: number) => EngineProcess;
}

export type EngineProcess = Pick<EngineClient, 'request' | 'onRestarted' | 'dispose' | 'pid'>;

export class Neural extends DisposableStore implements Engine {
  readonly tuning: Tuning;
  private readonly deps: NeuralDeps;
  private client: EngineProcess | undefined;
  private known: string;
  private ceiling: number;

  constructor(deps: NeuralDeps) {
    super();
    this.deps = deps;
    this.tuning = deps.tuning;
    this.known = this.fingerprint();
    this.ceiling = deps.settings().neuralMemory;
    this.add({ dispose: () => this.end() });
  }

  /** Undefined where there is one. */
  get absence(): NeuralAbsence | undefined {
    if (!this.deps.settings().neural) return 'off';
    return this.deps.bases.current ? undefined : 'no-model';
  }

  /** Folder of the base that serves, and path of the tokenizer that all indexes are made with: the n-grams keep it whatever the base. */
  get shipped(): Shipped {
    const { bases, paths } = this.deps;
    const small = join(paths.models, 'small');
    return { base: bases.current?.base.folder ?? small, tokenizer: join(small, 'tokenizer.json') };
  }

  /** Of the process; undefined while none runs. */
  get pid(): number | undefined {
    return this.client?.pid;
  }

  /** How a process is started now; an adaptation starts its own. */
  get start(): EngineStart {
    const { settings, paths } = this.deps;
    const memoryCeiling = settings().neuralMemory * 1e9;
    return { script: paths.engine, memoryCeiling, trainingNiceness: this.tuning.trainingNiceness };
  }

  /** How a model is to be served now. */
  serving({ model, base, name }: Pick<CurrentModel, 'model' | 'base' | 'name'>): ModelToOpen {
    const { neuralPrecision, neuralThreads } = this.deps.settings();
    const threads = threadCount(neuralThreads || 'auto');
    const { tokenizer } = this.shipped;
    return { model, name, base, tokenizer, precision: neuralPrecision, threads };
  }

  async request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    options?: RequestOptions<K>,
  ): Promise<Result<Requests[K]['result']>> {
    if (this.isDisposed || !this.deps.settings().neural)
      return failed('unsupported', 'The neural model is switched off.');
    this.client ??= this.begin();
    return this.client.request(kind, request, options);
  }

  /** The settings may be others now. */
  configure(): void {
    const now = this.fingerprint();
    if (now === this.known) return;
    this.known = now;
    const { neural, neuralMemory } = this.deps.settings();
    if (!neural || neuralMemory !== this.ceiling) this.end();
    this.deps.onChange();
  }

  private end(): void {
    this.client?.dispose();
    this.client = undefined;
  }

  private begin(): EngineProcess {
    const { log, start } = this.deps;
    this.ceiling = this.deps.settings().neuralMemory;
    const client = start?.(this.ceiling * 1e9) ?? new EngineClient({ ...this.start, log });
    client.onRestarted(this.deps.onRestarted);
    return client;
  }

  private fingerprint(): string {
    const { neural, neuralMemory, neuralPrecision, neuralThreads } = this.deps.settings();
    return JSON.stringify([neural, neuralMemory, neuralPrecision, neuralThreads]);
  }
}
