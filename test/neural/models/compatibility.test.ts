// Which tokenizer a model fits, which base an adapter fits, and the origin in an adapted model's manifest.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { root } from '../../../build/paths.ts';
import { sha256Of } from '../../../src/common/file-hash.ts';
import { initialAdapters } from '../../../src/neural/architecture/lora.ts';
import { baseOf, compatibilityOf, fitsBase, fitsTokenizer } from '../../../src/neural/models/list.ts';
import {
  CONFIG,
  type PackageManifest,
  readManifest,
  WEIGHTS,
  writeManifest,
} from '../../../src/neural/models/manifest.ts';
import { loadModel, saveAdapter } from '../../../src/neural/models/model-folder.ts';
import { writeAdaptedManifest } from '../../../src/neural/training/adapt-base.ts';
import { describeBase, saveRandomModel } from '../../support/packed-models.ts';
import { assertFailed, codeOf } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { goldenFolder, readGolden } from '../architecture/golden.ts';

const folder = temporaryFolder();
const base = join(folder, 'base');
const adapted = join(folder, 'adapted');
const tokenizer = join(root, 'models', 'small', 'tokenizer.json');
/** The same vocabulary, one byte more. */
const other = join(folder, 'other.json');
writeFileSync(other, `${readFileSync(tokenizer, 'utf8')}\n`);
const { config, lora } = readGolden();
const adapter = { lora, weights: initialAdapters(config, lora, 1) };

beforeEach(() => {
  for (const each of [base, adapted]) rmSync(each, { recursive: true, force: true });
  for (const file of [CONFIG, WEIGHTS]) cpSync(join(goldenFolder('packed'), file), join(base, file));
  saveAdapter(adapted, config, adapter, 'F16');
});

const manifestOf = (at: string): PackageManifest => {
  const read = readManifest(at);
  assert.ok(read.ok && read.value);
  return read.value;
};

test('an adapter names its base, and is refused with another tokenizer', () => {
  writeAdaptedManifest(adapted, { base, tokenizer });
  const manifest = manifestOf(adapted);
  assert.equal(manifest.kind, 'adapter');
  assert.deepEqual(manifest.base, { name: 'unnamed', weights: sha256Of(join(base, WEIGHTS)) });
  assert.equal(manifest.tokenizer, sha256Of(tokenizer));
  assert.deepEqual(loadModel(adapted, { base, tokenizer }).manifest, manifest);
  assert.equal(fitsTokenizer(manifest, tokenizer).ok, true);
  assertFailed(
    fitsTokenizer(manifest, other),
    'mismatched',
    /'adapted' was made for another tokenizer.*Adapt to This Repo/,
  );
  assertFailed(fitsTokenizer(manifest, join(folder, 'none')), 'unreadable');
});

test('a manifest takes name, licence and dialect from the base', () => {
  describeBase(base, 'medium', tokenizer);
  writeManifest(base, { ...manifestOf(base), licence: 'Apache-2.0', stop: ['<|eom|>'] });
  writeAdaptedManifest(adapted, { base, tokenizer });
  const { name, licence, stop, base: origin, tokenizer: hash } = manifestOf(adapted);
  assert.deepEqual([name, licence, stop, hash], ['adapted', 'Apache-2.0', ['<|eom|>'], sha256Of(tokenizer)]);
  assert.deepEqual(origin, { name: 'medium', weights: manifestOf(base).weights });
});

test('a base is refused with another tokenizer than its manifest names, its own included', () => {
  cpSync(tokenizer, join(base, 'tokenizer.json'));
  describeBase(base, 'small', tokenizer);
  assert.equal(loadModel(base, { tokenizer }).config.layers, 2);
  assert.throws(() => loadModel(base, { tokenizer: other }), {
    code: 'mismatched',
    message: /reinstall the extension/,
  });
  cpSync(other, join(base, 'tokenizer.json'));
  assert.throws(() => loadModel(base), { code: 'mismatched' });
});

test('an adapter fits only the base with the right hash', () => {
  writeAdaptedManifest(adapted, { base, tokenizer });
  const manifest = manifestOf(adapted);
  const own = baseOf(base);
  assert.deepEqual(fitsBase(manifest, own), { ok: true, value: true });
  const problem = (of: { name: string; weights: string }) => {
    const result = fitsBase(manifest, of);
    return result.ok ? 'ok' : `${result.error.code}: ${result.error.message}`;
  };
  const weights = '0'.repeat(64);
  assert.match(problem({ ...own, weights }), /^mismatched: .*'unnamed' as it was before.*Adapt to This/);
  assert.match(problem({ name: 'large', weights }), /the base 'unnamed', and 'large' is in use/);
});

test('an adapted model goes with its own base and tokenizer alone', () => {
  const [small, medium] = ['small', 'medium'].map((name) => join(folder, 'models', name)) as [string, string];
  saveRandomModel(small, config, 1);
  saveRandomModel(medium, config, 2);
  describeBase(small, 'small', tokenizer);
  describeBase(medium, 'medium', tokenizer);
  writeAdaptedManifest(adapted, { base: medium, tokenizer });
  const found = (of: string, words = tokenizer) => {
    const result = compatibilityOf(adapted, of, words);
    return codeOf(result);
  };
  assert.equal(found(medium), 'ok');
  assert.equal(found(medium, other), 'mismatched');
  assertFailed(compatibilityOf(adapted, small, tokenizer), 'other-base', /needs the base 'medium'.*Choose that base/);
  // Another base now has the same name.
  const before = manifestOf(medium);
  writeManifest(medium, { ...before, weights: '0'.repeat(64) });
  assert.equal(found(medium), 'mismatched');
  writeManifest(medium, { ...before, name: 'renamed' });
  assert.equal(found(medium), 'ok', 'under another name');
  // A whole model that an earlier build trained.
  writeManifest(adapted, { ...manifestOf(adapted), kind: 'model' });
  assert.equal(found(medium), 'mismatched');
});
