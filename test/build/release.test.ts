// What a release checks before it is made, and what its bill of materials says of a package.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPreRelease } from '../../build/package.ts';
import { releaseNotes } from '../../build/release.ts';
import { npmPackage } from '../../build/sbom.ts';

const changelog =
  '# Changelog\n\n## Unreleased\n\n## 1.2.3, 2026-12-01\n\n- **New**: this.\n\n## 1.2.0\n\n- that\n\n## 1.1.0\n';

test("takes the notes of the tag's version from the changelog, with or without a date", () => {
  assert.equal(releaseNotes('v1.2.3', '1.2.3', changelog), '- **New**: this.\n');
  assert.equal(releaseNotes('v1.2.0', '1.2.0', changelog), '- that\n');
});

test('refuses a tag that is not the version, and a version without notes', () => {
  for (const tag of ['v1.2.4', '1.2.3', 'v1.2.3-beta', 'main'])
    assert.throws(() => releaseNotes(tag, '1.2.3', changelog), /tag v1\.2\.3, or change the version/, tag);
  assert.throws(() => releaseNotes('v1.1.0', '1.1.0', changelog), /says nothing about 1\.1\.0: move what is new/);
  assert.throws(() => releaseNotes('v1.2', '1.2', changelog), /says nothing about 1\.2/);
});

test('an odd minor version is a pre-release', () => {
  assert.deepEqual(['0.1.0', '0.2.9', '1.11.0', '2.0.1'].map(isPreRelease), [true, false, true, false]);
});

test('names a package in the bill of materials by its row in the lock file, and refuses one without a hash', () => {
  const integrity = `sha512-${Buffer.alloc(64, 0xab).toString('base64')}`;
  const rows = {
    'node_modules/a/node_modules/@b/c': { version: '1.0.0', integrity, license: '(MIT OR Apache-2.0)' },
    'node_modules/d': { version: '2.0.0' },
  };
  assert.deepEqual(npmPackage('node_modules/a/node_modules/@b/c', rows), {
    type: 'library',
    group: '@b',
    name: 'c',
    version: '1.0.0',
    'bom-ref': 'pkg:npm/%40b/c@1.0.0#node_modules/a/node_modules/@b/c',
    purl: 'pkg:npm/%40b/c@1.0.0',
    hashes: [{ alg: 'SHA-512', content: 'ab'.repeat(64) }],
    licenses: [{ expression: '(MIT OR Apache-2.0)' }],
  });
  for (const folder of ['node_modules/d', 'node_modules/e'])
    assert.throws(() => npmPackage(folder, rows), new RegExp(`no sha512 of ${folder}, so it is not shipped`));
});
