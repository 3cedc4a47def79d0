// Which tokenizer a model fits, which base an adapter fits, and the origin in an adapted model's manifest.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { root } from '../../../build/paths.ts';
import { describeAdapted } from '../../../src/neural/models/adapted.ts';
import { baseOf, compatibilityOf, fitsBase } from '../../../src/neural/models/compatibility.ts';
import {
  ADAPTER,
  type PackageManifest,
  readManifest,
  sha256Of,
  writeManifest,
} from '../../../src/neural/models/manifest.ts';
import { loadModel, saveModel } from '../../../src/neural/models/model-folder.ts';
import { goldenFolder } from '../architecture/golden.ts';

const folder = mkdtempSync(join(tmpdir(), 'package-'));
after(() => rmSync(folder, { recursive: true }));
const base = join(folder, 'base');
const adapted = join(folder, 'adapted');
const tokenizer = join(root, 'models', 'small', 'tokenizer.json');
/** The same vocabulary, one byte more. */
const other = join(folder, 'other.json');
writeFileSync(other, `${readFileSync(tokenizer, 'utf8')}\n`);

beforeEach(() => {
  for (const each of [base, adapted]) {
    rmSync(each, { recursive: true, force: true });
    for (const file of ['config.json', 'model.safetensors'])
      cpSync(join(goldenFolder('llama'), file), join(each, file));
  }
});

const manifestOf = (at: string): PackageManifest => {
  const read = readManifest(at);
  assert.ok(read.ok && read.value);
  return read.value;
};

test('an adapted model names its base, and is refused with another tokenizer', () => {
  describeAdapted(adapted, { base, tokenizer });
  const manifest = manifestOf(adapted);
  assert.equal(manifest.kind, 'model');
  assert.deepEqual(manifest.base, { name: 'unnamed', weights: sha256Of(join(base, 'model.safetensors')) });
  assert.equal(manifest.tokenizer, sha256Of(tokenizer));
  assert.deepEqual(loadModel(adapted, { tokenizer }).manifest, manifest);
  assert.throws(() => loadModel(adapted, { tokenizer: other }), {
    code: 'mismatched',
    message: /'adapted' was made for another tokenizer.*Run "Adapt to This Repo" again/,
  });
  assert.throws(() => loadModel(adapted, { tokenizer: join(folder, 'none') }), { code: 'unreadable' });
});

test('a manifest takes name, licence, dialect and, by default, the tokenizer from the base', () => {
  cpSync(tokenizer, join(base, 'tokenizer.json'));
  describeAdapted(base, { base });
  writeManifest(base, { ...manifestOf(base), name: 'medium', licence: 'Apache-2.0', stop: ['<|eom|>'], base: null });
  describeAdapted(adapted, { base });
  const { name, licence, stop, base: origin, tokenizer: hash } = manifestOf(adapted);
  assert.deepEqual([name, licence, stop, hash], ['adapted', 'Apache-2.0', ['<|eom|>'], sha256Of(tokenizer)]);
  assert.deepEqual(origin, { name: 'medium', weights: manifestOf(base).weights });
});

test('a model with an unknown tokenizer has no manifest and is not refused', () => {
  describeAdapted(adapted, { base });
  assert.deepEqual(readManifest(adapted), { ok: true, value: undefined });
  assert.equal(loadModel(adapted, { tokenizer }).manifest, undefined);
});

test('a folder with its own tokenizer is refused with another one, with or without a manifest', () => {
  cpSync(tokenizer, join(base, 'tokenizer.json'));
  assert.equal(loadModel(base).config.layers, 2);
  assert.equal(loadModel(base, { tokenizer }).config.layers, 2);
  assert.throws(() => loadModel(base, { tokenizer: other }), { code: 'mismatched' });
  describeAdapted(base, { base });
  cpSync(other, join(base, 'tokenizer.json'));
  assert.throws(() => loadModel(base), { code: 'mismatched', message: /reinstall the extension/ });
});

test('an adapter fits only the base with the right hash', () => {
  cpSync(join(adapted, 'model.safetensors'), join(adapted, ADAPTER));
  rmSync(join(adapted, 'model.safetensors'));
  describeAdapted(adapted, { base, tokenizer });
  const manifest = manifestOf(adapted);
  assert.equal(manifest.kind, 'adapter');
  const own = baseOf(base);
  assert.deepEqual(fitsBase(manifest, own), { ok: true, value: true });
  const problem = (of: { name: string; weights: string }) => {
    const result = fitsBase(manifest, of);
    return result.ok ? 'ok' : `${result.error.code}: ${result.error.message}`;
  };
  assert.match(
    problem({ ...own, weights: '0'.repeat(64) }),
    /^mismatched: .*'unnamed' as it was before.*Adapt to This/,
  );
  assert.match(problem({ name: 'large', weights: '0'.repeat(64) }), /the base 'unnamed', and 'large' is in use/);
  assert.ok(fitsBase({ ...manifest, kind: 'model' }, { name: 'large', weights: '0'.repeat(64) }).ok);
});

test('an adapted model goes with its own base, and with an earlier version of it if it is whole', () => {
  const models = join(folder, 'models');
  const [small, medium] = ['small', 'medium'].map((name) => join(models, name)) as [string, string];
  for (const [at, fill] of [
    [small, 1],
    [medium, 2],
  ] as const) {
    const { config, weights } = loadModel(base);
    saveModel(at, config, new Map([...weights].map(([name, data]) => [name, data.slice().fill(fill)])), 'F16');
    cpSync(tokenizer, join(at, 'tokenizer.json'));
    describeAdapted(at, { base: at });
    writeManifest(at, { ...manifestOf(at), name: at === small ? 'small' : 'medium', base: null });
  }
  cpSync(join(adapted, 'model.safetensors'), join(adapted, ADAPTER));
  rmSync(join(adapted, 'model.safetensors'));
  describeAdapted(adapted, { base: medium, tokenizer });
  const found = (of: string, words = tokenizer) => {
    const result = compatibilityOf(adapted, of, words);
    return result.ok ? 'ok' : result.error.code;
  };
  assert.equal(found(medium), 'ok');
  assert.equal(found(medium, other), 'mismatched');
  const waiting = compatibilityOf(adapted, small, tokenizer);
  assert.equal(waiting.ok ? '' : waiting.error.code, 'other-base');
  assert.match(waiting.ok ? '' : waiting.error.message, /needs the base 'medium'.*Choose that base/);
  // Another base now has the same name.
  writeManifest(medium, { ...manifestOf(medium), weights: '0'.repeat(64) });
  assert.equal(found(medium), 'mismatched');
  // A whole model's base is known by name or by the hash of the weights.
  cpSync(join(base, 'model.safetensors'), join(adapted, 'model.safetensors'));
  describeAdapted(adapted, { base: medium, tokenizer });
  assert.equal(found(small), 'other-base');
  writeManifest(medium, { ...manifestOf(medium), weights: '1'.repeat(64) });
  assert.equal(found(medium), 'ok', 'as it was before');
  writeManifest(medium, { ...manifestOf(medium), name: 'renamed', weights: '0'.repeat(64) });
  assert.equal(found(medium), 'ok', 'under another name');
});
