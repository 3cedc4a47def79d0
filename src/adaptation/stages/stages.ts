// The stages of a run, one row each, in their order. A missing row does not compile.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '../../neural/models/manifest.ts';
import { MIXTURE_FILE } from '../../specialist/engine/protocol.ts';
import { NgramModel } from '../../specialist/ngram/model.ts';
import { yieldToEvents } from '../cancellation.ts';
import { modelFolderOf } from '../models/folder-models.ts';
import type { RemainingWork, Row } from '../report/countdown.ts';
import { samplesFrom } from '../training-data/samples.ts';
import type { AdaptRequest } from '../types.ts';
import { agree } from './agree.ts';
import { conclude } from './conclude.ts';
import { draftWithNgramsOnly, tokenizerOf } from './drafts.ts';
import { firstLookOf } from './first-look.ts';
import { askedOf, labelingSettings, labelsOf, planLabeling } from './labels.ts';
import {
  accessOf,
  adaptedOf,
  baseCandidate,
  chooseModel,
  measure,
  measuredPositionsOf,
  measureEarlier,
  servedDrafts,
  sessionOf,
  test,
} from './neural.ts';
import { aheadOf, mixtureSeconds, paceOf, planOf, planSettings, trainAsPlanned, trainableIn } from './pace.ts';
import type { FittedMixture, Run, SplitName, StageOutputs } from './stage-outputs.ts';
import type { Stages } from './stage-runner.ts';
import { budgetSeconds } from './training.ts';

/** Seconds of drafts at all positions of a split. */
const secondsAt =
  (kind: keyof RemainingWork['places']) =>
  ({ perPlace, places: positions }: RemainingWork) =>
    perPlace * positions[kind];

