// Packages of random weights: listed, timed in their own process, and one of them selected.
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { sha256Of } from '../../../src/common/file-hash.ts';
import { silentLog } from '../../../src/common/log.ts';
import { listPackages, type PackageInfo } from '../../../src/neural/models/list.ts';
import { TOKENIZER, WEIGHTS, writeManifest } from '../../../src/neural/models/manifest.ts';
import {
  type Base,
  readBase,
  servingOptions,
  shippedBases,
  timeBase,
  timingKeyOf,
} from '../../../src/vscode/bases/shipped-bases.ts';
import { TOKENIZER as SHIPPED_TOKENIZER, writeModel } from '../../specialist/engine/helpers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const models = join(root, 'models');

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

test('a base is timed with the device of the settings', async () => {
  const script = join(root, 'engine.mjs');
  // Answers every request with the request.
  writeFileSync(
    script,
    "process.on('message', ({ id, request }) => process.send({ id, kind: 'answer', answer: { ok: true, value: request } }));",
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
