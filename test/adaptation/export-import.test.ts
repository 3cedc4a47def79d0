// Exports an adaptation as one file and imports it in another folder with the same bytes. Damaged, changed, foreign or
// malicious files change nothing.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  cpSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { exportAdaptation, importAdaptation, inspectExport } from '../../src/adaptation/exchange/export-import.ts';
import { keepComparison } from '../../src/adaptation/models/compared.ts';
import { currentModel, ownFolder } from '../../src/adaptation/models/folder-models.ts';
import { mixedQuality } from '../../src/adaptation/report/figures.ts';
import { silentLog } from '../../src/common/log.ts';
import { readManifest, writeManifest } from '../../src/neural/models/manifest.ts';
import { readSafetensors } from '../../src/neural/models/safetensors.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import { openStore } from '../../src/storage/open.ts';
import { tokenizerPath, writeAdaptedFolder, writeBase } from './adapted-folder.ts';

const home = mkdtempSync(join(tmpdir(), 'portable-'));
after(() => rmSync(home, { recursive: true }));
const base = join(home, 'models', 'base');
const target = join(home, 'out', 'engine.safetensors');
const [here, there] = ['here', 'there'].map((name) => ({
  ...{
    root: join(home, name, 'engine'),
    storeFolder: join(home, name),
    specialistFolder: join(home, name, 'specialist'),
  },
  ...{ base, tokenizerPath, who: 'a test' },
})) as [Side, Side];
interface Side {
  readonly root: string;
  readonly storeFolder: string;
  readonly specialistFolder: string;
  readonly base: string;
  readonly tokenizerPath: string;
  readonly who: string;
}

beforeEach(() => {
  for (const each of ['here', 'there', 'models', 'out']) rmSync(join(home, each), { recursive: true, force: true });
  writeBase(base);
  writeAdaptedFolder(here, base);
  const result = exportAdaptation({ ...here, target, version: '0.1.0' }, silentLog);
  assert.ok(result.ok, JSON.stringify(result));
});

const importInto = (side: Side, file = target) => importAdaptation(createReadStream(file), side, silentLog);
const filesOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'hex')]));

test('an exported adaptation is imported with the same bytes, report and router, and serves', async () => {
  const result = await importInto(there);
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(result.value.provenance.folder, 'engine');
  const [from, to] = [here, there].map(({ specialistFolder }) => ownFolder(specialistFolder)) as [string, string];
  assert.deepEqual(filesOf(to), filesOf(from));
  assert.equal(currentModel(there.specialistFolder, { base, tokenizer: tokenizerPath }).model, to);
  const { store } = openStore(there.storeFolder, { log: silentLog });
  const row = store.latestAdaptation(there.root);
  store.close();
  assert.equal(JSON.parse(row?.report ?? '').folder, there.root);
  assert.deepEqual(JSON.parse(row?.coupling ?? ''), JSON.parse(JSON.stringify(defaultRouter())));
});

test('an export contains the comparison with the base', async () => {
  const from = ownFolder(here.specialistFolder) as string;
  const quality = mixedQuality([]);
  keepComparison(from, base, quality, quality);
  assert.ok(exportAdaptation({ ...here, target, version: '0.1.0' }, silentLog).ok);
  assert.ok((await importInto(there)).ok);
  assert.deepEqual(filesOf(ownFolder(there.specialistFolder) as string), filesOf(from));
});

test('the file is plain safetensors, names its origin, and contains no path of the machine', () => {
  const bytes = readFileSync(target);
  const { tensors, metadata } = readSafetensors(bytes);
  assert.ok(tensors.size > 0);
  assert.equal(JSON.parse(metadata.provenance ?? '').files, 240);
  assert.ok(!bytes.includes(home));
  const zeroed = Buffer.from(bytes);
  zeroed.write('0'.repeat(64), bytes.indexOf(metadata.sha256 ?? '-'));
  assert.equal(createHash('sha256').update(zeroed).digest('hex'), metadata.sha256);
});

/** The exported file with a changed header. */
function withHeader(change: (header: Record<string, Record<string, unknown>>) => void): Buffer {
  const bytes = readFileSync(target);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length));
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([start, text, bytes.subarray(8 + length)]);
}

/** As `withHeader`, with the hash of the changed file. */
function signed(change: (header: Record<string, Record<string, unknown>>) => void): Buffer {
  const file = withHeader((header) => {
    change(header);
    Object.assign(header.__metadata__ as object, { sha256: '0'.repeat(64) });
  });
  file.write(createHash('sha256').update(file).digest('hex'), file.indexOf('0'.repeat(64)), 'latin1');
  return file;
}

