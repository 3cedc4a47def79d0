// An adaptation goes on: from the folder's own model, on what changed and some of the rest; kept where it is better, else nothing is left of it.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { failed } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import { goOn, type OnwardDeps, type OnwardRequest } from '../../src/continual/go-on.ts';
import { keptSince, readWentOn } from '../../src/continual/went-on.ts';
import type { Engine } from '../../src/engine/client.ts';
import type { Requests } from '../../src/engine/protocol.ts';
import { splitOf } from '../../src/harvest/split.ts';
import { keepComparison } from '../../src/learn/compared.ts';
import { currentModel } from '../../src/learn/folder-models.ts';
import { adapt } from '../../src/learn/run.ts';
import { describeAdapted } from '../../src/package/adapted.ts';
import { readManifest } from '../../src/package/manifest.ts';
import { mixedQuality } from '../../src/report/figures.ts';
import { openStore } from '../../src/store/open.ts';
import { PlaceLedger } from '../../src/store/place-ledger.ts';
import { engine as startEngine, writeModel } from '../engine/helpers.ts';
import { makeProject, type Project } from '../learn/project.ts';
import { type Script, ScriptedEngine } from '../learn/scripted-engine.ts';

let project: Project;
let base: string;
let request: OnwardRequest;

/** ms since 1970: when everything was adapted to, and when some of it was changed. */
const [adaptedAt, changedAt] = [1_700_000_000_000, 1_700_000_500_000];

before(() => {
  project = makeProject(8);
  base = join(dirname(project.root), 'base');
  writeModel(base);
  const { effort: _, balance: __, ...of } = project.request;
  request = { ...of, neural: { base, precision: 'int4', threads: 1, device: 'cpu', trainingThreads: 1 } };
});
after(() => project.remove());

const truth: Script['truth'] = ({ path, prefix, suffix }) => {
  const text = readFileSync(join(project.root, path), 'utf8');
  return text.slice(prefix.length, text.length - suffix.length).trimEnd();
};

/** A file of the training set is one that changed. */
function touch(paths: readonly string[], at = changedAt): void {
  for (const path of paths) utimesSync(join(project.root, path), at / 1000, at / 1000);
}
const training = () => [...project.files.keys()].filter((path) => splitOf(path) === 'train');

function deps(engine: Engine, over: Partial<OnwardDeps> = {}): OnwardDeps {
  return { engine, adaptedAt, signal: new AbortController().signal, log: silentLog, ...over };
}
const used = () => currentModel(request.specialistFolder, { base, tokenizer: request.tokenizerPath });
const asked = (engine: ScriptedEngine) =>
  engine.asked.flatMap(({ kind, request: of }) => (kind === 'adapt' ? [of as Requests['adapt']['request']] : []));
const drafts = (engine: ScriptedEngine) => engine.count('draft');
const within = () => readdirSync(request.specialistFolder).sort();

/** As the user's command leaves it. */
async function adaptFirst(engine: Engine = new ScriptedEngine({ right: { base: 0.2, adapted: 0.6 }, truth })) {
  touch([...project.files.keys()], adaptedAt - 1000);
  const neural = { ...request.neural, budgetMinutes: 600 };
  const result = await adapt(
    { ...project.request, neural },
    {
      ...{ engine, teacher: undefined, confirm: async () => false, record: () => {} },
      signal: new AbortController().signal,
    },
  );
  assert.ok(result.ok, JSON.stringify(result));
}

/** The model that was there is right at six of ten places; what comes of going on as said. */
function scripted(
  onward: { readonly right: number; readonly loss: number },
  more: Partial<Script> = {},
): ScriptedEngine {
  return new ScriptedEngine({
    ...{ right: { base: 0.2, adapted: 0.6 }, truth },
    of: (model) => (model.includes('onward') ? onward : { right: 0.6, loss: 2 }),
    ...more,
  });
}

