// An adaptation goes on: the folder's own model is trained a little further on what changed since, and what comes of it takes its place
// only where it is better at the same held-out places. Small and alone: nothing is asked, nothing is fitted but the mixture. Runs in a job.
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AwakeTime } from '../common/clock.ts';
import { CodedError, failed, isCancelled, ok, type Result, unwrap } from '../common/errors.ts';
import { type Log, mappedLog } from '../common/log.ts';
import { noProgress, type Progress } from '../common/progress.ts';
import type { Engine } from '../engine/client.ts';
import { harvestFolder } from '../harvest/folder.ts';
import type { HarvestedFile } from '../harvest/types.ts';
import { Answers } from '../learn/answers.ts';
import { cancelled, turn } from '../learn/cancellation.ts';
import { type Candidate, choose, type Measured } from '../learn/choose.ts';
import { takeOverComparisons } from '../learn/compared.ts';
import { secondsPerPlace } from '../learn/evaluate.ts';
import { isModel, keepModel, newModelFolder, ownFolder, sweepModels } from '../learn/folder-models.ts';
import { Session } from '../learn/neural-session.ts';
import { type HeldOut, halved, holdOut, type Places, placesOf } from '../learn/places.ts';
import { readWeights, writeSnapshot } from '../learn/specialist-files.ts';
import { digest, type Tell } from '../learn/stage-walk.ts';
import { train } from '../learn/training.ts';
import type { AdaptRequest, NeuralAccess } from '../learn/types.ts';
import { type Learner, type Samples, samplesFrom } from '../lessons/drawn.ts';
import { keepTrainedOn, unseenBy } from '../lessons/trained-on.ts';
import { NgramModel } from '../ngram/model.ts';
import { listFiles } from '../package/adapted.ts';
import { standingOf } from '../package/compatibility.ts';
import { mixedQuality } from '../report/figures.ts';
import { maskKnown } from '../secrets/known.ts';
import type { PlaceLedger } from '../store/place-ledger.ts';
import { readTokenizer } from '../tokenizer/load.ts';
import { changedSince, halfAndHalf, tokensIn, toReplay } from './changed.ts';
import { readWentOn, type WentOn, writeWentOn } from './went-on.ts';

/** What it is asked. Plain data: it crosses to a job's process. */
export type OnwardRequest = Pick<
  AdaptRequest,
  'root' | 'specialistFolder' | 'storeFolder' | 'tokenizerPath' | 'harvest'
> & { readonly neural: NeuralAccess };

export interface Onward extends WentOn {
  /** Absolute path of the specialist's snapshot, where that is a new one. */
  readonly snapshotPath?: string;
  /** The folder's secrets, for who masks other texts of it: in memory only. */
  readonly secrets: readonly string[];
}

export interface OnwardDeps {
  readonly engine: Engine;
  /** When the folder's last adaptation began, ms since 1970. */
  readonly adaptedAt: number;
  /** Where answers are kept until it is over: one that was stopped goes on without asking again. */
  readonly ledger?: PlaceLedger | undefined;
  /** See RunDeps. */
  readonly program?: string;
  readonly progress?: Progress;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** ms since 1970. */
  readonly now?: () => number;
}

/** Where it keeps its checkpoint: apart from that of an adaptation, which the user may want to go on. */
const WORK = 'neural.onward';
/** What the names of its models begin with in the store, of which the rest of the store knows none. */
const ANSWERS = 'onward ';
/** Seconds: of training, of measuring both models and fitting the mixture, and of all, with reading and indexing. */
const LIMITS = { training: 75, measuring: 75, all: 180 } as const;
/** A third of what a base is trained with (learn/training.ts): it has learned this folder before. */
const LEARNING_RATE = 4e-4;
/** Few steps are to be judged, and little is to be lost where a key ends it. */
const EVERY_STEPS = 5;
const MOST_STEPS = 60;
/** As a run's plan has it: six drafts say how long one takes, and fewer places than an eighth nothing any more. */
const TIMED = 6;
const MOST_HALVINGS = 3;

/**
 * Fails with 'nothing-to-learn' where there is nothing to go on with, or nothing has changed; with 'unsupported' where this machine is too slow.
 * Whatever it fails with, the model that was in use stays.
 */
