// The neural part of a run: measure what there is, train on the folder, measure again, choose by the validation places, and last test what was chosen.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, isCancelled, unwrap } from '../common/errors.ts';
import { replaceFile } from '../common/files.ts';
import { MIXTURE_FILE } from '../engine/protocol.ts';
import type { NgramModel } from '../ngram/model.ts';
import { mixedQuality, ownQuality } from '../report/figures.ts';
import type { ScoredPlace } from '../report/scored.ts';
import type { NeuralReport } from '../report/types.ts';
import type { CursorExample } from '../tasks/completion/cursor-places.ts';
import { type Candidate, choose, type Measured, titles } from './choose.ts';
import { keepComparison } from './compared.ts';
import { evaluate } from './evaluate.ts';
import { isModel, type OwnModel, ownModel, sweepModels, workFolder } from './folder-models.ts';
import { Opened } from './opened.ts';
import type { HeldOut } from './places.ts';
import type { StageName } from './stages.ts';
import { type NeuralDeps, train } from './training.ts';

const snapshotFile = 'train.ngram';

export interface NeuralPlaces {
  /** What the mixture's weights are fitted on. */
  readonly fit: readonly CursorExample[];
  /** The validation places: every model drafts there, which of them stays is chosen by that, and the coupling is fitted on its drafts. */
  readonly choose: readonly CursorExample[];
  /** Drafted once, last, by the base and by the model that stays. */
  readonly test: readonly CursorExample[];
  /** What the n-grams alone say at the test places. */
  readonly ngram: readonly ScoredPlace[];
}

export interface NeuralOutcome {
  /** Drafts of the model that stays in use. */
  readonly choose: readonly ScoredPlace[];
  readonly test: readonly ScoredPlace[];
  readonly report: Omit<NeuralReport, 'ngramCoupling'>;
  readonly notes: readonly string[];
}

/**
 * Throws CodedError where the engine or the base is not there: the run then goes on without. The work folder holds the adapted model
 * where `report.used` says so; the caller puts it in use.
 */
export async function adaptNeural(
  held: HeldOut,
  index: NgramModel,
  places: NeuralPlaces,
  deps: NeuralDeps,
): Promise<NeuralOutcome> {
  const { engine, access, specialistFolder, signal } = deps;
  if (!isModel(access.base)) throw new CodedError('unreadable', 'The base model is not installed.');
  unwrap(await engine.request('status', {}, { signal }));
  sweepModels(specialistFolder);
  const work = workFolder(specialistFolder);
  mkdirSync(work, { recursive: true });
  const snapshot = join(work, snapshotFile);
  replaceFile(snapshot, [index.serialize()]);
  const session = new Session(places, snapshot, deps);
  const notes: string[] = [];
  try {
    const base = await session.measure({ name: 'base', model: access.base, base: access.base });
    const own = ownModel(specialistFolder, { base: access.base, tokenizer: deps.tokenizerPath });
    if (own && !own.ok) notes.push(`There is an earlier model. ${own.error.message}`);
    const earlier = own?.ok ? await attempt(() => session.measureEarlier(own.value), notes) : undefined;
    const training = await attempt(() => train(held, index, work, deps), notes);
    notes.push(...(training?.notes ?? []));
    const adapted = training && (await attempt(() => session.measureAdapted(work, training.base), notes));
    const known = [adapted, earlier, base].filter((each) => each !== undefined);
    const { used, why } = choose(known, training, access.base);
    if (used !== base && base.quality.places > 0) keepComparison(used.model, base.model, used.quality, base.quality);
    if (adapted && used.name !== 'adapted') {
      notes.push(`The adapted model was rolled back: ${why} In use: ${titles[used.name]}.`);
    }
    const test = await session.test(used);
    const ofBase = used === base ? test : await session.test(base);
    const quality: NeuralReport['quality'] = {
      ngram: ownQuality(places.ngram),
      base: mixedQuality(ofBase),
      ...(used !== base && { [used.name]: mixedQuality(test) }),
    };
    const chosenFrom: NeuralReport['chosenFrom'] = {
      base: base.quality,
      ...(earlier && { earlier: earlier.quality }),
      ...(adapted && { adapted: adapted.quality }),
    };
    const peakMemoryBytes = Math.max(session.memory, training?.peakMemoryBytes ?? 0);
    const report = { used: used.name, why, quality, chosenFrom, training: training?.report, peakMemoryBytes };
    return { choose: used.scored, test, report, notes };
  } finally {
    rmSync(snapshot, { force: true });
    void engine.request('close', { key: session.key });
  }
}