const metadataWith = (name: string, value: string) => () =>
  withHeader((header) => Object.assign(header.__metadata__ as object, { [name]: value }));
const claims = (bytes: bigint) => () => {
  const file = Buffer.from(readFileSync(target));
  file.writeBigUInt64LE(bytes);
  return file;
};

const bad: Readonly<Record<string, { readonly make: () => Buffer; readonly code?: string }>> = {
  'an empty file': { make: () => Buffer.alloc(0) },
  'cut in its header': { make: () => readFileSync(target).subarray(0, 500) },
  'cut at its end': { make: () => readFileSync(target).subarray(0, -5) },
  'longer than its header says': { make: () => Buffer.concat([readFileSync(target), Buffer.from('more')]) },
  'one byte of a tensor changed': {
    make: () => {
      const file = Buffer.from(readFileSync(target));
      file[file.length - 9] = (file[file.length - 9] as number) ^ 1;
      return file;
    },
  },
  'a header of petabytes': { make: claims(2n ** 50n) },
  'a header of 15 MB that is not there': { make: claims(15n << 20n) },
  'another report': { make: metadataWith('report', '{"harvest":{},"examples":[]}') },
  'no hash': { make: metadataWith('sha256', '') },
  'a file with a path': { make: metadataWith('files', '{"../../x.json":"{}"}') },
  'a script': { make: metadataWith('files', '{"run.js":"{}"}') },
  'a manifest that names a GGUF file elsewhere': {
    make: () =>
      signed((header) => {
        const metadata = header.__metadata__ as { manifest: string };
        const gguf = {
          path: target,
          bytes: 1,
          architecture: 'llama',
          contextLength: 64,
          vocabulary: 64,
          parameters: 1,
        };
        metadata.manifest = JSON.stringify({ ...JSON.parse(metadata.manifest), kind: 'gguf', gguf });
      }),
  },
  'two headers that disagree': { make: metadataWith('header', '{}') },
  'a tensor of terabytes': {
    make: () =>
      withHeader((header) => {
        header.huge = { dtype: 'F32', shape: [2 ** 40], data_offsets: [0, 2 ** 42] };
      }),
  },
  'a later format': { make: metadataWith('version', '2'), code: 'newer-version' },
  'a file with another model': { make: () => readFileSync(join(base, 'model.safetensors')) },
};

for (const [name, { make, code = 'corrupt' }] of Object.entries(bad)) {
  test(`${name}: fails with a code, and the previous model stays in use`, async () => {
    writeAdaptedFolder(there, base);
    const before = ownFolder(there.specialistFolder);
    const models = readdirSync(there.specialistFolder);
    const file = join(home, 'out', 'bad.safetensors');
    writeFileSync(file, make());
    const result = await importInto(there, file);
    assert.equal(result.ok ? 'ok' : result.error.code, code, JSON.stringify(result));
    assert.equal(ownFolder(there.specialistFolder), before);
    assert.deepEqual(readdirSync(there.specialistFolder), models);
    const { store } = openStore(there.storeFolder, { log: silentLog });
    assert.equal(store.adaptations().length, 1);
    store.close();
  });
}

test('an adaptation for another tokenizer or base is refused before anything is written', async () => {
  const other = join(home, 'models', 'tokenizer.json');
  writeFileSync(other, `${readFileSync(tokenizerPath, 'utf8')}\n`);
  const refused = await importInto({ ...there, tokenizerPath: other });
  assert.equal(refused.ok ? 'ok' : refused.error.code, 'mismatched');
  const model = ownFolder(here.specialistFolder) as string;
  cpSync(join(model, 'model.safetensors'), join(model, 'adapter_model.safetensors'));
  writeFileSync(join(model, 'adapter_config.json'), '{}');
  const manifest = readManifest(model);
  assert.ok(manifest.ok && manifest.value);
  writeManifest(model, { ...manifest.value, kind: 'adapter', base: { name: 'large', weights: 'a'.repeat(64) } });
  assert.ok(exportAdaptation({ ...here, target, version: '0.1.0' }, silentLog).ok);
  const looked = await inspectExport(createReadStream(target), there);
  assert.equal(looked.ok ? 'ok' : looked.error.code, 'mismatched');
  const adapter = await importInto(there);
  assert.equal(adapter.ok ? 'ok' : adapter.error.code, 'mismatched');
  assert.equal(ownFolder(there.specialistFolder), undefined);
});

test('a folder without an adapted model has nothing to export', () => {
  mkdirSync(there.root, { recursive: true });
  const result = exportAdaptation({ ...there, target, version: '0.1.0' }, silentLog);
  assert.equal(result.ok ? 'ok' : result.error.code, 'nothing-to-learn');
});