export async function goOn(request: OnwardRequest, deps: OnwardDeps): Promise<Result<Onward>> {
  try {
    const went = await run(request, deps);
    deps.ledger?.forget(ANSWERS);
    return ok(went);
  } catch (error) {
    if (deps.signal.aborted || isCancelled(error)) return cancelled;
    if (error instanceof CodedError) return failed(error.code, error.message);
    throw error;
  }
}

/** An adaptation takes its place: what it has begun is of no use any more. */
export function dropOnward(specialistFolder: string): void {
  rmSync(join(specialistFolder, WORK), { recursive: true, force: true });
}

async function run(request: OnwardRequest, deps: OnwardDeps): Promise<Onward> {
  const { specialistFolder, tokenizerPath, neural } = request;
  const { signal, progress = noProgress, now = Date.now } = deps;
  const startedAt = now();
  const awake = new AwakeTime();
  const tell = (stage: string): Tell => {
    return (update) => {
      awake.read();
      progress({ stage, ...update });
    };
  };
  const earlier = ownModelOver(request);
  const before = readWentOn(specialistFolder);
  const since = Math.max(deps.adaptedAt, before?.knownUntil ?? 0);
  const tokenizer = unwrap(readTokenizer(tokenizerPath));
  const harvested = unwrap(await harvestFolder(request.root, request.harvest, { ...deps, tokenizer }));
  const { files, secrets } = harvested;
  const log = mappedLog(deps.log, (line) => maskKnown(line, '', [secrets]).text);
  const held = unseenBy(earlier.model, holdOut(files));
  if (!held)
    throw nothing('Most of what is held out now the model has learned under other paths. Adapt to the folder again.');
  const of = digest([deps.program, hashesOf(held.train), tokenizerPath]);
  // What one that was stopped has measured is of use for as long as the same files are measured with.
  deps.ledger?.forget(ANSWERS, `${of} `);
  const changed = changedSince(held.train, since);
  if (changed.length === 0) throw nothing('No file that is learned from has changed since.');
  if (held.choose.length === 0) throw nothing('There is no held-out file to tell a better model by.');

  const index = NgramModel.build(held.train, tokenizer);
  const weights = await readWeights(specialistFolder, tokenizer, log);
  if (weights) index.useWeights(weights);
  await turn(signal);
  const work = join(specialistFolder, WORK);
  sweepModels(specialistFolder);
  const learner: Learner = { request, tokenizer, signal };
  const samples = await samplesOf(held, changed, index, learner);
  const session = sessionOf({ request, deps, held, index, work, of });
  try {
    const measured = async (candidate: Candidate, at: Places): Promise<Measured> => {
      const scored = await session.drafts(candidate, 'validation', at.choose, tell(`Measuring ${candidate.name}`));
      return { ...candidate, scored, quality: mixedQuality(scored) };
    };
    const all = placesOf(held);
    const perPlace = secondsPerPlace((await measured(earlier, halved(all, TIMED))).scored);
    const places = fitting(all, perPlace);
    const was = await measured(earlier, places);
    const late = awake.read() / 1000 + perPlace * (places.choose.length + places.fit.length);
    const training = await train(
      earlier.base,
      samples,
      neural,
      {
        ...{ engine: deps.engine, request, tokenizer, signal, log },
        onward: {
          ...{ from: earlier.model, out: work, learningRate: LEARNING_RATE },
          ...{ checkpointEverySteps: EVERY_STEPS, validateEverySteps: EVERY_STEPS },
          maxSteps: Math.min(MOST_STEPS, neural.maxSteps ?? MOST_STEPS),
        },
      },
      { limit: LIMITS.training, late: Math.max(0, late - (LIMITS.all - LIMITS.training)) },
      tell('Training'),
    );
    const candidate: Candidate = { name: 'adapted', model: work, base: earlier.base };
    // Where held-out files got no better there is nothing to measure.
    if (training.improved !== false) await session.fitMixture(candidate, places.fit, tell('Mixing'));
    const is = training.improved === false ? { ...was, ...candidate } : await measured(candidate, places);
    const { used, why } = choose([is, was], training);
    // Its snapshot is no part of the model.
    session.close();
    const kept = used.name === 'adapted';
    const bytes = kept ? NgramModel.build(files, tokenizer, weights).serialize() : undefined;
    await turn(signal);
    // Every file's index goes with either model; from the swap on all is done before anybody can end it.
    const snapshotPath = bytes && writeSnapshot(specialistFolder, bytes);
    await turn(signal);
    if (kept) putInUse(specialistFolder, work, earlier.model, held);
    const went: WentOn = {
      ...{ startedAt, finishedAt: now(), files: changed.length, kept, why },
      knownUntil: kept ? startedAt : since,
    };
    writeWentOn(specialistFolder, went);
    return { ...went, secrets: secrets.all, ...(snapshotPath !== undefined && { snapshotPath }) };
  } finally {
    session.close();
    // Of one that was stopped the checkpoint stays: the next goes on there.
    if (!signal.aborted) dropOnward(specialistFolder);
  }
}

