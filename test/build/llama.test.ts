// llama.cpp as it is packed: which files, and whether a forked Node loads them.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { copyLlama, llamaFiles } from '../../build/llama.ts';
import { thisPlatform } from '../../build/native.ts';
import { root } from '../../build/paths.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

/** As the engine does it: a CommonJS file beside node_modules. */
const child = `
(async () => {
  const { getLlama } = await import('node-llama-cpp');
  const { buildType, gpu, systemInfo } = await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false });
  process.send({ buildType, gpu, systemInfo });
  process.exit(0);
})();`;

test('loads node-llama-cpp in a forked Node from two scripts and the libraries of this platform', async () => {
  const inputs = await copyLlama(folder, thisPlatform);
  assert.ok(inputs.some((each) => each.endsWith('node_modules/node-llama-cpp/dist/index.js')));
  const script = join(folder, 'child.cjs');
  writeFileSync(script, child);
  const forked = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [loaded, code] = await Promise.all([
    new Promise((resolve) => forked.once('message', resolve)),
    new Promise((resolve) => forked.once('exit', resolve)),
  ]);
  const { buildType, gpu, systemInfo } = loaded as { buildType: string; gpu: unknown; systemInfo: string };
  assert.deepEqual([buildType, gpu, code], ['prebuilt', false, 0]);
  assert.match(systemInfo, /CPU/);
});

test('packs no sources, types, command line or link libraries of llama.cpp', async () => {
  const files = await llamaFiles(thisPlatform);
  const strange = files.filter((file) => !/\/(package\.json|LICENSE|[\w.-]+\.(js|json|node|so|dylib|dll))$/.test(file));
  assert.deepEqual(strange, []);
  const actual = files.filter((file) => file.includes('/llama/')).map((file) => file.replace(/^.*\//, ''));
  assert.deepEqual(actual, ['binariesGithubRelease.json', 'llama.cpp.info.json']);
  assert.deepEqual(await llamaFiles('freebsd-x64'), []);
});

test('the lock file names libraries for every platform, all of one version, and none with CUDA', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; link?: boolean }>;
  };
  const version = lock.packages['node_modules/node-llama-cpp']?.version;
  const rows = Object.entries(lock.packages).flatMap(([path, { link, version }]) => {
    const name = /^node_modules\/@node-llama-cpp\/(.+)$/.exec(path)?.[1];
    return name === undefined || link ? [] : [[name, version]];
  });
  const platforms = ['linux-arm64', 'linux-x64', 'linux-x64-vulkan', 'mac-arm64-metal', 'mac-x64'];
  const windows = ['win-arm64', 'win-x64', 'win-x64-vulkan'];
  const expected = [...platforms, ...windows].map((name) => [name, version]);
  assert.deepEqual(rows, expected);
});
