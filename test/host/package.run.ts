// The whole package: the same bytes each time it is made, and a bill of materials that lists what it holds.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Packed, packageExtension } from '../../build/package.ts';
import { root } from '../../build/paths.ts';
import { billOfMaterials } from '../../build/sbom.ts';
import { readZipFile } from '../../build/zip.ts';
import { ourVsix } from '../support/vsix.ts';

const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-twice-'));
const umask = process.umask();
let [first, again, published]: [string?, Packed?, Packed?] = [];

before(async () => {
  first = await ourVsix(folder);
  process.umask(0o077);
  process.env.TZ = 'Asia/Tokyo';
  again = await packageExtension({ out: join(folder, 'again.vsix') });
  process.env.EASY_ADAPTATION_REPOSITORY = 'https://github.com/owner/name';
  published = await packageExtension({ out: join(folder, 'published.vsix') });
  delete process.env.EASY_ADAPTATION_REPOSITORY;
});
after(() => {
  process.umask(umask);
  rmSync(folder, { recursive: true, force: true });
});

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

test('packages the same bytes at another time, in another time zone and under another umask', () => {
  assert.equal(sha256(again?.file ?? ''), sha256(first ?? ''));
});

const unpacked = (packed: Packed | undefined, name: string) => readZipFile(packed?.file ?? '', `extension/${name}`);

test('names the repository in manifest and README if the build knows it, and otherwise shows nothing of it', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const at = (folder: string) => `https://github.com/owner/name/${folder}/v${version}`;
  const readme = unpacked(published, 'readme.md');
  assert.ok(readme.includes(`](${at('raw')}/media/walkthrough/try-dark.png)`), readme);
  assert.ok(readme.includes(`src="${at('raw')}/media/easy-adaptation-dark.png"`), readme);
  assert.ok(readme.includes(`](${at('blob')}/docs/using.md)`), readme);
  const { bugs, homepage } = JSON.parse(unpacked(published, 'package.json'));
  const expected = ['https://github.com/owner/name/issues', 'https://github.com/owner/name#readme'];
  assert.deepEqual([bugs.url, homepage], expected);
  assert.doesNotMatch(unpacked(again, 'readme.md'), /!\[|media\//);
  assert.equal(JSON.parse(unpacked(again, 'package.json')).repository, undefined);
});

test('lists in the bill of materials each npm package and model whose files are packed, and each dependency', () => {
  assert.ok(again);
  const { components } = billOfMaterials(again);
  const names = components.map(({ group, name }) => [group, name].filter((part) => part !== undefined).join('/'));
  const packed = again.entries.flatMap(
    ({ name }) => /^extension\/(?:dist\/node_modules|models)\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? [],
  );
  assert.ok(packed.includes('onnxruntime-node') && packed.includes('small'));
  const actual = [...new Set(packed)].filter((name) => !names.includes(name));
  assert.deepEqual(actual, []);
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const found = Object.keys(dependencies).filter((name) => !names.includes(name));
  assert.deepEqual(found, []);
  const seen = Object.keys(devDependencies).filter((name) => names.includes(name));
  assert.deepEqual(seen, ['@vscode/tree-sitter-wasm']);
});
