// One adaptation run, in a job's process: reads the folder, runs the stages, indexes every file, stores the result.
import { AwakeTime } from '../../common/clock.ts';
import { CodedError, failed, isCancelled, messageOf, ok, type Result } from '../../common/errors.ts';
import { mappedLog, silentLog } from '../../common/log.ts';
import { noProgress, type Progress } from '../../common/progress.ts';
import { baseOf } from '../../neural/models/list.ts';
import { sha256Of } from '../../neural/models/manifest.ts';
import { NgramModel } from '../../specialist/ngram/model.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import { harvestToSend } from '../../workspace/files/folder.ts';
import type { HarvestedFile, HarvestReport } from '../../workspace/files/types.ts';
import { redactKnown } from '../../workspace/secrets/known/known.ts';
import { yieldToEvents } from '../cancellation.ts';
import { activateModel, currentModel, dropModel, dropWork, ownFolder } from '../models/folder-models.ts';
import { writeSnapshot } from '../models/served.ts';
import { Countdown, nothingAhead } from '../report/countdown.ts';
import type { ReportFigures } from '../report/figures.ts';
import { harvestInWords } from '../report/first-look.ts';
import type { AdaptReport } from '../report/types.ts';
import type { AdaptOutcome, AdaptRequest } from '../types.ts';
import type { ModelCandidate } from './choose.ts';
import { type HeldOut, heldOutFor, heldOutPositions, keepTrainedOn } from './held-out-positions.ts';
import type { FittedRun, LearnStages, Run, RunDeps } from './stage-outputs.ts';
import { digest, StageRunner } from './stage-runner.ts';
import { indexingAll, stages, stagesOf } from './stages.ts';
import { cancelledFailure } from './stopped.ts';

export type { RunDeps } from './stage-outputs.ts';

/** Interval for reading the clock, ms. */
const READ_MS = 1000;
/** Error codes of a disk that is full, read-only, not ours, or gone. */
const unwritable: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO']);

