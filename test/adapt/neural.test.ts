// Runs with a neural model: training, comparison, rollback and failures.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { currentModel, workFolder } from '../../src/adapt/models/folder-models.ts';
import type { NeuralReport } from '../../src/adapt/report/adapt-report.ts';
import { outcomeInWords, outcomeOf } from '../../src/adapt/report/outcome.ts';
import { plainTextOf, reportDocument } from '../../src/adapt/report/report-document.ts';
import type { AdaptRequest, PlanOffer } from '../../src/adapt/request/adapt-request.ts';
import type { RunDeps } from '../../src/adapt/run.ts';
import { failed } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import type { ProgressUpdate } from '../../src/common/progress.ts';
import type { Engine } from '../../src/specialist/engine/engine-protocol.ts';
import { openStore } from '../../src/storage/open.ts';
import { RunStore } from '../../src/storage/run-store.ts';
import { writeModel } from '../specialist/engine/helpers.ts';
import { describeBase } from '../support/packed-models.ts';
import { adaptWith, makeProject, neuralRequest, reportWith, truthOf } from './project.ts';
import { RunEngine, type Script } from './scripted-engine.ts';

const project = makeProject(6);
const newRequest = neuralRequest(project);
const base = newRequest.neural.base;
const request: AdaptRequest & { neural: object } = newRequest;
after(() => project.remove());

const truth = truthOf(project);

/** By default the base is right at 20% of the positions, and the adapted model at 90%. */
const scripted = (more: Partial<Script> = {}) => new RunEngine({ right: { base: 0.2, adapted: 0.9 }, truth, ...more });

/** Runs with the run store in the request's store. */
async function withRunStore<T>(work: (runStore: RunStore) => Promise<T>): Promise<T> {
  const { store } = openStore(request.storeFolder, { log: silentLog });
  const runStore = new RunStore(request.storeFolder, request.root, silentLog);
  try {
    return await work(runStore);
  } finally {
    runStore.close();
    store.close();
  }
}

const report = (engine: Engine | undefined, more: Partial<AdaptRequest> = {}) =>
  reportWith({ ...request, ...more }, { engine });

const used = () => currentModel(request.specialistFolder, { base, tokenizer: request.tokenizerPath });

beforeEach(() => rmSync(request.specialistFolder, { recursive: true, force: true }));

test("if fitting the adapted model's mixture fails, the base's figures are those of its own drafts", async () => {
  const engine = scripted({
    right: { base: 0.2, adapted: 1 },
    fail: (kind, { open }) =>
      kind === 'fit' && [...open.values()].some(({ name }) => name === 'adapted')
        ? failed('crashed', 'The fit failed.')
        : undefined,
  });
  const { neural, neuralFailure } = await report(engine);
  assert.deepEqual(neuralFailure, { during: 'training', code: 'crashed', message: 'The fit failed.' });
  assert.equal(neural?.used, 'base');
  assert.ok((neural?.quality.base.exactMatch as number) < 0.5, JSON.stringify(neural?.quality));
  assert.equal(engine.open.size, 0, 'all models are closed');
});

test("fitting the adapted model's mixture starts from the base's mixture weights", async (t) => {
  const shipped = '{"version":1,"gate":[7],"ranking":[7]}';
  writeFileSync(join(base, 'mixture.json'), shipped);
  t.after(() => rmSync(join(base, 'mixture.json')));
  const sourceWeights: string[] = [];
  const engine = scripted({
    fail: (kind, { open }) => {
      const [source] = open.values();
      if (kind === 'fit') sourceWeights.push(readFileSync(join(source?.model as string, 'mixture.json'), 'utf8'));
      return undefined;
    },
  });
  await report(engine);
  assert.deepEqual(sourceWeights, [shipped], 'once, for the adapted model');
  assert.deepEqual(JSON.parse(readFileSync(join(used().model, 'mixture.json'), 'utf8')).gate, [1]);
  assert.equal(readFileSync(join(base, 'mixture.json'), 'utf8'), shipped);
});

/** Writes two bases into one folder, as they ship. */
const shipTwo = () => {
  const models = join(dirname(project.root), 'models');
  const package_ = (name: string, layers: number) => {
    const folder = join(models, name);
    writeModel(folder, { layers });
    describeBase(folder, name, request.tokenizerPath);
    return folder;
  };
  return { small: package_('small', 1), medium: package_('medium', 2) };
};
const requestWithBase = (base_: string) => ({
  neural: { ...request.neural, base: base_, budgetMinutes: 10 } as never,
});
const usedOver = (base_: string) =>
  currentModel(request.specialistFolder, { base: base_, tokenizer: request.tokenizerPath });