describe('with an engine whose answers a test decides', () => {
  beforeEach(async () => {
    rmSync(request.specialistFolder, { recursive: true, force: true });
    await adaptFirst();
    touch(training().slice(0, 10));
  });

  test('a machine that sleeps an hour while places are measured takes nothing from the training', async (context) => {
    let asleep = 0;
    for (const clock of [performance, Date]) {
      const { now } = clock;
      context.mock.method(clock, 'now', () => now.call(clock) + asleep);
    }
    const fail: Script['fail'] = (kind) => {
      if (kind === 'draft') asleep = 3.6e6;
      return undefined;
    };
    const engine = scripted({ right: 0.6, loss: 1 }, { fail });
    assert.ok((await goOn(request, deps(engine))).ok);
    assert.equal(asked(engine)[0]?.lateSeconds, 0);
  });

  test('better: it begins with the own model, takes its place with a new index, and is said', async () => {
    const own = used().model;
    const engine = scripted({ right: 0.6, loss: 1 });
    const result = await goOn(request, deps(engine));
    assert.ok(result.ok, JSON.stringify(result));
    const { kept, files, why, snapshotPath, knownUntil, startedAt } = result.value;
    assert.deepEqual([kept, files, knownUntil], [true, 10, startedAt]);
    assert.match(
      why,
      /^the adapted model gets as many lines right of the \d+ to choose by as the earlier model, and what comes next/,
    );
    const [training_] = asked(engine);
    assert.equal(training_?.from, own);
    assert.equal(training_?.base, base);
    assert.ok((training_?.learningRate ?? 1) < 1e-3);
    assert.ok((training_?.budgetSeconds ?? 999) <= 180);
    assert.equal(used().name, 'adapted');
    assert.notEqual(used().model, own);
    assert.ok(existsSync(own), 'someone may still have it open');
    assert.deepEqual(readdirSync(used().model).sort(), readdirSync(own).sort());
    assert.equal(snapshotPath, join(request.specialistFolder, 'specialist.ngram'));
    assert.deepEqual(
      { ...readWentOn(request.specialistFolder) },
      {
        ...{ startedAt, finishedAt: result.value.finishedAt, files, kept, why, knownUntil },
      },
    );
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(engine.open.size, 0, 'closed again');
    // What it knows now is not learned again.
    const again = await goOn(request, deps(scripted({ right: 1, loss: 0 })));
    assert.equal(!again.ok && again.error.code, 'nothing-to-learn');
    // One that is not kept leaves that standing.
    touch(training().slice(0, 10), startedAt + 5000);
    const later = await goOn(request, deps(scripted({ right: 0.1, loss: 2 })));
    assert.ok(later.ok && !later.value.kept, JSON.stringify(later));
    assert.equal(keptSince(readWentOn(request.specialistFolder), adaptedAt + 1), startedAt);
  });

  test('under a larger base that the model before was better than, the new one serves, too', async () => {
    const larger = join(dirname(project.root), 'larger');
    writeModel(larger, { layers: 1 });
    describeAdapted(larger, { base: larger, tokenizer: request.tokenizerPath, precision: 'int4' });
    const own = used().model;
    const quality = mixedQuality([]);
    keepComparison(own, larger, quality, quality);
    const serving = () => currentModel(request.specialistFolder, { base: larger, tokenizer: request.tokenizerPath });
    assert.equal(serving().model, own);
    const result = await goOn(request, deps(scripted({ right: 0.6, loss: 1 })));
    assert.ok(result.ok && result.value.kept, JSON.stringify(result));
    assert.notEqual(used().model, own);
    assert.deepEqual([serving().name, serving().model], ['adapted', used().model]);
    const manifest = readManifest(used().model);
    assert.ok(manifest.ok && manifest.value?.files.includes('compared.json'));
  });

  test('stopped when its model is finished: nothing is swapped that it does not tell', async () => {
    const own = used().model;
    const written = () => statSync(join(request.specialistFolder, 'specialist.ngram'), { bigint: true }).mtimeNs;
    const before_ = written();
    const stop = new AbortController();
    const engine = scripted(
      { right: 0.6, loss: 1 },
      {
        fail: (kind) => {
          if (kind === 'close') stop.abort();
          return undefined;
        },
      },
    );
    const result = await goOn(request, deps(engine, { signal: stop.signal }));
    assert.equal(!result.ok && result.error.code, 'cancelled');
    assert.equal(used().model, own);
    assert.equal(written(), before_);
    assert.equal(readWentOn(request.specialistFolder), undefined);
  });

  test('no better, or fewer lines for a better loss: the model that was there stays, and nothing is left behind', async () => {
    const before_ = within();
    const own = used().model;
    for (const onward of [
      { right: 0.6, loss: 2 },
      { right: 0.4, loss: 1 },
    ]) {
      const engine = scripted(onward);
      const result = await goOn(request, deps(engine));
      assert.ok(result.ok && !result.value.kept, JSON.stringify(result));
      assert.equal(result.value.snapshotPath, undefined);
      assert.equal(used().model, own);
      assert.deepEqual(within(), [...before_, 'went-on.json'].sort());
      assert.equal(engine.trained.length, 1);
    }
    assert.equal(keptSince(readWentOn(request.specialistFolder), adaptedAt + 1), undefined);
    // It is still to be learned: together with what changes next.
    assert.equal(readWentOn(request.specialistFolder)?.knownUntil, adaptedAt);
    assert.ok(!(readWentOn(request.specialistFolder)?.kept ?? true));
  });

  test('where held-out files get no better while it trains, nothing is measured any more', async () => {
    const engine = scripted({ right: 1, loss: 0 }, { losses: [2, 3] });
    const result = await goOn(request, deps(engine));
    assert.ok(result.ok && !result.value.kept);
    assert.match(result.value.why, /training made nothing better/);
    assert.equal(engine.count('fit'), 0);
  });

  test('half of what is learned is replayed, none of it held out', async () => {
    const few = scripted({ right: 0.6, loss: 2 });
    assert.ok((await goOn(request, deps(few))).ok);
    const tokens = (engine: ScriptedEngine) =>
      asked(engine)[0]?.examples.reduce((sum, { ids }) => sum + ids.length, 0) ?? 0;
    touch(training());
    const all = scripted({ right: 0.6, loss: 2 });
    const result = await goOn(request, deps(all));
    assert.ok(result.ok);
    assert.equal(result.value.files, training().length);
    const share = tokens(few) / tokens(all);
    const changed = 10 / training().length;
    assert.ok(Math.abs(share - 2 * changed) < 0.4 * changed, `${share} of ${changed}`);
    touch(
      [...project.files.keys()].filter((path) => splitOf(path) !== 'train'),
      changedAt + 1000,
    );
    touch(training(), adaptedAt - 1000);
    const heldOut = await goOn(request, deps(all));
    assert.equal(!heldOut.ok && heldOut.error.code, 'nothing-to-learn');
  });

  test('nothing to go on with: no own model, one of another base, nothing changed; the engine is not even asked', async () => {
    const refused = async (more: Partial<OnwardRequest> = {}, over: Partial<OnwardDeps> = {}) => {
      const engine = scripted({ right: 1, loss: 0 });
      const result = await goOn({ ...request, ...more }, deps(engine, over));
      assert.equal(!result.ok && result.error.code, 'nothing-to-learn', JSON.stringify(result));
      assert.equal(engine.asked.length, 0);
    };
    await refused({}, { adaptedAt: changedAt + 1000 });
    const other = join(dirname(project.root), 'other');
    writeModel(other, { layers: 1 });
    writeFileSync(join(other, 'manifest.json'), JSON.stringify({ ...manifestOf(used().model), name: 'other' }));
    await refused({ neural: { ...request.neural, base: other } });
    await refused({ specialistFolder: join(dirname(project.root), 'nowhere') });
    assert.equal(readWentOn(request.specialistFolder), undefined);
  });

  test('a machine that is too slow to measure does not try', async () => {
    const result = await goOn(request, deps(scripted({ right: 1, loss: 0 }, { latencyMs: 5000 })));
    assert.equal(!result.ok && result.error.code, 'unsupported', JSON.stringify(result));
    assert.ok(!within().includes('neural.onward'));
  });

  test('what one that was stopped has measured with other files is of no use any more', async () => {
    const { store } = openStore(request.storeFolder, { log: silentLog });
    const ledger = new PlaceLedger(request.storeFolder, request.root, silentLog);
    const stoppedAfter = async () => {
      const stop = new AbortController();
      const fail: Script['fail'] = (kind) => {
        if (kind === 'adapt') stop.abort();
        return undefined;
      };
      await goOn(request, deps(scripted({ right: 0.6, loss: 1 }, { fail }), { ledger, signal: stop.signal }));
      return new Set(store.rowsOf(request.root).answers.map(({ model }) => model));
    };
    const first = await stoppedAfter();
    assert.equal(first.size, 1);
    assert.deepEqual(await stoppedAfter(), first);
    const path = join(project.root, training()[0] as string);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, `${text}export const more = 1;\n`);
    const second = await stoppedAfter();
    writeFileSync(path, text);
    assert.equal(second.size, 1);
    assert.notDeepEqual(second, first);
    ledger.forget('onward ');
    ledger.close();
    store.close();
  });

  test('stopped: the model stays; what was measured is not asked again, and is forgotten when it is over', async () => {
    const { store } = openStore(request.storeFolder, { log: silentLog });
    const ledger = new PlaceLedger(request.storeFolder, request.root, silentLog);
    const own = used().model;
    const stop = new AbortController();
    const first = scripted(
      { right: 0.6, loss: 1 },
      {
        fail: (kind) => {
          if (kind !== 'adapt') return undefined;
          stop.abort();
          return failed('cancelled', 'Cancelled.');
        },
      },
    );
    const stopped = await goOn(request, deps(first, { ledger, signal: stop.signal }));
    assert.equal(!stopped.ok && stopped.error.code, 'cancelled');
    assert.equal(used().model, own);
    assert.equal(readWentOn(request.specialistFolder), undefined);
    const measured = drafts(first);
    assert.ok(measured > 0);
    const second = scripted({ right: 0.6, loss: 1 });
    const result = await goOn(request, deps(second, { ledger }));
    assert.ok(result.ok && result.value.kept, JSON.stringify(result));
    assert.equal(drafts(second), measured, 'of the new model alone');
    assert.deepEqual(store.rowsOf(request.root).answers, []);
    ledger.close();
    store.close();
  });
});

const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));

test('with a real engine: it is killed, goes on, and is either better or gone', async (context) => {
  rmSync(request.specialistFolder, { recursive: true, force: true });
  await adaptFirst();
  touch(training().slice(0, 10));
  const own = used().model;
  const client = startEngine();
  context.after(() => client.dispose());
  const of = { ...request, neural: { ...request.neural, maxSteps: 6 } };
  let kills = 0;
  const progress = ({ stage, done }: { stage: string; done: number }) => {
    if (stage !== 'Training' || done < 2 || kills > 0) return;
    kills++;
    process.kill(client.pid as number, 'SIGKILL');
  };
  const result = await goOn(of, deps(client, { progress }));
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(kills, 1);
  assert.equal(result.value.files, 10);
  assert.equal(used().model === own, !result.value.kept);
  assert.ok(!within().includes('neural.onward'));
});