/** Runs `request`. Expected failures are values. The previous specialist on disk stays usable after any failure. */
export async function adapt(request: AdaptRequest, deps: RunDeps): Promise<Result<AdaptOutcome>> {
  const { signal } = deps;
  let log = deps.log ?? silentLog;
  const now = deps.now ?? (() => performance.now());
  const countdown = new Countdown(stagesOf(request), deps.progress ?? noProgress);
  const progress: Progress = (update) => countdown.tell(update);
  // With a neural model, drafts and steps are timed first: before that, an estimate has no basis.
  if (!request.neural) countdown.plan({ ...nothingAhead, api: request.api?.positions ?? 0 });
  const started = now();
  const awake = new AwakeTime(now);
  const reading = setInterval(() => {
    awake.read();
    countdown.tick();
  }, READ_MS).unref();
  const startedAt = Date.now();
  let excluded = 0;
  let run: Run | undefined;
  try {
    const loaded = readTokenizer(request.tokenizerPath);
    if (!loaded.ok) return loaded;
    const tokenizer = loaded.value;
    const harvested = await harvestToSend(request, { progress, signal, log });
    if (!harvested.ok) return signal.aborted ? cancelledFailure(request.specialistFolder) : harvested;
    const { files, report: harvest, secrets } = harvested.value;
    log = mappedLog(log, (line) => redactKnown(line, '', [secrets]).text);
    if (files.length === 0) return failed('nothing-to-learn', nothingToLearn(request.root, harvest));

    if (request.firstLookSeconds !== undefined)
      progress({ stage: 'Reading files', done: files.length, total: files.length, lines: harvestInWords(harvest) });
    const measuresEarlier = request.effort === 'adapt' && request.neural !== undefined;
    const earlier = measuresEarlier ? ownFolder(request.specialistFolder) : undefined;
    const { held, judgesEarlier } = heldOutFor(files, earlier);
    const { ledger } = deps;
    const positions = heldOutPositions(held);
    run = {
      ...{ ...deps, request, held, positions, tokenizer, log, judgesEarlier },
      ...{
        notes: [...harvest.faults],
        neuralFailure: undefined,
        apiStopped: undefined,
        paid: { answers: 0, usd: 0 },
        priced: new Map(),
        models: new Set(),
        elapsed: () => (awake.read() - excluded) / 1000,
      },
      excludeFromBudget: async (work) => {
        const since = awake.read();
        const before = excluded;
        try {
          return await work();
        } finally {
          // A nested exclusion is part of this one.
          excluded = before + awake.read() - since;
        }
      },
      plan: (ahead) => countdown.plan(ahead),
      partsOf: (ahead) => countdown.partsOf(ahead),
    };
    const runner = new StageRunner(stages, run, signaturesOf(held), ledger, progress);
    const learned = request.effort === 'adapt' ? await learn(runner) : undefined;
    progress({ stage: indexingAll, done: 0, total: undefined });
    const model = NgramModel.build(files, tokenizer);
    await yieldToEvents(signal);
    const snapshotPath = writeSnapshot(request.specialistFolder, model.serialize());
    if (learned?.used) putInUse(request, learned.used, held);
    const base = learned?.used && request.neural && baseOf(request.neural.base).weights;

    const { notes, paid, neuralFailure, apiStopped } = run;
    const report: AdaptReport = {
      folder: request.root,
      harvest,
      splits: {
        train: held.train.length,
        validation: held.fit.length + held.choose.length,
        test: held.test.length,
      },
      balance: request.balance,
      madeFor: { tokenizer: sha256Of(request.tokenizerPath), ...(base !== undefined && { base }) },
      ...figuresOf(learned),
      ...(deps.llm && paid.answers + paid.usd > 0 && { paid: { model: deps.llm.model, ...paid } }),
      ...(neuralFailure && { neuralFailure }),
      notes,
      elapsedMs: now() - started,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
    if (learned) {
      deps.record({ startedAt, finishedAt: Date.now(), report, router: learned.router });
      ledger?.keepOnly([...run.models]);
      await runner.keep('agreed', { ...(await runner.get('agreed')), over: true });
    }
    progress({ stage: indexingAll, done: 1, total: 1 });
    const router = learned?.router;
    const given = new Set(request.secrets);
    const found = secrets.all.filter((value) => !given.has(value));
    return ok({ report, snapshotPath, router, secrets: found, ...(apiStopped && { apiStopped }) });
  } catch (error) {
    if (signal.aborted || (!(error instanceof CodedError) && isCancelled(error)))
      return cancelledFailure(request.specialistFolder, run && answersIn(run));
    if (error instanceof CodedError) return failed(error.code, error.message);
    if (unwritable.has((error as NodeJS.ErrnoException).code ?? ''))
      return failed(
        'unwritable',
        `${messageOf(error)}. Free disk space or make the folder writable, and start it again: it resumes.`,
      );
    throw new Error(`The adaptation run failed: ${messageOf(error)}`, { cause: error });
  } finally {
    clearInterval(reading);
  }
}

async function learn(runner: LearnStages): Promise<FittedRun> {
  try {
    const { neural, firstLookSeconds } = runner.run.request;
    if (neural) await runner.get('pace').catch(throwCancellation);
    if (firstLookSeconds !== undefined) await runner.get('firstLook');
    await runner.get('agreed');
    return await runner.get('learned');
  } finally {
    if (runner.has('session')) (await runner.get('session')).close();
  }
}

/** Other failures of the timing are noted later, by the stages that need it. */
function throwCancellation(error: unknown): void {
  if (!(error instanceof CodedError) || isCancelled(error)) throw error;
}

/** Signature of each split: paths and redacted texts of its files. */
function signaturesOf(held: HeldOut): Record<keyof HeldOut, string> {
  const of = (files: readonly HarvestedFile[]) => digest(files.map((file) => [file.path, file.hash]));
  return { train: of(held.train), fit: of(held.fit), choose: of(held.choose), test: of(held.test) };
}

/** Number of stored answers of the models in this run. */
function answersIn({ ledger, models }: Run): number {
  return [...models].reduce((sum, model) => sum + (ledger?.answersOf(model).size ?? 0), 0);
}

/** Adapters of other bases are kept: this run did not compare them. */
function putInUse(
  { specialistFolder, tokenizerPath: tokenizer }: AdaptRequest,
  used: ModelCandidate,
  held: HeldOut,
): void {
  if (used.name === 'adapted') {
    keepTrainedOn(used.model, held);
    activateModel(specialistFolder, used.model);
  } else dropWork(specialistFolder);
  if (used.name !== 'base') return;
  const { setAside } = currentModel(specialistFolder, { base: used.base, tokenizer });
  if (setAside?.code !== 'other-base') dropModel(specialistFolder);
}

function nothingToLearn(root: string, harvest: HarvestReport): string {
  const seen = Object.values(harvest.leftOut).reduce((sum, count) => sum + count, 0);
  const why =
    seen > 0
      ? `${seen === 1 ? 'The one file' : `All ${seen} files`} in it had to be left out (binary, ignored, generated, too large).${harvest.faults.map((fault) => ` ${fault}`).join('')}`
      : 'It holds no files.';
  return `There is nothing to learn from in ${root}. ${why} Open a folder that holds source code or text.`;
}

function figuresOf(learned: FittedRun | undefined): ReportFigures & Pick<AdaptReport, 'router' | 'neural'> {
  const { parameters: _, ...router } = learned?.router ?? { parameters: undefined };
  const nothing = { specialist: undefined, apiShare: 0, api: undefined };
  return {
    ...(learned?.figures ?? nothing),
    router: learned === undefined ? undefined : (router as AdaptReport['router']),
    neural: learned?.neural,
  };
}