test('a model serves with its own base alone, and stays on disk beside another one', async () => {
  const { small, medium } = shipTwo();
  const first = await report(scripted(), requestWithBase(small));
  assert.equal(first.neural?.used, 'adapted');
  const adaptedModel = usedOver(small);
  assert.equal(adaptedModel.name, 'adapted');
  assert.equal(usedOver(medium).model, medium);
  assert.equal(usedOver(medium).setAside?.code, 'other-base');
  const figures = await report(scripted({ right: { base: 0.8, adapted: 0.5 } }), requestWithBase(medium));
  assert.equal(figures.neural?.used, 'base');
  assert.match(figures.notes.join(), /earlier model was not measured\. .* needs the base 'small'/);
  assert.deepEqual(usedOver(small), adaptedModel, 'a run that keeps its base does not delete it');
});

test('if the budget is too short for the base, nothing is trained and the report says so', async () => {
  const { medium } = shipTwo();
  const run = async (pace: number) => {
    const engine = scripted({ pace: () => pace });
    const neural = { ...request.neural, base: medium, budgetMinutes: 10, trains: true };
    const offers: PlanOffer[] = [];
    const askPlan: RunDeps['askPlan'] = async (offer) => {
      offers.push(offer);
      return { kind: 'start', api: false };
    };
    const figures = await reportWith({ ...request, neural } as AdaptRequest, { engine, askPlan });
    const said = offers.map(({ why }) => why).join('\n');
    return { engine, figures, said, notes: figures.notes.join('\n') };
  };
  const hopeless = await run(5);
  assert.deepEqual(hopeless.engine.trained, []);
  const reason =
    /In 10 minutes this machine cannot train the base 'medium'\. The minimum of \d+ steps needs about \d\d minutes .* Nothing is trained\./;
  assert.match(hopeless.said, reason);
  assert.match(hopeless.notes, reason);
  assert.equal(hopeless.figures.neural?.used, 'base', 'the router is fitted on drafts of the base');
  assert.match(outcomeInWords(outcomeOf(hopeless.figures)), /^Fitted to this folder without training: .* 24 files/);
  rmSync(request.specialistFolder, { recursive: true, force: true });
  const quick = await run(400);
  assert.deepEqual(quick.engine.trained, [medium]);
  assert.doesNotMatch(quick.notes, /cannot train/);
});

/** A run with a limit of 10 minutes. @returns also the requests made before the first question */
const askedFor = async (
  pace: number,
  answer: (offer: PlanOffer) => Awaited<ReturnType<NonNullable<RunDeps['askPlan']>>>,
  more: Partial<RunDeps> = {},
) => {
  const engine = scripted({ pace: () => pace });
  const offers: PlanOffer[] = [];
  const before_: string[] = [];
  const askPlan = async (offer: PlanOffer) => {
    if (offers.push(offer) === 1) before_.push(...engine.asked.map(({ kind }) => kind));
    return answer(offer);
  };
  const neural = { ...request.neural, budgetMinutes: 10 };
  const result = await adaptWith({ ...request, neural }, { engine, askPlan, ...more });
  return { result, offers, before: before_, engine };
};
const start = () => ({ kind: 'start', api: false }) as const;
/** Chooses training, then starts. */
const trains = ({ choice, choices }: PlanOffer) => {
  const longer = choices.find((each) => each.trains);
  assert.ok(longer, JSON.stringify(choices));
  return choice.trains ? start() : ({ kind: 'change', choice: longer } as const);
};

test('before it measures anything, a run asks with its plan, and ends if it is told to', async () => {
  const { result, offers, before: asked, engine } = await askedFor(3300, () => ({ kind: 'stop' }));
  assert.ok(!result.ok);
  assert.deepEqual([result.error.code, result.error.message], ['cancelled', 'Nothing was changed.']);
  assert.deepEqual(asked.slice(0, 2), ['time', 'adapt'], 'a step is timed');
  assert.ok(asked.filter((kind) => kind === 'draft').length <= 6, 'few drafts are timed');
  assert.deepEqual(engine.trained, []);
  const [offer] = offers;
  assert.deepEqual([offers.length, offer?.choice, offer?.api], [1, { trains: true, minutes: 10 }, undefined]);
  assert.deepEqual(offer?.choices[0]?.trains, false);
});

