// The window's engine starts with the first request, and is replaced or ended when its settings change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../src/common/log.ts';
import { memoryCeiling } from '../../../src/common/memory.ts';
import { threadCount } from '../../../src/common/threads.ts';
import { readTuning } from '../../../src/common/tuning.ts';
import { llamaThreadCount } from '../../../src/specialist/engine/timings.ts';
import type { Base } from '../../../src/vscode/bases/shipped-bases.ts';
import { type EngineProcess, WindowEngine } from '../../../src/vscode/bases/window-engine.ts';
import { readSettings, type Settings } from '../../../src/vscode/settings/settings.ts';
import { ScriptedEngine } from '../../fakes/engine.ts';

const small: Base = { name: 'small', folder: '/small', tokenizer: '/tokenizer.json', weights: 'w' };

class Process extends ScriptedEngine implements EngineProcess {
  readonly pid = 1;
  readonly memoryCeiling: number;
  disposed = false;
  restarted = () => {};

  constructor(memoryCeiling: number) {
    super();
    this.memoryCeiling = memoryCeiling;
  }
  onRestarted(listener: () => void) {
    this.restarted = listener;
    return { dispose() {} };
  }
  dispose(): void {
    this.disposed = true;
  }
}

function setup(base: Base | null = small) {
  const heard = { changes: 0, restarts: 0 };
  const processes: Process[] = [];
  let settings = readSettings(() => undefined);
  const neural = new WindowEngine({
    settings: () => settings,
    paths: { engine: '/engine.cjs', models: '/models' },
    bases: { current: base ? { base, reason: { kind: 'only' } } : undefined, setAside: () => {} },
    log: silentLog,
    tuning: readTuning({}),
    onRestarted: () => heard.restarts++,
    onChange: () => heard.changes++,
    start: (memoryCeiling) => {
      const made = new Process(memoryCeiling);
      processes.push(made);
      return made;
    },
  });
  const change = (changes: Partial<Settings>) => {
    settings = { ...settings, ...changes };
    neural.configure();
  };
  return { neural, processes, heard, change };
}

test('one process starts with the first request and serves all', async () => {
  const { neural, processes, heard } = setup();
  assert.equal(neural.absence, undefined);
  assert.equal(processes.length, 0);
  await neural.request('close', { key: 'a' });
  await neural.request('close', { key: 'a' });
  assert.equal(processes.length, 1);
  assert.equal(processes[0]?.memoryCeiling, memoryCeiling(0));
  processes[0]?.restarted();
  assert.equal(heard.restarts, 1);
  neural.dispose();
  assert.ok(processes[0]?.disposed);
  assert.ok(!(await neural.request('close', { key: 'a' })).ok);
  assert.equal(processes.length, 1);
});

test('switching off ends the process, switching on starts one', async () => {
  const { neural, processes, heard, change } = setup();
  await neural.request('close', { key: 'a' });
  change({ baseModel: 'none' });
  assert.ok(processes[0]?.disposed);
  assert.equal(neural.absence, 'off');
  const refused = await neural.request('close', { key: 'a' });
  assert.equal(!refused.ok && refused.error.code, 'unsupported');
  change({ baseModel: 'auto' });
  await neural.request('close', { key: 'a' });
  assert.equal(processes.length, 2);
  assert.equal(heard.changes, 2);
});

test('a new device keeps the process, and an unrelated setting changes nothing', async () => {
  const { neural, processes, heard, change } = setup();
  await neural.request('close', { key: 'a' });
  change({ device: 'cpu' });
  change({ balance: 0.9 });
  assert.equal(heard.changes, 1);
  assert.ok(!processes[0]?.disposed);
  assert.deepEqual(neural.serving({ model: '/folder', base: '/other', name: 'adapted' }), {
    model: '/folder',
    name: 'adapted',
    base: '/other',
    tokenizer: '/models/small/tokenizer.json',
    threads: threadCount('auto'),
    llamaThreads: llamaThreadCount('auto'),
    device: 'cpu',
  });
});

test('a new memory limit starts a new process and applies to the next adaptation', async () => {
  const { neural, processes, heard, change } = setup();
  await neural.request('close', { key: 'a' });
  change({ memory: 8 });
  assert.ok(processes[0]?.disposed);
  assert.equal(heard.changes, 1);
  assert.equal(neural.startOfJob.memoryCeiling, 8e9);
  await neural.request('close', { key: 'a' });
  assert.equal(processes[1]?.memoryCeiling, 8e9);
});

test('without a base model the neural model is absent', () => {
  assert.equal(setup(null).neural.absence, 'no-model');
});
