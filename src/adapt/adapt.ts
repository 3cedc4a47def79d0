// One adaptation, in a job's process, from the folder's files to the models in use. Whatever takes long or costs money
// is stored: as a step, a draft, a checkpoint of training, or an answer of the large model. Over unchanged inputs it is
// read from disk, so that a killed run resumes where it was.
import { CodedError, ok, type Result, unwrap } from '../common/errors.ts';
import { silentLog } from '../common/log.ts';
import { noProgress, type Progress } from '../common/progress.ts';
import { ggufManifest } from '../neural/models/manifest.ts';
import { NgramModel } from '../specialist/ngram/model.ts';
import { readTokenizer } from '../text/tokenizer/load.ts';
import { harvestToSend } from '../workspace/files/folder.ts';
import { BudgetClock } from './budget-clock.ts';
import { yieldToEvents } from './cancellation.ts';
import { adaptedCandidate, baseCandidate, draftAtTest, draftAtValidation, measureEarlier } from './candidates.ts';
import { choose } from './choose.ts';
import { draftWithNgramsOnly } from './drafts.ts';
import { secondsPerPosition } from './evaluate.ts';
import { routerFor } from './fit-router.ts';
import { type HeldOutPositions, halved } from './held-out-positions.ts';
import { askLarge, callsOf, labellingOf, pricesOf } from './labels.ts';
import { fitAdaptedMixture, fitBaseMixture, isMixed, mixtureInputs } from './mixture.ts';
import { modelFolderOf, sweepModels } from './models/folder-models.ts';
import { writeSnapshot } from './models/served.ts';
import { NeuralSession } from './neural-session.ts';
import { agree, type Plan, planInputs, remainingWork, type TimedMachine } from './plan.ts';
import { stagesOf } from './progress.ts';
import { putInUse } from './put-in-use.ts';
import { Countdown, noWork } from './report/countdown.ts';
import { figuresOf } from './report/figures.ts';
import { type Chosen, type Learned, learnedNeural, reportOf } from './report-of-run.ts';
import type { AdaptOutcome, AdaptRequest } from './request/adapt-request.ts';
import { accessOf, type Run, type RunDeps, runOf } from './run.ts';
import { attempt, failureOf, keepFailure, nothingToLearn } from './run-failures.ts';
import { isFastEnough, type MachineTiming, timeBase, timeDraft, timingInputs } from './timing.ts';
import { isTrained, prepareTraining, type Training, train, trainingInputs, trainingLeft } from './train-on-folder.ts';

/** Runs `request`. Expected failures are values. The previous specialist on disk stays usable after any failure. */
export async function adapt(request: AdaptRequest, deps: RunDeps): Promise<Result<AdaptOutcome>> {
  const { root, specialistFolder } = request;
  const { signal, runStore, now = () => performance.now() } = deps;
  const startedAt = Date.now();
  const countdown = new Countdown(stagesOf(request), deps.progress ?? noProgress, now);
  const progress: Progress = (update) => countdown.tell(update);
  // Indexing takes a known time. A neural model's speed on this machine is unknown before it is timed.
  if (!request.neural) countdown.plan({ ...noWork, api: request.api?.positions ?? 0 });
  const clock = new BudgetClock(now, () => countdown.tick());
  let run: Run | undefined;
  try {
    const tokenizer = unwrap(readTokenizer(request.tokenizerPath));
    const harvested = unwrap(await harvestToSend(request, { progress, signal, log: deps.log ?? silentLog }));
    const { files, secrets, report: harvest } = harvested;
    if (files.length === 0) throw nothingToLearn(root, harvest);
    run = runOf(request, deps, harvested, { tokenizer, clock, countdown });
    // Otherwise only the index is made.
    const learned = request.effort === 'adapt' ? await learn(run) : undefined;

    // The index of every file, held-out ones too, and the chosen model are put in use.
    const tellIndexing = run.stage('Indexing every file');
    tellIndexing({ done: 0, total: undefined });
    const index = NgramModel.build(files, tokenizer);
    await yieldToEvents(signal);
    const snapshotPath = writeSnapshot(specialistFolder, index.serialize());
    if (learned?.neural) putInUse(request, learned.neural.used, run.held);

    const report = reportOf(run, harvest, learned, 1000 * clock.elapsed());
    if (learned) {
      deps.record({ startedAt, finishedAt: Date.now(), report, router: learned.router });
      runStore?.keepOnly([...run.models]);
      run.steps.forget('plan', planInputs(run));
    }
    tellIndexing({ done: 1, total: 1 });
    const given = new Set(request.secrets);
    const found = secrets.all.filter((value) => !given.has(value));
    return ok({
      report,
      snapshotPath,
      router: learned?.router,
      secrets: found,
      ...(run.apiStopped && { apiStopped: run.apiStopped }),
    });
  } catch (error) {
    return failureOf(error, { specialistFolder, signal, run });
  } finally {
    clock.stop();
  }
}

/**
 * The models learn from the training files. One half of the validation files ends training and fits the mixture, the
 * other chooses the model and fits the router. The test files only measure.
 */
