// Packages of random weights: listed, timed in their own process, and one of them selected.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sha256Of } from '../../../src/common/file-hash.ts';
import { silentLog } from '../../../src/common/log.ts';
import { listPackages, type PackageInfo } from '../../../src/neural/models/list.ts';
import { TOKENIZER, WEIGHTS, writeManifest } from '../../../src/neural/models/manifest.ts';
import { type Base, isSlow } from '../../../src/specialist/engine/choice.ts';
import { lockModel } from '../../../src/storage/lock.ts';
import { Bases } from '../../../src/vscode/bases/bases.ts';
import {
  readBase,
  servingOptions,
  shippedBases,
  timeBase,
  timingKeyOf,
} from '../../../src/vscode/bases/shipped-bases.ts';
import { readSettings } from '../../../src/vscode/settings/settings.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { SCRIPT, TOKENIZER as SHIPPED_TOKENIZER, writeModel } from '../../specialist/engine/helpers.ts';

const root = mkdtempSync(join(tmpdir(), 'easy-adaptation-bases-'));
const models = join(root, 'models');
after(() => rmSync(root, { recursive: true }));

before(() => {
  pack('medium', { layers: 3, hiddenSize: 64, intermediateSize: 128, headDim: 16 });
  pack('small', {});
});

function pack(name: string, shape: Parameters<typeof writeModel>[1]): void {
  const folder = join(models, name);
  writeModel(folder, shape);
  copyFileSync(SHIPPED_TOKENIZER, join(folder, TOKENIZER));
  writeManifest(folder, {
    version: 1,
    name,
    kind: 'model',
    base: null,
    weights: sha256Of(join(folder, WEIGHTS)),
    tokenizer: sha256Of(SHIPPED_TOKENIZER),
    dialect: 'easy-1',
    stop: ['<|eom|>'],
    licence: 'MIT',
  });
}

function windowOver(shipped: readonly Base[], clock: ManualClock, storage = join(root, 'storage')) {
  return new Bases({
    shipped,
    read: readBase,
    settings: () => readSettings(() => undefined),
    storage,
    clock,
    log: silentLog,
    time: (base, signal) =>
      timeBase(
        SCRIPT,
        base,
        readSettings(() => undefined),
        signal,
      ),
    lock: (base) => lockModel(storage, base.weights, 'a test'),
    hasFolder: () => true,
    load: () => 0,
    isBusy: () => false,
    onChange: () => {},
    onState: () => {},
  });
}

test('shipped bases are listed smallest first, with weights and tokenizer', () => {
  const [small, medium, ...others] = shippedBases(models, silentLog);
  assert.deepEqual([small?.name, medium?.name, others.length], ['small', 'medium', 0]);
  assert.notEqual(small?.weights, medium?.weights);
  assert.equal(small?.tokenizer, join(models, 'small', TOKENIZER));
  assert.deepEqual(shippedBases(join(root, 'nowhere'), silentLog), []);
});

test('an absolute path is read as a package, or the error says why not', () => {
  const found = readBase(join(models, 'medium'));
  assert.equal(found.ok && found.value.name, 'medium');
  const nothing = readBase(root);
  assert.equal(!nothing.ok && nothing.error.code, 'unreadable');
  // A relative path is the name of an unknown base.
  assert.deepEqual(readBase('large'), { ok: false, error: { code: 'bad-request', message: '' } });
});

test('the larger base is timed in pauses, in its own process, and selected if it is fast enough', async () => {
  const clock = new ManualClock();
  const bases = windowOver(shippedBases(models, silentLog), clock);
  assert.equal(bases.current?.base.name, 'small');
  // A slow base takes three runs.
  for (let i = 0; i < 3; i++) {
    await clock.advance(60_000);
    await bases.check();
  }
  const reason = bases.current?.reason;
  // The speed of this machine is not asserted: only that the timing decides.
  const timing =
    reason?.kind === 'in-time'
      ? reason.timing
      : reason?.kind === 'instead' && reason.obstacle.kind === 'slow' && reason.obstacle.timing;
  assert.ok(timing && timing.lineMs > 0 && timing.promptMs > 0, JSON.stringify(reason));
  assert.equal(bases.current?.base.name, isSlow(timing) ? 'small' : 'medium');
  const second = windowOver(shippedBases(models, silentLog), clock);
  assert.equal(second.current?.base.name, 'small', 'slow, or held by the first window');
  bases.dispose();
  const third = windowOver(shippedBases(models, silentLog), clock);
  assert.equal(third.current?.base.name, isSlow(timing) ? 'small' : 'medium');
  third.dispose();
  second.dispose();
});

test('a single shipped base is selected without timing', async () => {
  const [small] = shippedBases(models, silentLog) as [Base];
  const clock = new ManualClock();
  const bases = windowOver([small], clock, join(root, 'other-storage'));
  await clock.advance(60_000);
  await bases.check();
  assert.deepEqual(bases.current, { base: small, reason: { kind: 'only' } });
  bases.dispose();
});

test('a base is timed with the device of the settings', async () => {
  const script = join(root, 'engine.mjs');
  // Answers every request with the request.
  writeFileSync(
    script,
    "process.on('message', ({ id, request }) => process.send({ id, kind: 'result', result: request }));",
  );
  const base: Base = { name: 'b', folder: '/b', tokenizer: '/b/tokenizer.json', weights: 'w' };
  const timed: unknown = await timeBase(script, base, { device: 'cpu' }, new AbortController().signal);
  const { folder: model, tokenizer } = base;
  const value = { model, tokenizer, ...servingOptions({ device: 'cpu' }) };
  assert.deepEqual(timed, { ok: true, value });
});

test('the timing of a GGUF base belongs to its device', () => {
  const gguf = {
    path: '/f',
    bytes: 1,
    stamp: '1 2 3 4',
    architecture: 'qwen2',
    contextLength: 1,
    vocabulary: 1,
    parameters: 1,
  };
  const [small] = listPackages(models);
  const manifest = { ...(small as PackageInfo).manifest, gguf };
  assert.notEqual(timingKeyOf(manifest, { device: 'auto' }), timingKeyOf(manifest, { device: 'cpu' }));
});
