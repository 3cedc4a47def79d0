// Drafts of a run's neural models. The engine has one model open at a time, and opens it only for missing answers.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CompletionQuery, Draft, DraftOptions } from '../common/completion.ts';
import { unwrap } from '../common/errors.ts';
import { replaceFile } from '../common/files.ts';
import { megabytes } from '../common/format.ts';
import { sha256Of } from '../neural/models/manifest.ts';
import { positionInDocument } from '../prompts/completion/completion-position.ts';
import type { CursorExample } from '../prompts/completion/cursor-examples.ts';
import type { Engine } from '../specialist/engine/client.ts';
import { MIXTURE_FILE, type QueryLoss, type Requests } from '../specialist/engine/protocol.ts';
import { llamaOptions } from '../specialist/engine/timings.ts';
import type { NgramModel } from '../specialist/ngram/model.ts';
import { type ModelCandidate, titles } from './choose.ts';
import { answersOf, signatureOfIndex } from './drafts.ts';
import { type AnswerLedger, type Drafter, evaluate } from './evaluate.ts';
import { spread } from './held-out-positions.ts';
import { ggufMixture, weightsOf, workFolder } from './models/folder-models.ts';
import type { Tell } from './progress.ts';
import type { ScoredPosition } from './report/figures.ts';
import type { NeuralAccess } from './request/adapt-request.ts';
import { accessOf, engineOf, type Run } from './run.ts';
import { digest } from './step.ts';

const snapshotFile = 'train.ngram';
/** Raise it when the engine drafts differently from the same model: stored answers are then asked anew. */
const DRAFTS_VERSION = 3;

interface NeuralSessionDeps {
  readonly engine: Engine;
  readonly access: NeuralAccess;
  readonly tokenizerPath: string;
  /** Folder for the snapshot during the run. */
  readonly work: string;
  readonly signal: AbortSignal;
  /** N-grams of the training files, and their identity. */
  readonly index: NgramModel;
  readonly indexed: string;
  /** Folder of the weights that `fitBase` stores, for a base that has none of its own; else undefined. */
  readonly mixture: string | undefined;
  /** Positions that a mixture is fitted on, and their identity. */
  readonly fit: readonly CursorExample[];
  readonly fitted: string;
  /** Stored answers of a model. */
  readonly answersOf: (model: string) => AnswerLedger | undefined;
}

/** Throws CodedError without an engine or a base. */
export function sessionOf(run: Run, index: NgramModel): NeuralSession {
  const { specialistFolder, tokenizerPath } = run.request;
  const access = accessOf(run);
  return new NeuralSession({
    engine: engineOf(run),
    access,
    work: workFolder(specialistFolder),
    tokenizerPath,
    signal: run.signal,
    mixture: ggufMixture(specialistFolder, access.base),
    fit: run.positions.fit,
    fitted: run.digests.fit,
    index,
    indexed: signatureOfIndex(run),
    answersOf: (model) => answersOf(run, model),
  });
}

export class NeuralSession {
  /** Peak memory of the engine, bytes, as far as it was sampled. */
  memory = 0;
  private readonly deps: NeuralSessionDeps;
  /** Key of the open model in the engine, used by this run only. */
  private readonly key: string;
  private readonly snapshot: string;
  /** Whether the snapshot is written, and the engine may have a model open. */
  private begun = false;
  private open:
    | {
        readonly name: ModelCandidate['name'];
        /** Folder of the mixture that it was opened with. */
        readonly mixture: string | undefined;
        readonly opened: EngineDrafter;
      }
    | undefined;

  constructor(deps: NeuralSessionDeps) {
    this.deps = deps;
    this.key = `adapting ${deps.work}`;
    this.snapshot = join(deps.work, snapshotFile);
  }

