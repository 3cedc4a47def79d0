// What the test run starts, it ends: also what leads a group of its own, does not listen, or has lost its parent.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { isAlive } from '../../src/common/files.ts';

const proc = resolve(import.meta.dirname, '../../build/proc.ts');

/**
 * Starts a workbench-like thing: detached, deaf to SIGTERM, with a child in its group; its own parent ends at the first
 * SIGTERM.
 */
const middle = `
  const { spawn } = require('node:child_process');
  const deaf = "process.on('SIGTERM', () => {}); const { spawn } = require('node:child_process');"
    + "const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);"
    + "console.log(process.pid + ' ' + child.pid); setInterval(() => {}, 1000);";
  const child = spawn(process.execPath, ['-e', deaf], { detached: true, stdio: ['ignore', 'inherit', 'ignore'] });
  setInterval(() => {}, 1000);
`;

test('a run that is stopped leaves no process behind', async () => {
  const owner = `
    import { spawn } from 'node:child_process';
    import { stopDescendants } from ${JSON.stringify(proc)};
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(middle)}], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', async (pids) => {
      await stopDescendants(500);
      process.stdout.write(child.pid + ' ' + pids);
    });
  `;
  const run = spawn(process.execPath, ['--input-type=module', '-e', owner], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  run.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  await once(run, 'close');
  const pids = out.trim().split(/\s+/).map(Number);
  assert.equal(pids.length, 3, out);
  // A killed process may take a moment to be reaped by whoever has inherited it.
  for (let turn = 0; turn < 500 && pids.some(isAlive); turn++) await new Promise((done) => setTimeout(done, 20));
  assert.deepEqual(pids.filter(isAlive), []);
});
