// Walks the stages of a run: each is made when something needs it, from what it reads; what the store says was finished from the same
// is not made again. So a run that died goes on at its first unfinished stage, and a second one does only what is new.
import { hash } from 'node:crypto';
import { noProgress, type Progress, type ProgressUpdate } from '../../common/progress.ts';
import type { Row } from '../report/countdown.ts';

/** How far a stage is. */
export type Tell = (update: Omit<ProgressUpdate, 'stage' | 'step' | 'overall' | 'left'>) => void;

/** @typeParam M what the stages make, by name. @typeParam S what is there before. @typeParam R the run that they belong to */
export interface Stage<M, S extends string, R, W extends keyof M> extends Row {
  /** Which runs come to it. */
  readonly of: 'all' | 'adapting' | 'neural' | 'api' | 'taught' | 'first-look';
  readonly reads: readonly (Exclude<keyof M, W> | S)[];
  /** Of its code: raised from 1 with every change that makes something else of the same. */
  readonly version?: number;
  /** What else it goes by: options, and what ships. */
  readonly settings?: (run: R) => unknown;
  /** What it makes is plain JSON, and kept. Tells whether this run may keep to it, and what belongs to it on disk is still there. */
  readonly keeps?: (made: M[W], run: R) => boolean;
  readonly run: (runner: StageRunner<M, S, R>, tell: Tell) => M[W] | Promise<M[W]>;
}

/** In the order in which a run comes to them. */
export type Stages<M, S extends string, R> = { readonly [W in keyof M]: Stage<M, S, R, W> };

/** Where finished stages are kept. */
export interface Finished {
  /** What the stage made from what has this signature; undefined: it did not finish, or from something else. */
  finished(stage: string, signature: string): string | undefined;
  finish(stage: string, signature: string, made: string): void;
}

export class StageRunner<M, S extends string, R> {
  readonly run: R;
  /** Signatures of what is there before. */
  readonly sources: Readonly<Record<S, string>>;
  private readonly stages: Stages<M, S, R>;
  private readonly kept: Finished | undefined;
  private readonly progress: Progress;
  private readonly made = new Map<keyof M, Promise<unknown>>();

  constructor(
    stages: Stages<M, S, R>,
    run: R,
    sources: Readonly<Record<S, string>>,
    kept: Finished | undefined,
    progress: Progress = noProgress,
  ) {
    this.stages = stages;
    this.run = run;
    this.sources = sources;
    this.kept = kept;
    this.progress = progress;
  }

  /** Rejects as the stage does, each time. */
  get<W extends keyof M & string>(name: W): Promise<M[W]> {
    const made = this.made.get(name) ?? this.make(name);
    this.made.set(name, made);
    return made as Promise<M[W]>;
  }

  /** It was come to. */
  has(name: keyof M): boolean {
    return this.made.has(name);
  }

  /** What is kept of a stage that is finished. */
  async known<W extends keyof M & string>(name: W): Promise<M[W] | undefined> {
    const made = await this.last(name);
    return made !== undefined && this.stages[name].keeps?.(made, this.run) ? made : undefined;
  }

  /** What a stage made last of the same, though it may not be kept to now. */
  async last<W extends keyof M & string>(name: W): Promise<M[W] | undefined> {
    const kept = this.kept?.finished(name, await this.signature(name));
    return kept === undefined ? undefined : (JSON.parse(kept) as M[W]);
  }

  /** Of all that a stage reads, and of its code. */
  async signature(name: keyof M & string): Promise<string> {
    const { reads, version = 1, settings } = this.stages[name];
    const stamps: string[] = [];
    for (const each of reads) stamps.push(await this.stamp(each as keyof M | S));
    return digest([name, version, settings?.(this.run), stamps]);
  }

  /** Of what a stage makes: of what is kept the thing itself, of the rest what it is made from. */
  private async stamp(name: keyof M | S): Promise<string> {
    if (Object.hasOwn(this.sources, name)) return this.sources[name as S];
    const stage = name as keyof M & string;
    return this.stages[stage].keeps ? digest(await this.get(stage)) : this.signature(stage);
  }

  private async make<W extends keyof M & string>(name: W): Promise<M[W]> {
    const stage = this.stages[name];
    const tell: Tell = (update) => this.progress({ stage: stage.name, ...update });
    if (!stage.keeps || !this.kept) return stage.run(this, tell);
    const known = await this.known(name);
    if (known !== undefined) return known;
    const made = await stage.run(this, tell);
    await this.keep(name, made);
    return made;
  }

  /** From now on this is what the stage made. */
  async keep<W extends keyof M & string>(name: W, made: M[W]): Promise<void> {
    this.kept?.finish(name, await this.signature(name), JSON.stringify(made));
  }
}

/** SHA-256 of plain data. */
export function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value ?? null), 'hex');
}