test('where training rarely pays, the first plan fits index, thresholds and router, and says so', async () => {
  const { result, offers, engine } = await askedFor(300, start);
  const [offer] = offers;
  assert.deepEqual([offers.length, offer?.choice], [1, { trains: false, minutes: 2 }]);
  assert.match(offer?.why ?? '', /^Training rarely pays on a machine of this speed/);
  assert.equal(offer?.choices[1]?.minutes, 10);
  assert.deepEqual(engine.trained, []);
  assert.ok(result.ok);
  const { report: figures } = result.value;
  assert.deepEqual([figures.neural?.training, figures.neuralFailure], [undefined, undefined]);
  assert.ok(figures.router && (figures.neural?.quality.base.places ?? 0) > 0);
  assert.match(outcomeInWords(outcomeOf(figures)), /^Fitted to this folder without training: .* completes \d\d/);
  const chosen = await askedFor(300, trains);
  const actual = chosen.offers.map(({ choice, why }) => [choice.trains, why === undefined]);
  assert.deepEqual(actual, [
    [false, false],
    [true, true],
  ]);
  assert.equal(chosen.engine.trained.length, 1);
});

test('a run without training keeps the earlier adapted model, if that is better', async () => {
  await report(scripted());
  const { model } = used();
  const { result, engine } = await askedFor(300, start);
  assert.deepEqual(engine.trained, []);
  assert.equal(result.ok && result.value.report.neural?.used, 'earlier');
  assert.equal(used().model, model);
});

test('with more time the run trains the base, and resumes after a cancellation without a second question', async () => {
  const stop = new AbortController();
  const progress = ({ stage }: ProgressUpdate) => stage === 'Training' && stop.abort();
  const program = 'test';
  const asks: typeof askedFor = (pace, answer, more) =>
    withRunStore((runStore) => askedFor(pace, answer, { runStore, program, ...more }));
  const first = await asks(5, trains, { progress, signal: stop.signal });
  assert.equal(!first.result.ok && first.result.error.code, 'cancelled');
  const [untrained, offer] = first.offers;
  assert.match(untrained?.why ?? '', /^In 10 minutes this machine cannot train .* Nothing is trained\.$/);
  assert.ok(offer && offer.choice.minutes > 10, JSON.stringify(offer));
  const planned = Number(/About (\d+) minutes/.exec(offer.words)?.[1]);
  assert.ok(planned > 10 && planned <= offer.choice.minutes, offer.words);
  const second = await asks(5, () => assert.fail('it was agreed to'));
  assert.equal(second.result.ok && second.result.value.report.neural?.used, 'adapted');
  const third = await asks(5, start);
  assert.equal(third.offers.length, 1, 'a finished run was agreed to once');
});

test('after the plan the estimate of the time left falls, and rises only with an explanation', async () => {
  const updates: ProgressUpdate[] = [];
  const neural = { ...request.neural, budgetMinutes: 10, trains: true };
  const engine = scripted({ pace: () => 50 });
  const askPlan: RunDeps['askPlan'] = async ({ words }) => {
    assert.match(words, /^About \d minutes: \d training\.$/);
    return { kind: 'start', api: false };
  };
  const progress = (of: ProgressUpdate) => updates.push(of);
  await reportWith({ ...request, neural }, { engine, askPlan, progress, now: () => 0 });
  const planned = updates.findIndex(({ left }) => left !== undefined);
  // Before the plan, an estimate has no basis.
  assert.ok(updates.slice(0, planned).every(({ left, overall }) => left === undefined && overall === undefined));
  const steps = updates.map(({ step }) => step?.at ?? 0);
  assert.ok(steps.every((at, i) => at >= (steps[i - 1] ?? 1)));
  assert.deepEqual([steps.at(-1), updates[0]?.step?.of], [6, 6]);
  const lefts = updates.slice(planned).map(({ left }) => left as number);
  const holds = lefts.every((left, i) => left >= 0 && left <= (lefts[i - 1] ?? 600));
  assert.ok(holds, lefts.join());
  assert.equal(lefts.at(-1), 0);
  const shares = updates.slice(planned).map(({ overall }) => overall as number);
  assert.ok(shares.every((share, i) => share >= (shares[i - 1] ?? 0) && share <= 1));
  assert.equal(shares.at(-1), 1);
});

