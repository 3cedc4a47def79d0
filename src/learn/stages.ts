// The stages of a run: a row each, in the order in which it comes to them. What has no row does not compile.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MIXTURE_FILE } from '../engine/protocol.ts';
import { NgramModel } from '../ngram/model.ts';
import { exactWeights } from '../ngram/weights.ts';
import { sha256Of } from '../package/manifest.ts';
import { turn } from './cancellation.ts';
import { conclude } from './conclude.ts';
import { draftAlone, indexOf, tokenizerOf } from './drafts.ts';
import { folderOf, weightsOf } from './folder-models.ts';
import { labelsOf } from './labels.ts';
import type { Made, Mixed, Run, Source } from './made.ts';
import { accessOf, adaptedOf, baseOf, chooseModel, measure, measureEarlier, sessionOf, test } from './neural.ts';
import type { Stages } from './stage-walk.ts';
import { train, trainingStage } from './training.ts';
import type { AdaptRequest } from './types.ts';

export const stages: Stages<Made, Source, Run> = {
  index: {
    name: 'Indexing',
    seconds: 2,
    of: 'adapting',
    reads: ['train'],
    settings: tokenizerOf,
    run: async ({ run }, tell) => {
      tell({ done: 0, total: undefined });
      const index = NgramModel.build(run.held.train, run.tokenizer);
      await turn(run.signal);
      return index;
    },
  },
  weights: {
    name: 'Learning the mixture',
    seconds: 4,
    of: 'adapting',
    reads: ['index', 'fit'],
    keeps: () => true,
    run: async (walk, tell) => {
      const { held, places, signal } = walk.run;
      if (held.fit.length === 0) return null;
      const index = await walk.get('index');
      tell({ done: 0, total: undefined });
      const weights = index.fit(held.fit, places.fit);
      await turn(signal);
      return exactWeights(weights);
    },
  },
  calibrated: {
    name: 'Calibrating',
    seconds: 2,
    of: 'adapting',
    reads: ['weights', 'choose'],
    run: (walk, tell) => draftAlone(walk, 'choose', tell),
  },
  measured: {
    name: 'Measuring',
    seconds: 2,
    of: 'adapting',
    reads: ['weights', 'test'],
    run: (walk, tell) => draftAlone(walk, 'test', tell),
  },
  session: {
    name: 'Starting the engine',
    seconds: 0,
    of: 'neural',
    reads: ['weights'],
    run: sessionOf,
  },
  base: {
    name: 'Measuring the base',
    seconds: 45,
    of: 'neural',
    reads: ['weights', 'fit', 'choose'],
    run: (walk, tell) => measure(walk, baseOf(walk.run), tell),
  },
  earlier: {
    name: 'Measuring the earlier model',
    seconds: 35,
    of: 'neural',
    reads: ['weights', 'fit', 'choose'],
    run: measureEarlier,
  },
  training: {
    name: trainingStage,
    seconds: 'the minutes of training',
    of: 'neural',
    reads: ['train', 'weights', 'fit'],
    settings: (run) => {
      const { base, budgetMinutes, maxSteps, device, noOther } = accessOf(run);
      return [weightsOf(base), budgetMinutes, maxSteps, device, noOther, tokenizerOf(run)];
    },
    keeps: ({ weights }, { request }) => folderOf(weights, request.specialistFolder) !== undefined,
    run: async (walk, tell) => train(walk.run.held, await indexOf(walk), accessOf(walk.run), walk.run, tell),
  },
  mixture: {
    name: 'Mixing the adapted model with the n-grams',
    seconds: 15,
    of: 'neural',
    reads: ['training', 'weights', 'fit'],
    keeps: ({ of, file }, { request }) => {
      const model = folderOf(of, request.specialistFolder);
      return model !== undefined && mixtureIn(model) === file;
    },
    run: async (walk, tell): Promise<Mixed> => {
      const { weights: of } = await walk.get('training');
      const adapted = adaptedOf(walk.run, await walk.get('training'));
      await (await walk.get('session')).fitMixture(adapted, tell);
      return { of, file: mixtureIn(adapted.model) };
    },
  },
  adapted: {
    name: 'Measuring the adapted model',
    seconds: 30,
    of: 'neural',
    reads: ['mixture', 'choose'],
    run: async (walk, tell) => {
      await walk.get('mixture');
      return measure(walk, adaptedOf(walk.run, await walk.get('training')), tell);
    },
  },
  chosen: {
    name: 'Choosing',
    seconds: 0,
    of: 'neural',
    reads: ['base', 'earlier', 'training', 'adapted'],
    run: chooseModel,
  },
  tested: {
    name: 'Testing what stays',
    seconds: 30,
    of: 'neural',
    reads: ['chosen', 'test'],
    run: test('used'),
  },
  testedBase: {
    name: 'Testing the base',
    seconds: 30,
    of: 'neural',
    reads: ['chosen', 'test'],
    run: test('base'),
  },
  labels: {
    name: 'Asking the API',
    seconds: 30,
    of: 'api',
    reads: ['index', 'choose', 'test'],
    run: labelsOf,
  },
  learned: {
    name: 'Fitting who answers',
    seconds: 1,
    of: 'adapting',
    reads: ['calibrated', 'measured', 'chosen', 'tested', 'testedBase', 'labels'],
    run: conclude,
  },
};

function mixtureIn(model: string): string | null {
  const path = join(model, MIXTURE_FILE);
  return existsSync(path) ? sha256Of(path) : null;
}

/** Those that a run comes to, in its order, for its bar. */
export function stagesOf({ effort, neural, api }: Pick<AdaptRequest, 'effort' | 'neural' | 'api'>) {
  const adapting = effort === 'adapt';
  const comes = { all: true, adapting, neural: adapting && neural !== undefined, api: adapting && api !== undefined };
  const training = 60 * (neural?.budgetMinutes ?? 10);
  const rows = Object.values(stages).filter(({ of }) => comes[of]);
  return [
    { name: 'Finding files', seconds: 1 },
    { name: 'Reading files', seconds: 3 },
    ...rows.map(({ name, seconds }) => ({ name, seconds: typeof seconds === 'number' ? seconds : training })),
    { name: indexingAll, seconds: 2 },
  ];
}

/** The last of every run. */
export const indexingAll = 'Indexing every file';