async function learn(run: Run): Promise<Learned> {
  const { request, notes, stage, steps } = run;
  // How fast this machine trains the base and drafts with it. Where it cannot train, the base serves as it is; where it
  // cannot draft, the n-grams do alone.
  const access = request.neural && (await attempt(run, 'measuring', () => accessOf(run)));
  const timing =
    access &&
    (await attempt(run, 'measuring', () =>
      steps.step('timing', timingInputs(run), () => timeBase(run), isFastEnough(run)),
    ));
  stage('Indexing')({ done: 0, total: undefined });
  const index = NgramModel.build(run.held.train, run.tokenizer);
  await yieldToEvents(run.signal);
  const session = access && new NeuralSession(run, index);
  try {
    const secondsPerDraft = session && timing && (await timeDraft(run, session));
    const machine: TimedMachine | undefined =
      session && timing && secondsPerDraft !== undefined ? { timing, secondsPerDraft, session } : undefined;

    // What the user agrees to: time, training, and the price of the large model's answers. A resumed run does not ask
    // again.
    const priceOf = pricesOf(run, index);
    const plan = await steps.step('plan', planInputs(run), () => agree(run, machine, priceOf));
    const labelling = labellingOf(run, plan, priceOf);
    const positions = halved(run.positions, plan.halvings);

    // Validation files choose the neural model. Test files, which decide nothing, are drafted after the choice.
    const chosen =
      session &&
      timing &&
      (await attempt(run, 'measuring', () =>
        trainAndChoose(run, { plan, timing, index, session, positions, calls: labelling ? callsOf(labelling) : 0 }),
      ));
    const tested = chosen && (await attempt(run, 'measuring', () => draftAtTest(run, session, chosen, positions)));
    // The n-grams answer alone while the engine is absent or slow, and have a router of their own. They are fast enough
    // for all positions.
    const ngrams = {
      choose: await draftWithNgramsOnly(run, index, run.positions.choose, stage('Calibrating')),
      test: await draftWithNgramsOnly(run, index, run.positions.test, stage('Measuring')),
    };

    // The router is fitted on the drafts that will be served, and on what the large model answers there.
    const served = tested ? { choose: chosen.used.scored, test: tested.used } : ngrams;
    const labels = labelling && (await askLarge(run, labelling, served, index));
    const router = routerFor(served.choose, labels);
    if (served.choose.length === 0)
      notes.push('There are too few files for validation, so the shipped router is used.');
    const figures = served.test.length > 0 ? figuresOf(served.test, labels, router, request.balance) : undefined;
    const neural = tested && learnedNeural(chosen, tested, ngrams, labels);
    return { router, figures, neural };
  } finally {
    session?.close();
  }
}

interface NeuralParts {
  readonly plan: Plan;
  readonly timing: MachineTiming;
  readonly index: NgramModel;
  readonly session: NeuralSession;
  readonly positions: HeldOutPositions;
  /** Answers to ask of the large model. */
  readonly calls: number;
}

/** Trains, and compares the new model with the base and the earlier one at the validation positions. */
async function trainAndChoose(run: Run, parts: NeuralParts): Promise<Chosen> {
  const { plan, timing, index, session, positions, calls } = parts;
  const { notes, stage, steps } = run;
  const { specialistFolder } = run.request;
  const inputs = trainingInputs(run, plan);
  const storedTraining = steps.stored('training', inputs, isTrained(run));
  sweepModels(specialistFolder, storedTraining && modelFolderOf(storedTraining.weights, specialistFolder));
  // A GGUF base is never trained. Of any other, the report says why this machine cannot train it.
  if (!timing.base && !ggufManifest(accessOf(run).base))
    keepFailure(run, 'training', new CodedError('unsupported', timing.why ?? ''));

  const prepared = storedTraining ? undefined : await prepareTraining(run, session, index, plan);
  stage('Planning')({ done: 0, total: undefined });
  const remaining = remainingWork(run, session, {
    ...plan,
    trains: prepared !== undefined,
    training: trainingLeft(run, prepared),
    api: calls,
  });
  run.expect(remaining);

  const tellBase = stage('Measuring the base');
  await fitBaseMixture(run, session, plan, tellBase);
  const base = await draftAtValidation(session, baseCandidate(run), positions, tellBase);
  run.expect({ ...remaining, secondsPerDraft: secondsPerPosition(base.scored), base: 0 });
  const earlier = await measureEarlier(run, session, storedTraining, positions);

  const trainNow = prepared && (() => steps.step('training', inputs, () => train(run, prepared), isTrained(run)));
  const training = storedTraining ?? (trainNow && (await attempt(run, 'training', trainNow)));
  notes.push(...(training?.notes ?? []), ...(plan.why === undefined ? [] : [plan.why]));
  const measureAdapted = async (of: Training) => {
    const mixture = mixtureInputs(run, of);
    await steps.step('mixture', mixture, () => fitAdaptedMixture(run, session, of, positions), isMixed(run));
    return draftAtValidation(session, adaptedCandidate(run, of), positions, stage('Measuring the adapted model'));
  };
  const wasRejected = training?.dropped !== undefined;
  const adapted = training && !wasRejected ? await attempt(run, 'training', () => measureAdapted(training)) : undefined;

  const measured = [adapted, earlier, base].filter((each) => each !== undefined);
  const { used, why: reason } = choose(measured, training);
  const why = training?.dropped ?? reason;
  // The files of a rejected model are deleted at the end. Its figures stay, so that a later run does not train again.
  if (training && adapted && used !== adapted)
    steps.store('training', inputs, { ...training, dropped: why, judged: adapted.quality });
  const judged = training?.judged && { adapted: training.judged };
  const chosenFrom = Object.fromEntries(measured.map(({ name, quality }) => [name, quality]));
  return { used, base, training, why, chosenFrom: { base: base.quality, ...judged, ...chosenFrom } };
}