export const stages: Stages<StageOutputs, SplitName, Run> = {
  pace: {
    name: 'Timing this machine',
    takes: 15,
    step: 'look',
    of: 'neural',
    reads: ['train'],
    settings: planSettings,
    // A speed that is too low is not kept: the machine may have been busy.
    keeps: (pace, run) => trainableIn(pace, budgetSeconds(accessOf(run)) / 60) !== undefined,
    run: paceOf,
  },
  index: {
    name: 'Indexing',
    takes: 2,
    step: 'look',
    of: 'adapting',
    reads: ['train'],
    settings: tokenizerOf,
    run: async ({ run }, tell) => {
      tell({ done: 0, total: undefined });
      const index = NgramModel.build(run.held.train, run.tokenizer);
      await yieldToEvents(run.signal);
      return index;
    },
  },
  session: {
    name: 'Starting the engine',
    takes: 0,
    step: 'look',
    of: 'neural',
    reads: ['index'],
    run: sessionOf,
  },
  firstLook: {
    name: 'Measuring the local model',
    takes: 35,
    step: 'look',
    of: 'first-look',
    reads: ['index', 'choose'],
    run: firstLookOf,
  },
  agreed: {
    name: 'Timing a draft',
    takes: 0,
    step: 'look',
    of: 'adapting',
    reads: ['train', 'fit', 'choose', 'test'],
    settings: (run) => [labelingSettings(run), run.request.neural],
    keeps: ({ over }) => !over,
    run: agree,
  },
  minutes: {
    name: 'Planning',
    takes: 0,
    step: 'plan',
    of: 'neural',
    reads: ['agreed'],
    keeps: () => false,
    run: async (runner) => {
      const { training, minutes } = await runner.get('agreed');
      return training ? minutes : 0;
    },
  },
  labelingPlan: {
    name: 'Choosing positions for the API',
    takes: 1,
    step: 'plan',
    of: 'api',
    reads: ['index', 'choose', 'test'],
    run: (runner) => runner.run.excludeFromBudget(() => planLabeling(runner)),
  },
  samples: {
    name: 'Preparing training samples',
    takes: 5,
    step: 'plan',
    of: 'neural',
    reads: ['index', 'train', 'fit', 'agreed'],
    run: async (runner, tell) => {
      tell({ done: 0, total: undefined });
      const { run } = runner;
      const { halvings, minutes } = await runner.get('agreed');
      return samplesFrom(run.held, await runner.get('index'), { halvings, minutes }, run);
    },
  },
  plan: {
    name: 'Sharing out the time',
    takes: 0,
    step: 'plan',
    of: 'neural',
    reads: ['agreed', 'train', 'samples'],
    settings: planSettings,
    keeps: ({ training }) => training > 0,
    run: planOf,
  },
  ahead: {
    name: 'Planning',
    takes: 0,
    step: 'plan',
    of: 'neural',
    reads: ['plan', 'index', 'fit', 'choose', 'test'],
    run: (runner, tell) => {
      tell({ done: 0, total: undefined });
      return aheadOf(runner);
    },
  },
  base: {
    name: 'Measuring the base',
    takes: ({ perPlace, base }) => perPlace * base,
    step: 'measure',
    of: 'neural',
    reads: ['index', 'fit', 'choose'],
    run: async (runner, tell) => {
      const base = baseCandidate(runner.run);
      await (await runner.get('session')).fitBase(base, await mixtureSeconds(runner), tell);
      return measure(runner, base, tell);
    },
  },
  earlier: {
    name: 'Measuring the earlier model',
    takes: ({ perPlace, earlier }) => perPlace * earlier,
    step: 'measure',
    of: 'neural',
    reads: ['index', 'fit', 'choose'],
    run: measureEarlier,
  },
  training: {
    name: 'Training',
    takes: ({ training }) => training,
    step: 'train',
    of: 'neural',
    // 2: the checkpoint that is best together with the n-grams is kept.
    version: 2,
    reads: ['train', 'index', 'fit', 'minutes'],
    settings: planSettings,
    keeps: ({ weights, dropped }, { request }) =>
      dropped !== undefined || modelFolderOf(weights, request.specialistFolder) !== undefined,
    run: trainAsPlanned,
  },
  mixture: {
    name: 'Mixing the adapted model with the n-grams',
    takes: secondsAt('fit'),
    step: 'decide',
    of: 'neural',
    reads: ['training', 'index', 'fit'],
    keeps: ({ of, file }, { request }) => {
      const model = modelFolderOf(of, request.specialistFolder);
      return model !== undefined && mixtureIn(model) === file;
    },
    run: async (runner, tell): Promise<FittedMixture> => {
      const { weights: of } = await runner.get('training');
      const adapted = adaptedOf(runner.run, await runner.get('training'));
      const { fit } = await measuredPositionsOf(runner);
      await (await runner.get('session')).fitMixture(adapted, fit, tell);
      return { of, file: mixtureIn(adapted.model) };
    },
  },
  adapted: {
    name: 'Measuring the adapted model',
    takes: secondsAt('choose'),
    step: 'decide',
    of: 'neural',
    reads: ['mixture', 'choose'],
    run: async (runner, tell) => {
      await runner.get('mixture');
      return measure(runner, adaptedOf(runner.run, await runner.get('training')), tell);
    },
  },
  chosen: {
    name: 'Choosing',
    takes: 0,
    step: 'decide',
    of: 'neural',
    reads: ['base', 'earlier', 'training', 'adapted'],
    run: chooseModel,
  },
  tested: {
    name: 'Testing the model in use',
    takes: secondsAt('test'),
    step: 'decide',
    of: 'neural',
    reads: ['chosen', 'test'],
    run: test('used'),
  },
  testedBase: {
    name: 'Testing the base',
    takes: secondsAt('testedBase'),
    step: 'decide',
    of: 'neural',
    reads: ['chosen', 'test'],
    run: test('base'),
  },
  ngramsAtValidation: {
    name: 'Calibrating',
    takes: 2,
    step: 'decide',
    of: 'adapting',
    reads: ['index', 'choose'],
    run: (runner, tell) => draftWithNgramsOnly(runner, runner.run.positions.choose, tell),
  },
  ngramsAtTest: {
    name: 'Measuring',
    takes: 2,
    step: 'decide',
    of: 'adapting',
    reads: ['index', 'test'],
    run: (runner, tell) => draftWithNgramsOnly(runner, runner.run.positions.test, tell),
  },
  served: {
    name: 'Measuring',
    takes: 0,
    step: 'decide',
    of: 'adapting',
    reads: ['chosen', 'tested', 'testedBase', 'ngramsAtValidation', 'ngramsAtTest'],
    run: servedDrafts,
  },
  labels: {
    name: 'Asking the API',
    takes: ({ api }) => api / 2,
    step: 'decide',
    of: 'api',
    reads: ['labelingPlan', 'index', 'served'],
    run: labelsOf,
  },
  asked: {
    name: 'Asking the API',
    takes: 0,
    step: 'decide',
    of: 'api',
    // Known before the drafts are: the plan asks whether there is anything to pay for.
    reads: ['index', 'fit', 'choose', 'test'],
    settings: (run) => [labelingSettings(run), run.request.neural?.base, run.program],
    keeps: () => false,
    run: askedOf,
  },
  learned: {
    name: 'Fitting the router',
    takes: 1,
    step: 'decide',
    of: 'adapting',
    reads: ['served', 'ngramsAtValidation', 'labels', 'asked'],
    run: conclude,
  },
};

function mixtureIn(model: string): string | null {
  const path = join(model, MIXTURE_FILE);
  return existsSync(path) ? sha256Of(path) : null;
}

/** The stages of a run, in their order. */
export function stagesOf({
  effort,
  neural,
  api,
  firstLookSeconds,
}: Pick<AdaptRequest, 'effort' | 'neural' | 'api' | 'firstLookSeconds'>): readonly Row[] {
  const adapting = effort === 'adapt';
  const [trains, asks] = [adapting && neural !== undefined, adapting && api !== undefined];
  const hasFirstLook = adapting && firstLookSeconds !== undefined;
  const included = { all: true, adapting, neural: trains, api: asks, 'first-look': hasFirstLook };
  return [
    { name: 'Finding files', takes: 1, step: 'read' },
    { name: 'Reading files', takes: 3, step: 'read' },
    ...Object.values(stages).filter(({ of }) => included[of]),
    { name: indexingAll, takes: 2, step: 'decide' },
  ];
}

/** The last stage of every run. */
export const indexingAll = 'Indexing every file';