test('slow drafts reduce the number of positions, and training is shortened by the extra time of measuring', async () => {
  let ms = 0;
  const engine = scripted({
    latencyMs: 1000,
    // The machine sleeps for an hour while the base is measured. This time does not count.
    fail: (kind, { asked }) => {
      if (kind === 'draft' && ms < 3.6e6 && asked.some((each) => each.kind === 'adapt')) ms += 3.6e6;
      return undefined;
    },
  });
  const neural = { ...request.neural, budgetMinutes: 10 };
  const figures = await reportWith({ ...request, neural }, { engine, now: () => (ms += 1000) });
  const { chosenFrom, quality } = figures.neural as NeuralReport;
  const drafts = 2 * ((chosenFrom?.base.places ?? 0) + quality.base.places);
  assert.ok(drafts * 1.25 <= 0.4 * 600 && drafts > 20, `${drafts}`);
  assert.equal(quality.ngram.places, quality.base.places);
  const { budgetSeconds = 0, lateSeconds = -1 } = engine.of('adapt').at(-1) ?? {};
  assert.ok(budgetSeconds + drafts * 1.25 < 600, `${budgetSeconds}`);
  assert.deepEqual([lateSeconds, ms > 3.6e6], [0, true]);
});

test('a better model replaces the earlier one, and the report compares them', async () => {
  const engine = scripted();
  const figures = await report(engine);
  const { neural } = figures;
  assert.equal(neural?.used, 'adapted');
  assert.ok((neural?.quality.adapted?.exactMatch as number) > (neural?.quality.base.exactMatch as number));
  assert.equal(neural?.quality.ngram.places, neural?.quality.adapted?.places);
  assert.deepEqual(neural?.training?.loss, { before: 3, after: 2 });
  // The figures of the report are those of the model in use.
  assert.equal(figures.specialist?.exactMatch, neural?.quality.adapted?.exactMatch);
  assert.equal(used().name, 'adapted');
  const first = used().model;
  assert.equal(readFileSync(join(first, 'adapted-by'), 'utf8'), 'the script');
  assert.equal(JSON.parse(readFileSync(join(first, 'mixture.json'), 'utf8')).version, 1);
  assert.ok(!existsSync(workFolder(request.specialistFolder)));
  const pattern = /^Kept: \d+\.\d more of 100 lines right at \d+ positions of files it has not seen \(/;
  assert.match(outcomeInWords(outcomeOf(figures)), pattern);
  assert.equal(engine.open.size, 0, 'all models are closed');
  const text = plainTextOf(reportDocument(figures, 'engine', 0));
  for (const word of ['Before: base + n-grams', 'Now: adapted + n-grams', ` of ${figures.specialist?.places}\n`])
    assert.ok(text.includes(word), word);
  const { low = 0, high = 0 } = figures.neural?.change ?? {};
  assert.ok(0 < low && low <= high, `the difference is ${low} to ${high}`);
  assert.equal(figures.neural?.training?.loss?.before, 3);

  const secondReport = await report(scripted());
  assert.equal(secondReport.neural?.used, 'adapted');
  assert.ok(secondReport.neural?.chosenFrom?.earlier);
  const actual = secondReport.neural.quality.earlier;
  assert.equal(actual, undefined, 'it does not stay, so the test files are none of its business');
  assert.notEqual(used().model, first);
  assert.ok(existsSync(first), 'another process may still use the earlier model');
  await report(scripted());
  assert.ok(!existsSync(first));
});

test('trains on training files only', async () => {
  const engine = scripted();
  await report(engine);
  const trainings = engine.of('adapt');
  assert.ok((trainings.find(({ pauseAfter }) => pauseAfter === undefined)?.examples.length ?? 0) > 20);
  const drafted = engine.of('draft').map(({ query }) => query.path);
  const fittedOn = new Set(engine.of('fit')[0]?.queries.map(({ query }) => query.path));
  assert.ok(drafted.length > 0 && drafted.every((path) => !fittedOn.has(path)));
});

test('the model is chosen before the test positions are drafted, once by it and once by the base', async () => {
  for (const right of [
    { base: 0.2, adapted: 0.9 },
    { base: 0.8, adapted: 0.1 },
  ]) {
    rmSync(request.specialistFolder, { recursive: true, force: true });
    const engine = scripted({ right });
    const { used: name, quality, chosenFrom } = (await report(engine)).neural as NeuralReport;
    const paths = engine.of('draft').map(({ query }) => query.path);
    // Of the base's some are timed before, and no store keeps them here.
    const timed = 6;
    const validation = timed + 2 * (chosenFrom?.base.places as number);
    const tested = (name === 'base' ? 1 : 2) * quality.base.places;
    assert.equal(paths.length, validation + tested);
    const chosenOn = new Set(paths.slice(0, validation));
    assert.ok(paths.slice(validation).every((path) => !chosenOn.has(path)));
    assert.equal(name, right.base > right.adapted ? 'base' : 'adapted');
    assert.equal(quality.adapted !== undefined, name === 'adapted');
  }
});

test('a model that is worse on validation files is rolled back to the earlier one', async () => {
  await report(scripted());
  const earlier = used();
  // Both are opened as 'adapted': the earlier one is measured before training.
  const engine: RunEngine = scripted({
    truth: (query) => (engine.trained.length === 0 ? truth(query) : 'poisoned'),
  });
  const figures = await report(engine);
  assert.equal(figures.neural?.used, 'earlier');
  assert.deepEqual(used(), earlier);
  assert.match(
    figures.neural?.why ?? '',
    /^the earlier model gets \d+\.\d more of 100 lines right than the base at the \d+ validation positions/,
  );
  assert.match(plainTextOf(reportDocument(figures, 'engine', 0)), /Now: earlier \+ n-grams/);
  assert.match(outcomeInWords(outcomeOf(figures)), /^The earlier adapted model stays: /);
  assert.ok(!existsSync(workFolder(request.specialistFolder)), 'files of the rejected model are deleted');
});

test('after a restart of the engine the model is opened again and the run continues', async () => {
  let forgotten = false;
  const engine: RunEngine = scripted({
    fail: (kind) => {
      if (kind === 'draft' && engine.count('draft') === 20) engine.open.clear();
      forgotten ||= kind === 'draft' && engine.open.size === 0;
      return undefined;
    },
  });
  assert.equal((await report(engine)).neural?.used, 'adapted');
  assert.ok(forgotten);
});

for (const [name, code, kind, during] of [
  ['an engine that does not start', 'crashed', 'time', 'measuring'],
  ['training that needs more memory than there is', 'out-of-memory', 'adapt', 'training'],
  ['an engine that dies with every draft', 'crashed', 'draft', 'measuring'],
] as const) {
  test(`${name}: the run continues and the report says why`, async () => {
    const engine = scripted({
      fail: (asked) => (asked === kind ? failed(code, 'It keeps ending.') : undefined),
    });
    const figures = await report(engine);
    assert.equal(figures.neuralFailure?.during, during);
    assert.match(outcomeInWords(outcomeOf(figures)), /It keeps ending\./);
    assert.ok((figures.specialist?.exactMatch as number) > 0);
    assert.equal(figures.neural?.used, kind === 'adapt' ? 'base' : undefined);
  });
}

test('without a base model or an engine, the n-grams alone are adapted', async () => {
  const engine = scripted();
  const neural = { ...request.neural, base: join(base, 'nowhere') } as never;
  const nowhere = await withRunStore((runStore) => reportWith({ ...request, neural }, { engine, runStore }));
  assert.match(nowhere.neuralFailure?.message ?? '', /base model is not installed/);
  assert.equal(engine.asked.length, 0);
  const none = await report(undefined);
  assert.match(none.neuralFailure?.message ?? '', /no neural engine/);
  assert.equal((await report(engine, { effort: 'index' })).neural, undefined);
  assert.equal(engine.asked.length, 0);
});

test('cancelled at any stage, it leaves the previous model and index', async () => {
  await report(scripted());
  const before_ = used();
  const snapshot = join(request.specialistFolder, 'specialist.ngram');
  const bytes = readFileSync(snapshot);
  const neural = ['Measuring the base', 'Training', 'Measuring the adapted model', 'Testing the base'];
  for (const stage of ['Indexing', ...neural, 'Calibrating', 'Indexing every file']) {
    const stop = new AbortController();
    const progress = (update: ProgressUpdate) => update.stage === stage && stop.abort();
    const engine = scripted({ right: { base: 0.3, adapted: 0.9 } });
    const result = await adaptWith(request, {
      ...{ engine, signal: stop.signal, progress, record: () => assert.fail(stage) },
    });
    assert.equal(!result.ok && result.error.code, 'cancelled', stage);
    assert.deepEqual(used(), before_, stage);
    assert.deepEqual(readFileSync(snapshot), bytes, stage);
  }
});
