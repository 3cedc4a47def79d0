// The choice of a device and its reason, and probes of WebGPU that fail.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { physicalCores, threadCount } from '../../../src/common/threads.ts';
import { chooseDevice, probeWebGpu } from '../../../src/neural/runtime/device.ts';
import { PROBE_ARGUMENT } from '../../../src/specialist/engine/probe.ts';
import { ended, JOB_SCRIPT, until } from '../../specialist/engine/helpers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

const probe = (script: string, timeoutMs = 30_000) => probeWebGpu({ script, args: [PROBE_ARGUMENT], timeoutMs });

test('a driver that hangs, aborts or is absent gives a reason and no exception', async () => {
  const script = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  assert.match((await probe(script('hang.mjs', 'setInterval(() => {}, 1000);'), 300)).detail, /did not answer/);
  assert.match((await probe(script('abort.mjs', 'process.abort();'))).detail, /SIGABRT/);
  const driver = process.env.VK_DRIVER_FILES;
  process.env.VK_DRIVER_FILES = '/nowhere.json';
  const none = await probe(JOB_SCRIPT);
  if (driver === undefined) delete process.env.VK_DRIVER_FILES;
  else process.env.VK_DRIVER_FILES = driver;
  assert.equal(none.ok, false);
  assert.match(none.detail, /WebGPU is not available|ended the test process/);
});

test('a hanging probe process ends at its time limit and when its parent ends', async () => {
  const source = (path: string) => JSON.stringify(join(import.meta.dirname, '../../../src', path));
  const script = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const hangs = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
  const late = script('late.ts', `import { endAfter } from ${source('common/child.ts')}; endAfter(100); ${hangs}`);
  assert.match((await probe(late)).detail, /SIGKILL/);

  const pid = join(folder, 'pid');
  const hang = script(
    'hang.ts',
    `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(pid)}, String(process.pid)); ${hangs}`,
  );
  const owner = script(
    'owner.ts',
    `import { statSync } from 'node:fs';
     import { probeWebGpu } from ${source('neural/runtime/device.ts')};
     void probeWebGpu({ script: ${JSON.stringify(hang)}, args: [], timeoutMs: 1e9 });
     setInterval(() => statSync(${JSON.stringify(pid)}, { throwIfNoEntry: false })?.size && process.exit(0), 20);`,
  );
  const parent = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', owner], { stdio: 'ignore' });
  await new Promise((resolve) => parent.once('exit', resolve));
  const hanging = Number(readFileSync(pid, 'utf8'));
  await until(() => ended(hanging));
});

test('setting and probe choose the device and give the reason', async () => {
  const yes = async () => ({ ok: true, detail: 'WebGPU works' });
  const no = async () => ({ ok: false, detail: 'no driver' });
  const never = async () => assert.fail('the CPU needs no probe');
  assert.deepEqual(await chooseDevice('cpu', never), { device: 'cpu', reason: 'chosen in the settings' });
  assert.deepEqual(await chooseDevice('auto', yes), { device: 'webgpu', reason: 'WebGPU works' });
  const slow = async () => ({ ok: true, detail: 'WebGPU works', speedup: 0.04 });
  assert.deepEqual(await chooseDevice('auto', slow), {
    device: 'cpu',
    reason: 'the GPU is 0.04 times as fast as the processor',
  });
  assert.equal((await chooseDevice('webgpu', slow)).device, 'webgpu');
  assert.deepEqual(await chooseDevice('webgpu', no), { device: 'cpu', reason: 'no usable GPU: no driver' });
});

test('the thread count is the setting, or the physical cores minus one', () => {
  const cores = physicalCores();
  assert.equal(threadCount('auto'), cores < 3 ? cores : cores - 1);
  assert.equal(threadCount(3), 3);
  assert.equal(threadCount(0), 1);
});
