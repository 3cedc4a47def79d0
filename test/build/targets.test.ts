// Which platforms a package is offered for: those of which the lock file can prove every native file.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fillHashes } from '../../build/hashes.ts';
import { llamaFiles } from '../../build/llama.ts';
import { type LockRow, lockRows } from '../../build/lock.ts';
import { packageExtension } from '../../build/package.ts';
import { root } from '../../build/paths.ts';
import { needVerified, offeredTargets, targets } from '../../build/targets.ts';

const row = { version: '1.0.0', integrity: `sha512-${Buffer.alloc(64, 1).toString('base64')}` };
const packages = ['linux-arm64', 'linux-x64', 'linux-x64-vulkan', 'mac-arm64-metal', 'mac-x64', 'win-arm64', 'win-x64'];
const whole = Object.fromEntries(
  [...packages, 'win-x64-vulkan'].map((name) => [`node_modules/@node-llama-cpp/${name}`, row]),
);
const METAL = 'node_modules/@node-llama-cpp/mac-arm64-metal';

test('offers every platform where the lock file has all hashes', () => {
  assert.deepEqual(offeredTargets(whole), targets);
  for (const target of targets) needVerified(target, whole);
});

test('offers no platform of which a package has no hash, or one that npm does not write', () => {
  for (const bad of [undefined, { version: '1.0.0' }, { ...row, integrity: '' }, { ...row, integrity: 'sha1-AAAA' }]) {
    const rows = { ...whole, [METAL]: bad };
    const actual = targets.filter((target) => !offeredTargets(rows).includes(target));
    assert.deepEqual(actual, ['darwin-arm64']);
    const pattern = /no sha512 of node_modules\/@node-llama-cpp\/mac-arm64-metal/;
    assert.throws(() => needVerified('darwin-arm64', rows), pattern);
  }
});

test('packs nothing for a platform that is not offered, and fetches none of its libraries', async () => {
  for (const target of targets.filter((each) => !offeredTargets().includes(each))) {
    await assert.rejects(packageExtension({ target }), /has no sha512 of/, target);
    await assert.rejects(llamaFiles(target), /has no sha512 of/, target);
  }
});

test('every package in the lock file has a hash, but for the libraries of platforms that are not offered', () => {
  const without = Object.entries(lockRows()).flatMap(([folder, each]) => {
    const isPackage = folder.includes('node_modules/') && !(each as { link?: boolean }).link;
    return isPackage && each?.integrity === undefined ? [folder] : [];
  });
  const rows = { ...lockRows(), ...Object.fromEntries(without.map((folder) => [folder, row])) };
  assert.deepEqual(offeredTargets(rows), targets);
  for (const folder of without) assert.match(folder, /^node_modules\/@node-llama-cpp\/(?:mac|win)-/);
});

test('documents name the platforms that are offered, and no other as a target', () => {
  const pages = ['README.md', 'CONTRIBUTING.md'].map((path) => readFileSync(join(root, path), 'utf8'));
  const named = pages.flatMap((page) => [...page.matchAll(/--target ([\w-]+)/g)].map(([, target]) => target));
  const actual = named.filter((target) => !offeredTargets().includes(target ?? ''));
  assert.deepEqual(actual, []);
  const [, list = ''] = /Packages are made for ([^.]*)\./.exec(pages[1] ?? '') ?? [];
  assert.deepEqual([...list.matchAll(/`([\w-]+)`/g)].map(([, target]) => target).sort(), [...offeredTargets()].sort());
});

test('fills the hashes that a registry has, and names the others', async () => {
  const rows: Record<string, LockRow & { link?: boolean }> = {
    '': { version: '0.1.0' },
    'build/local': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', integrity: row.integrity },
    'node_modules/b/node_modules/@c/d': { version: '2.0.0', license: 'MIT' },
    'node_modules/e': { version: '3.0.0' },
    'node_modules/f': { version: '4.0.0' },
    'node_modules/g': { link: true },
  };
  const asked: string[] = [];
  const done = await fillHashes(rows, async (spec) => {
    asked.push(spec);
    return { '@c/d@2.0.0': row.integrity, 'f@4.0.0': 'an error page' }[spec];
  });
  assert.deepEqual(asked, ['@c/d@2.0.0', 'e@3.0.0', 'f@4.0.0']);
  assert.deepEqual(done, { filled: ['@c/d@2.0.0'], missing: ['e@3.0.0', 'f@4.0.0'] });
  assert.deepEqual(rows['node_modules/b/node_modules/@c/d'], { ...row, version: '2.0.0', license: 'MIT' });
  assert.deepEqual(rows['node_modules/f'], { version: '4.0.0' });
});
