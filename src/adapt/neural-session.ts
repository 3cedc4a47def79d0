// Drafts of a run's neural models. The engine has one model open at a time, and opens it only for missing answers.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '../common/errors.ts';
import { sha256Of } from '../common/file-hash.ts';
import { replaceFile } from '../common/files.ts';
import { megabytes } from '../common/format.ts';
import { positionInDocument } from '../prompts/completion/completion-position.ts';
import type { CursorExample } from '../prompts/completion/cursor-examples.ts';
import type { Engine } from '../specialist/engine/engine-protocol.ts';
import { MIXTURE_FILE, type Requests } from '../specialist/engine/engine-protocol.ts';
import { llamaOptions } from '../specialist/engine/timings.ts';
import type { NgramModel } from '../specialist/ngram/model.ts';
import { type ModelCandidate, titles } from './choose.ts';
import { answersOf, signatureOfIndex } from './drafts.ts';
import { type Drafter, evaluate } from './evaluate.ts';
import { spread } from './held-out-positions.ts';
import { ggufMixture, weightsOf, workFolder } from './models/folder-models.ts';
import type { ScoredPosition } from './positions/scored-positions.ts';
import type { Tell } from './progress.ts';
import { accessOf, engineOf, type Run } from './run.ts';
import { digest } from './step.ts';

const snapshotFile = 'train.ngram';
/** Raise it when the engine drafts differently from the same model: stored answers are then asked anew. */
const DRAFTS_VERSION = 3;

type FittedMixture = Requests['fit']['result'];

/** Positions to fit a mixture anew, and the limit for it, seconds. Absent: all positions are used. */
interface Refit {
  readonly positions: readonly CursorExample[];
  readonly seconds?: number;
}

/** The model that the engine has open. */
interface OpenModel {
  readonly name: ModelCandidate['name'];
  readonly source: Requests['open']['request'];
  /** Positions for fitting its mixture if it has no weights of its own. */
  readonly positions: readonly CursorExample[];
}

export class NeuralSession {
  private readonly run: Run;
  private readonly engine: Engine;
  private readonly index: NgramModel;
  /** Folder of the weights that `fitBase` stores, for a base that has none of its own; else undefined. */
  private readonly mixture: string | undefined;
  /** Identity of the n-grams. */
  private readonly indexed: string;
  /** Key of the open model in the engine, used by this run only. */
  private readonly key: string;
  private readonly snapshot: string;
  /** Whether the snapshot is written, and the engine may have a model open. */
  private begun = false;
  private open: OpenModel | undefined;

  /** Throws CodedError without an engine or a base. @param index n-grams of the training files */
  constructor(run: Run, index: NgramModel) {
    const { specialistFolder } = run.request;
    const work = workFolder(specialistFolder);
    this.run = run;
    this.engine = engineOf(run);
    this.index = index;
    this.mixture = ggufMixture(specialistFolder, accessOf(run).base);
    this.indexed = signatureOfIndex(run);
    this.key = `adapting ${work}`;
    this.snapshot = join(work, snapshotFile);
  }

  async drafts(candidate: ModelCandidate, positions: readonly CursorExample[], tell: Tell): Promise<ScoredPosition[]> {
    const { signal } = this.run;
    const { key } = this;
    const answers = answersOf(this.run, this.identity(candidate));
    const drafter: Drafter = {
      complete: (query, options) => this.ask(candidate, tell, 'draft', { key, query, options }),
      lossAt: (query, truth) => this.ask(candidate, tell, 'lossAt', { key, labelled: { query, truth } }),
    };
    return evaluate(drafter, positions, { losses: true, answers, tell, signal });
  }

  /** Number of positions without a stored answer. */
  unanswered(candidate: ModelCandidate, positions: readonly CursorExample[]): number {
    const answers = answersOf(this.run, this.identity(candidate));
    return positions.filter((example) => !answers?.has(example, positionInDocument(example))).length;
  }

  /**
   * Fits and stores the mixture of a base that has none of its own, unless these positions and this index gave it one
   * already.
   * @param seconds limit for the fit
   */
  async fitBase(base: ModelCandidate, seconds: number, tell: Tell): Promise<void> {
    const { fit } = this.run.positions;
    if (this.mixture === undefined || fit.length === 0) return;
    const fittedOn = digest([this.run.digests.fit, this.indexed]);
    const path = join(this.mixture, MIXTURE_FILE);
    if (fittedOnIn(path) === fittedOn) return;
    const fitted = await this.use(base, tell, { positions: spread(fit), seconds });
    if (!fitted) return;
    replaceFile(path, [new TextEncoder().encode(JSON.stringify({ ...fitted.weights, fittedOn }))]);
  }

