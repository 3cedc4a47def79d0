// manifest.json: written and read back, errors are named, and the shipped packages match their manifests.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../build/paths.ts';
import { sha256Of } from '../../../src/common/file-hash.ts';
import { listPackages } from '../../../src/neural/models/list.ts';
import {
  MANIFEST,
  type PackageManifest,
  parseManifest,
  readManifest,
  writeManifest,
} from '../../../src/neural/models/manifest.ts';
import { codeOf } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

const hash = (digit: string) => digit.repeat(64);
const manifest: PackageManifest = {
  version: 1,
  name: 'medium',
  kind: 'model',
  base: { name: 'SmolLM2-135M-Instruct' },
  weights: hash('a'),
  tokenizer: hash('b'),
  dialect: 'easy-1',
  stop: ['<|eom|>'],
  licence: 'Apache-2.0',
  files: ['config.json', 'manifest.json', 'model.safetensors'],
};

test('a written manifest is read back, and a folder without a manifest gives undefined', () => {
  assert.deepEqual(readManifest(folder), { ok: true, value: undefined });
  writeManifest(folder, manifest);
  assert.deepEqual(readManifest(folder), { ok: true, value: manifest });
});

test('errors name the problem and the remedy', () => {
  const problem = (more: object) => {
    const result = parseManifest(JSON.stringify({ ...manifest, ...more }));
    return result.ok ? 'ok' : `${result.error.code}: ${result.error.message}`;
  };
  assert.equal(problem({}), 'ok');
  assert.equal(problem({ base: null }), 'ok');
  assert.match(problem({ version: 2 }), /^other-version: .*another version/);
  assert.match(problem({ dialect: 'harder-2' }), /^unsupported: .*'harder-2'.*supports easy-1.*choose another base/);
  for (const [field, value] of Object.entries({
    version: 'one',
    name: '../elsewhere',
    kind: 'half',
    base: 'medium',
    weights: 'abc',
    tokenizer: undefined,
    dialect: 7,
    stop: [],
    licence: '',
    files: ['../../etc/passwd'],
  })) {
    assert.match(problem({ [field]: value }), new RegExp(`^corrupt: manifest.json has no usable ${field}\\. .*Adapt`));
  }
  for (const text of ['{', '[]', 'null']) {
    const result = parseManifest(text);
    assert.equal(codeOf(result), 'corrupt', text);
  }
});

test('the shipped packages match their manifests', () => {
  const problems: string[] = [];
  const packages = listPackages(join(root, 'models'), (at, { message }) => problems.push(`${at}: ${message}`));
  assert.deepEqual(problems, []);
  assert.ok(packages.some(({ name }) => name === 'small'));
  for (const { name, folder: at, manifest: said, tokenizer, config, bytes } of packages) {
    assert.equal(at, join(root, 'models', name));
    assert.equal(sha256Of(join(at, 'model.safetensors')), said.weights, name);
    assert.equal(sha256Of(tokenizer), said.tokenizer, name);
    assert.deepEqual(readdirSync(at).sort(), [...(said.files ?? [])].sort(), name);
    assert.ok(config && config.layers > 1 && bytes > 1e6);
    const { added_tokens: specials } = JSON.parse(readFileSync(tokenizer, 'utf8'));
    const known = specials.map(({ content }: { content: string }) => content);
    assert.ok(said.stop.every((token) => known.includes(token)));
  }
});

test('lists packages by size, reports unusable ones and ignores other folders', () => {
  const models = join(folder, 'models');
  const small = join(root, 'models', 'small');
  for (const name of ['one', 'broken', 'empty']) mkdirSync(join(models, name), { recursive: true });
  for (const name of ['one', 'broken']) {
    for (const file of ['config.json', MANIFEST]) cpSync(join(small, file), join(models, name, file));
  }
  writeFileSync(join(models, 'one', 'model.safetensors'), 'bytes');
  const problems: string[] = [];
  const found = listPackages(models, (at, { code, message }) => problems.push(`${at} ${code} ${message}`));
  const facts = found.map(({ name, folder: at, bytes, config }) => [name, at, bytes, config?.layers]);
  assert.deepEqual(facts, [['small', join(models, 'one'), 5, 6]]);
  assert.equal(problems.length, 1);
  assert.match(problems[0] as string, /broken unreadable .*model\.safetensors.*Reinstall/);
  assert.deepEqual(listPackages(join(folder, 'nowhere')), []);
});