  async drafts(candidate: ModelCandidate, positions: readonly CursorExample[], tell: Tell): Promise<ScoredPosition[]> {
    const { signal } = this.deps;
    const answers = this.deps.answersOf(this.identity(candidate));
    const drafter: Drafter = {
      complete: async (query, options) => (await this.use(candidate, tell)).complete(query, options),
      lossAt: async (query, truth) => (await this.use(candidate, tell)).lossAt(query, truth),
    };
    const scored = await evaluate(drafter, positions, { losses: true, answers, tell, signal });
    const status = this.open && (await this.deps.engine.request('status', {}));
    if (status?.ok) this.memory = Math.max(this.memory, status.value.memory);
    return scored;
  }

  /** Number of positions without a stored answer. */
  unanswered(candidate: ModelCandidate, positions: readonly CursorExample[]): number {
    const answers = this.deps.answersOf(this.identity(candidate));
    return positions.filter((example) => !answers?.has(example, positionInDocument(example))).length;
  }

  /**
   * Fits and stores the mixture of a base that has none of its own, unless these positions and this index gave it one
   * already.
   * @param seconds limit for the fit
   */
  async fitBase(base: ModelCandidate, seconds: number, tell: Tell): Promise<void> {
    const { mixture, fit } = this.deps;
    if (mixture === undefined || fit.length === 0) return;
    const fittedOn = this.fitIdentity;
    const path = join(mixture, MIXTURE_FILE);
    if (fittedOnIn(path) === fittedOn) return;
    const { fit: fitted } = await this.use(base, tell, { positions: spread(fit), seconds });
    if (!fitted) return;
    replaceFile(path, [new TextEncoder().encode(JSON.stringify({ ...fitted.weights, fittedOn }))]);
  }

  /** Fits the adapted model's mixture, starting from that of its base, and stores it beside the model. */
  async fitMixture(candidate: ModelCandidate, positions: readonly CursorExample[], tell: Tell): Promise<void> {
    const { mixture = candidate.base } = this.deps;
    const [theirs, own] = [mixture, candidate.model].map((folder) => join(folder, MIXTURE_FILE)) as [string, string];
    rmSync(own, { force: true });
    if (existsSync(theirs)) replaceFile(own, [readFileSync(theirs)]);
    const { fit } = await this.use(candidate, tell, { positions });
    if (fit) replaceFile(own, [new TextEncoder().encode(JSON.stringify(fit.weights))]);
  }

  /** Closes the open model and removes the snapshot. */
  close(): void {
    if (!this.begun) return;
    rmSync(this.snapshot, { force: true });
    void this.deps.engine.request('close', { key: this.key });
    this.open = undefined;
    this.begun = false;
  }

  /** Digest of everything that decides the weights of `fitBase`, except its limit. */
  private get fitIdentity(): string {
    const { fitted, indexed } = this.deps;
    return digest([fitted, indexed]);
  }

  /** Digest of everything that decides a candidate's answers. */
  private identity({ name, model, base }: ModelCandidate): string {
    const { tokenizerPath, fitted, indexed } = this.deps;
    const own = join(this.mixtureOf({ name }) ?? model, MIXTURE_FILE);
    const mixture = existsSync(own) ? sha256Of(own) : fitted;
    const words = sha256Of(tokenizerPath);
    const weights = [weightsOf(model), weightsOf(base)];
    return digest([DRAFTS_VERSION, shownAs(name), weights, mixture, indexed, words]);
  }

  private mixtureOf({ name }: Pick<ModelCandidate, 'name'>): string | undefined {
    return name === 'base' ? this.deps.mixture : undefined;
  }