/** Runs what the run can do without. */
async function attempt<T>(work: () => Promise<T>, notes: string[]): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CodedError) || isCancelled(error)) throw error;
    notes.push(`The neural model was not adapted: ${error.message}`);
    return undefined;
  }
}

class Session {
  /** In the engine; of this run alone. */
  readonly key: string;
  /** Most that the engine was seen to use, bytes. */
  memory = 0;
  private readonly places: NeuralPlaces;
  private readonly snapshot: string;
  private readonly deps: NeuralDeps;
  private open: { readonly name: Candidate['name']; readonly opened: Opened } | undefined;

  constructor(places: NeuralPlaces, snapshot: string, deps: NeuralDeps) {
    this.places = places;
    this.snapshot = snapshot;
    this.deps = deps;
    this.key = `adapting ${deps.specialistFolder}`;
  }

  /** At the validation places. */
  async measure(candidate: Candidate): Promise<Measured> {
    const stage = `Measuring ${titles[candidate.name]}` as const;
    const scored = await this.drafts(candidate, this.places.choose, stage);
    return { ...candidate, scored, quality: mixedQuality(scored) };
  }

  test(candidate: Candidate): Promise<ScoredPlace[]> {
    return this.drafts(candidate, this.places.test, `Testing ${titles[candidate.name]}` as const);
  }

  /** What was adapted before; undefined where it does not serve and there are no places to show that it should. */
  async measureEarlier({ model, over, serves }: OwnModel): Promise<Measured | undefined> {
    if (!serves && this.places.choose.length === 0) return undefined;
    return this.measure({ name: 'earlier', model, base: over });
  }

  /** Its mixture's weights are fitted first, from those of the base on, and kept beside it. */
  async measureAdapted(model: string, base: string): Promise<Measured> {
    const [theirs, own] = [base, model].map((folder) => join(folder, MIXTURE_FILE)) as [string, string];
    rmSync(own, { force: true });
    if (existsSync(theirs)) replaceFile(own, [readFileSync(theirs)]);
    const candidate = { name: 'adapted', model, base } as const;
    const { fit } = await this.use(candidate);
    if (fit) replaceFile(join(model, MIXTURE_FILE), [new TextEncoder().encode(JSON.stringify(fit.weights))]);
    return this.measure(candidate);
  }

  private async drafts(
    candidate: Candidate,
    places: readonly CursorExample[],
    stage: StageName,
  ): Promise<ScoredPlace[]> {
    const { engine, progress, signal } = this.deps;
    const scored = await evaluate(await this.use(candidate), places, { stage, losses: true, progress, signal });
    const status = await engine.request('status', {});
    if (status.ok) this.memory = Math.max(this.memory, status.value.memory);
    return scored;
  }

  private async use({ name, model, base }: Candidate): Promise<Opened> {
    if (this.open?.name === name) return this.open.opened;
    const { engine, access, tokenizerPath, progress, signal } = this.deps;
    const { precision, threads } = access;
    const source = {
      key: this.key,
      model,
      base,
      name: name === 'base' ? 'base' : 'adapted',
      snapshot: this.snapshot,
      over: [],
      tokenizer: tokenizerPath,
      precision,
      threads,
    };
    const stage = `Mixing ${titles[name]} with the n-grams` as const;
    progress({ stage, done: 0, total: undefined });
    const opened = await Opened.open(engine, source, {
      places: this.places.fit,
      refit: name === 'adapted',
      stage,
      progress,
      signal,
    });
    this.open = { name, opened };
    return opened;
  }
}