  /** Fits the adapted model's mixture, starting from that of its base, and stores it beside the model. */
  async fitMixture(candidate: ModelCandidate, positions: readonly CursorExample[], tell: Tell): Promise<void> {
    const theirs = join(this.mixture ?? candidate.base, MIXTURE_FILE);
    const own = join(candidate.model, MIXTURE_FILE);
    rmSync(own, { force: true });
    if (existsSync(theirs)) replaceFile(own, [readFileSync(theirs)]);
    const fitted = await this.use(candidate, tell, { positions });
    if (fitted) replaceFile(own, [new TextEncoder().encode(JSON.stringify(fitted.weights))]);
  }

  /** Closes the open model and removes the snapshot. */
  close(): void {
    if (!this.begun) return;
    rmSync(this.snapshot, { force: true });
    void this.engine.request('close', { key: this.key });
    this.open = undefined;
    this.begun = false;
  }

  /** Digest of everything that decides a candidate's answers. */
  private identity({ name, model, base }: ModelCandidate): string {
    const { request, digests } = this.run;
    const own = join(this.mixtureOf(name) ?? model, MIXTURE_FILE);
    const mixture = existsSync(own) ? sha256Of(own) : digests.fit;
    const weights = [weightsOf(model), weightsOf(base)];
    return digest([DRAFTS_VERSION, shownAs(name), weights, mixture, this.indexed, sha256Of(request.tokenizerPath)]);
  }

  private mixtureOf(name: ModelCandidate['name']): string | undefined {
    return name === 'base' ? this.mixture : undefined;
  }

  private async ask<K extends 'draft' | 'lossAt'>(
    candidate: ModelCandidate,
    tell: Tell,
    kind: K,
    request: Requests[K]['request'],
  ): Promise<Requests[K]['result']> {
    const { signal } = this.run;
    await this.use(candidate, tell);
    const result = await this.engine.request(kind, request, { signal });
    if (result.ok || result.error.code !== 'bad-request') return unwrap(result);
    // The engine says so when it was restarted and has no model open.
    await this.openInEngine(this.open as OpenModel, tell);
    return unwrap(await this.engine.request(kind, request, { signal }));
  }

  /**
   * Opens the model, if it is not open. Returns the weights of its mixture with the n-grams if they were fitted now: on
   * a refit, and for a model that has none of its own.
   */
  private async use(candidate: ModelCandidate, tell: Tell, refit?: Refit): Promise<FittedMixture | undefined> {
    const { name, model, base } = candidate;
    // A refit starts from the shipped weights: those of an earlier run may have been fitted on files that now judge.
    const mixture = refit ? undefined : this.mixtureOf(name);
    if (this.open?.name === name && this.open.source.mixture === mixture && !refit) return undefined;
    const { request, positions } = this.run;
    if (!this.begun) {
      replaceFile(this.snapshot, [this.index.serialize()]);
      this.begun = true;
    }
    const { threads, trainingThreads = 'auto', device } = accessOf(this.run);
    const source = {
      key: this.key,
      model,
      base,
      ...(mixture !== undefined && { mixture }),
      name: shownAs(name),
      snapshot: this.snapshot,
      changes: [],
      tokenizer: request.tokenizerPath,
      threads,
      ...llamaOptions(trainingThreads, device),
    };
    // If the fit fails, the engine has the new model open under the key.
    this.open = undefined;
    tell({ done: 0, total: undefined, detail: `opening ${titles[name]}` });
    const opened = { name, source, positions: refit?.positions ?? (mixture === undefined ? positions.fit : []) };
    const fitted = await this.openInEngine(opened, tell, refit);
    this.open = opened;
    return fitted;
  }

  /** Throws CodedError with the engine's failure. */
  private async openInEngine(
    { source, positions }: OpenModel,
    tell: Tell,
    refit?: Refit,
  ): Promise<FittedMixture | undefined> {
    const { signal } = this.run;
    const tellDetail = (detail: string) => tell({ done: 0, total: undefined, detail });
    unwrap(
      await this.engine.request('open', source, {
        signal,
        onProgress: ({ done }) => tellDetail(`checking the base's file, which has changed: ${megabytes(done)} so far`),
      }),
    );
    const lines = positions.filter(({ kind }) => kind !== 'block-body');
    if (lines.length === 0 || (!refit && existsSync(join(source.model, MIXTURE_FILE)))) return undefined;
    const asked = {
      key: this.key,
      queries: lines.map((example) => ({ query: positionInDocument(example).query, truth: example.truth })),
      ...(refit?.seconds !== undefined && { seconds: refit.seconds }),
    };
    return unwrap(
      await this.engine.request('fit', asked, {
        signal,
        onProgress: ({ done, total }) => tellDetail(`mixing it with the n-grams, ${done} of ${total}`),
      }),
    );
  }
}

/** Name in its drafts. */
const shownAs = (name: ModelCandidate['name']) => (name === 'base' ? 'base' : 'adapted');

/** Identity that was stored with the weights; undefined if there are none. */
function fittedOnIn(path: string): unknown {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { fittedOn?: unknown }).fittedOn;
  } catch {
    return undefined;
  }
}