/** The folder's own model, over the base that serves. Throws CodedError 'nothing-to-learn' where there is none, or it is another base's. */
function ownModelOver({ specialistFolder, tokenizerPath, neural: { base } }: OnwardRequest): Candidate {
  const model = ownFolder(specialistFolder);
  const stands = model !== undefined && isModel(base) ? standingOf(model, base, tokenizerPath) : undefined;
  if (model === undefined || !stands?.ok || !stands.value.isOwn)
    throw nothing('The base that serves has no model of this folder to go on with.');
  return { name: 'earlier', model, base: stands.value.over };
}

function nothing(why: string): CodedError {
  return new CodedError('nothing-to-learn', why);
}

async function samplesOf(
  held: HeldOut,
  changed: readonly HarvestedFile[],
  index: NgramModel,
  learner: Learner,
): Promise<Samples> {
  const plain = { places: [] };
  const fresh = await samplesFrom({ train: changed, fit: held.fit }, index, 0, plain, learner);
  const known = toReplay(held.train, changed);
  // A folder of which little else is there has little to forget.
  const replay = await samplesFrom({ train: known, fit: [] }, index, 0, plain, learner).catch((error: unknown) => {
    if (error instanceof CodedError && error.code === 'nothing-to-learn') return undefined;
    throw error;
  });
  const examples = halfAndHalf(fresh.examples, replay?.examples ?? []);
  return { examples, judged: fresh.judged, tokensPerEpoch: tokensIn(examples) };
}

/** As many places as there is time for. Throws CodedError 'unsupported' where an eighth of them takes too long. */
function fitting(all: Places, perPlace: number): Places {
  for (let halvings = 0; halvings <= MOST_HALVINGS; halvings++) {
    const places = halved(all, halvings);
    if (perPlace * (2 * places.choose.length + places.fit.length) <= LIMITS.measuring) return places;
  }
  throw new CodedError('unsupported', 'This machine is too slow to tell in a minute whether a model is a better one.');
}

interface Measuring {
  readonly request: OnwardRequest;
  readonly deps: OnwardDeps;
  readonly held: HeldOut;
  readonly index: NgramModel;
  readonly work: string;
  /** Stands for what is measured with. */
  readonly of: string;
}

function sessionOf({ request, deps, held, index, work, of }: Measuring): Session {
  const { ledger, engine, signal } = deps;
  const bytes = index.serialize();
  return new Session({
    ...{ engine, signal, work, access: request.neural, tokenizerPath: request.tokenizerPath },
    fit: placesOf(held).fit,
    fitted: digest(hashesOf(held.fit)),
    index: async () => bytes,
    indexed: async () => of,
    // Never those of an adaptation, which stay when these are forgotten.
    answersOf: (model, split) => ledger && new Answers(ledger, `${ANSWERS}${of} ${model}`, split),
  });
}

const hashesOf = (files: readonly HarvestedFile[]) => files.map(({ path, hash }) => [path, hash]);

/** @param earlier folder of the model whose place it takes */
function putInUse(specialistFolder: string, work: string, earlier: string, held: HeldOut): void {
  const model = newModelFolder(specialistFolder);
  keepTrainedOn(work, held, earlier);
  takeOverComparisons(work, earlier);
  listFiles(work);
  renameSync(work, model);
  keepModel(specialistFolder, model);
}