  /** @param refit positions for fitting its mixture anew, and the limit for it */
  private async use(
    candidate: ModelCandidate,
    tell: Tell,
    refit?: { readonly positions: readonly CursorExample[]; readonly seconds?: number },
  ): Promise<EngineDrafter> {
    const { name, model, base } = candidate;
    // A fit starts from the shipped weights: those of an earlier run may have been fitted on files that now judge.
    const mixture = refit ? undefined : this.mixtureOf(candidate);
    if (this.open?.name === name && this.open.mixture === mixture && !refit) return this.open.opened;
    const { engine, access, tokenizerPath, fit, signal } = this.deps;
    if (!this.begun) await this.begin();
    const { threads, trainingThreads = 'auto', device } = access;
    const source = {
      key: this.key,
      model,
      base,
      ...(mixture !== undefined && { mixture }),
      name: shownAs(name),
      snapshot: this.snapshot,
      changes: [],
      tokenizer: tokenizerPath,
      threads,
      ...llamaOptions(trainingThreads, device),
    };
    // If the fit fails, the engine has the new model open under the key.
    this.open = undefined;
    tell({ done: 0, total: undefined, detail: `opening ${titles[name]}` });
    const opened = await EngineDrafter.open(engine, source, {
      ...(refit ?? { positions: mixture === undefined ? fit : [] }),
      refit: refit !== undefined,
      tell,
      signal,
    });
    this.open = { name, mixture, opened };
    return opened;
  }

  /** Throws if there is no engine. */
  private async begin(): Promise<void> {
    const { engine, index, signal } = this.deps;
    unwrap(await engine.request('status', {}, { signal }));
    replaceFile(this.snapshot, [index.serialize()]);
    this.begun = true;
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

type OpenRequestOf = Requests['open']['request'];
type MixtureWeightsResult = Requests['fit']['result'];

interface OpenOptions {
  /** Positions for fitting the mixture if the model has no weights of its own. */
  readonly positions: readonly CursorExample[];
  /** Whether to fit the weights even if the model has some. The fit starts from those. */
  readonly refit: boolean;
  /** Limit for the fit, seconds. Absent: all positions are used. */
  readonly seconds?: number;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

class EngineDrafter implements Drafter {
  private readonly engine: Engine;
  private readonly source: OpenRequestOf;
  private readonly options: OpenOptions;
  /** The fitted mixture; undefined if the model has its own or there were no positions. */
  fit: MixtureWeightsResult | undefined;

  private constructor(engine: Engine, source: OpenRequestOf, options: OpenOptions) {
    this.engine = engine;
    this.source = source;
    this.options = options;
  }

  /** Throws CodedError with the engine's failure. */
  static async open(engine: Engine, source: OpenRequestOf, options: OpenOptions): Promise<EngineDrafter> {
    const opened = new EngineDrafter(engine, source, options);
    await opened.begin();
    return opened;
  }

  private async begin(): Promise<void> {
    const { engine, source, options } = this;
    const { tell, signal, seconds } = options;
    const onChecked = ({ done }: { done: number }) =>
      tell({
        done: 0,
        total: undefined,
        detail: `checking the base's file, which has changed: ${megabytes(done)} so far`,
      });
    unwrap(await engine.request('open', source, { signal, onProgress: onChecked }));
    const positions = options.positions.filter(({ kind }) => kind !== 'block-body');
    const known = existsSync(join(source.model, MIXTURE_FILE));
    if (positions.length === 0 || (known && !(options.refit && this.fit === undefined))) return;
    const asked = {
      key: source.key,
      queries: positions.map((example) => ({ query: positionInDocument(example).query, truth: example.truth })),
      ...(seconds !== undefined && { seconds }),
    };
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      tell({ done: 0, total: undefined, detail: `mixing it with the n-grams, ${done} of ${total}` });
    this.fit = unwrap(await engine.request('fit', asked, { signal, onProgress }));
  }

  complete(query: CompletionQuery, options: DraftOptions): Promise<Draft> {
    return this.ask('draft', { key: this.source.key, query, options });
  }

  lossAt(query: CompletionQuery, truth: string): Promise<QueryLoss> {
    return this.ask('lossAt', { key: this.source.key, labeled: { query, truth } });
  }

  private async ask<K extends 'draft' | 'lossAt'>(
    kind: K,
    request: Requests[K]['request'],
  ): Promise<Requests[K]['result']> {
    const { engine } = this;
    const { signal } = this.options;
    const result = await engine.request(kind, request, { signal });
    if (result.ok || result.error.code !== 'bad-request') return unwrap(result);
    // A restarted engine has no model open.
    await this.begin();
    return unwrap(await engine.request(kind, request, { signal }));
  }
}
