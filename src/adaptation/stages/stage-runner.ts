// Runs the stages of an adaptation on demand. A stage that finished on the same inputs is read from the store,
// so a killed run resumes at its first unfinished stage, and a second run repeats nothing.
import { hash } from 'node:crypto';
import { noProgress, type Progress, type ProgressUpdate } from '../../common/progress.ts';
import type { Row } from '../report/countdown.ts';

/** Reports progress of a stage. */
export type Tell = (update: Omit<ProgressUpdate, 'stage' | 'step' | 'overall' | 'left'>) => void;

/** @typeParam M outputs by stage name. @typeParam S names of the sources. @typeParam R the run */
export interface Stage<M, S extends string, R, W extends keyof M> extends Row {
  /** The kinds of runs that include the stage. */
  readonly of: 'all' | 'adapting' | 'neural' | 'api' | 'first-look';
  readonly reads: readonly (Exclude<keyof M, W> | S)[];
  /** Version of the stage's code, from 1: raise it when the same inputs give another output. */
  readonly version?: number;
  /** Other inputs: options and shipped files. */
  readonly settings?: (run: R) => unknown;
  /**
   * Present if the output is stored as JSON. Returns whether a stored output is valid for this run and its files exist.
   */
  readonly keeps?: (output: M[W], run: R) => boolean;
  readonly run: (runner: StageRunner<M, S, R>, tell: Tell) => M[W] | Promise<M[W]>;
}

/** In the order of a run. */
export type Stages<M, S extends string, R> = { readonly [W in keyof M]: Stage<M, S, R, W> };

/** Store of finished stages. */
export interface Finished {
  /** The output for this signature; undefined: the stage did not finish on these inputs. */
  outputOfFinished(stage: string, signature: string): string | undefined;
  finish(stage: string, signature: string, output: string): void;
}

export class StageRunner<M, S extends string, R> {
  readonly run: R;
  /** Signatures of the sources. */
  readonly sources: Readonly<Record<S, string>>;
  private readonly stages: Stages<M, S, R>;
  private readonly store: Finished | undefined;
  private readonly progress: Progress;
  private readonly outputs = new Map<keyof M, Promise<unknown>>();

  constructor(
    stages: Stages<M, S, R>,
    run: R,
    sources: Readonly<Record<S, string>>,
    store: Finished | undefined,
    progress: Progress = noProgress,
  ) {
    this.stages = stages;
    this.run = run;
    this.sources = sources;
    this.store = store;
    this.progress = progress;
  }

  /** The output of a stage. Rejects each time if the stage failed. */
  get<W extends keyof M & string>(name: W): Promise<M[W]> {
    const output = this.outputs.get(name) ?? this.make(name);
    this.outputs.set(name, output);
    return output as Promise<M[W]>;
  }

  /** Whether the stage has started. */
  has(name: keyof M): boolean {
    return this.outputs.has(name);
  }

  /** The stored output of a finished stage, if this run may use it. */
  async known<W extends keyof M & string>(name: W): Promise<M[W] | undefined> {
    const output = await this.last(name);
    return output !== undefined && this.stages[name].keeps?.(output, this.run) ? output : undefined;
  }

  /** The stored output for the same inputs, even if `keeps` rejects it. */
  async last<W extends keyof M & string>(name: W): Promise<M[W] | undefined> {
    const json = this.store?.outputOfFinished(name, await this.signature(name));
    return json === undefined ? undefined : (JSON.parse(json) as M[W]);
  }

  /** Digest of a stage's inputs, settings and code version. */
  async signature(name: keyof M & string): Promise<string> {
    const { reads, version = 1, settings } = this.stages[name];
    const inputs: string[] = [];
    for (const each of reads) inputs.push(await this.digestOf(each as keyof M | S));
    return digest([name, version, settings?.(this.run), inputs]);
  }

  /** Digest of a stored output; of other outputs, the signature of their stage. */
  private async digestOf(name: keyof M | S): Promise<string> {
    if (Object.hasOwn(this.sources, name)) return this.sources[name as S];
    const stage = name as keyof M & string;
    return this.stages[stage].keeps ? digest(await this.get(stage)) : this.signature(stage);
  }

  private async make<W extends keyof M & string>(name: W): Promise<M[W]> {
    const stage = this.stages[name];
    const tell: Tell = (update) => this.progress({ stage: stage.name, ...update });
    if (!stage.keeps || !this.store) return stage.run(this, tell);
    const known = await this.known(name);
    if (known !== undefined) return known;
    const output = await stage.run(this, tell);
    await this.keep(name, output);
    return output;
  }

  /** Replaces the output of a stage. */
  async keep<W extends keyof M & string>(name: W, output: M[W]): Promise<void> {
    this.store?.finish(name, await this.signature(name), JSON.stringify(output));
  }
}

/** SHA-256 of plain data. */
export function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value ?? null), 'hex');
}
