// Which base a window selects: by the machine, one timing and the setting.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { failed, ok, type Result } from '../../../src/common/errors.ts';
import { silentLog } from '../../../src/common/log.ts';
import type { Timing } from '../../../src/specialist/engine/engine-protocol.ts';
import { Bases } from '../../../src/vscode/bases/bases.ts';
import type { Base } from '../../../src/vscode/bases/shipped-bases.ts';
import { readSettings, type Settings } from '../../../src/vscode/settings/settings.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const base = (name: string): Base => {
  const folder = `/models/${name}`;
  return { name, folder, tokenizer: `${folder}/tokenizer.json`, weights: name.padEnd(64, '.') };
};
const [small, medium] = [base('small'), base('medium')];
const [fast, slow] = [ok({ lineMs: 400, promptMs: 5000 }), ok({ lineMs: 401, promptMs: 300 })];

/** Windows one after the other that share a storage folder. */
class Machine {
  readonly clock = new ManualClock();
  readonly storage = temporaryFolder();
  timing: Result<Timing> = fast;
  measured = 0;
  isLarge = true;
  isBusy = false;

  window({ shipped = [small, medium], ...settings }: Partial<Settings> & { shipped?: readonly Base[] } = {}) {
    const heard = { changes: 0, states: 0 };
    let now = { ...readSettings(() => undefined), ...settings };
    const bases = new Bases({
      shipped,
      read: (path) => (path === '/own' ? ok(base('own')) : failed('unreadable', 'Nothing is there.')),
      settings: () => now,
      storage: this.storage,
      clock: this.clock,
      log: silentLog,
      time: async (_, signal) => {
        this.measured++;
        return signal.aborted ? failed('cancelled', 'Cancelled.') : this.timing;
      },
      isBusy: () => this.isBusy,
      isLarge: () => this.isLarge,
      onChange: () => heard.changes++,
      onState: () => heard.states++,
    });
    bases.begin();
    const served = () => {
      const { base, reason } = bases.current ?? {};
      return [base?.name, reason?.kind === 'instead' ? reason.obstacle.kind : reason?.kind];
    };
    const change = (baseModel: string) => {
      now = { ...now, baseModel };
      bases.configure();
    };
    return { bases, heard, served, change };
  }

  /** Long enough for a window's timing. */
  wait = () => this.clock.advance(60_000);
}

test('a window starts with the small base, times the larger one once and selects it, and later ones start with it', async () => {
  const machine = new Machine();
  const { bases, heard, served } = machine.window();
  await machine.clock.advance(5_000);
  assert.deepEqual([served(), machine.measured], [['small', 'untimed'], 0], 'not while the window opens');
  await machine.wait();
  assert.deepEqual([served(), heard, machine.measured], [['medium', 'in-time'], { changes: 1, states: 0 }, 1]);
  bases.dispose();
  assert.deepEqual(machine.window().served(), ['medium', 'in-time']);
  await machine.wait();
  assert.equal(machine.measured, 1);
});

test('a slow base does not serve, and is timed again in the next window', async () => {
  const machine = new Machine();
  machine.timing = slow;
  const { served, heard } = machine.window();
  await machine.wait();
  await machine.wait();
  assert.deepEqual([served(), heard, machine.measured], [['small', 'slow'], { changes: 0, states: 1 }, 1]);
  machine.timing = fast;
  const next = machine.window();
  assert.deepEqual(next.served(), ['small', 'slow']);
  await machine.wait();
  assert.deepEqual([next.served(), machine.measured], [['medium', 'in-time'], 2]);
});

test('nothing is timed where the larger base cannot or need not serve', async () => {
  for (const [settings, isLarge, served] of [
    [{}, false, ['small', 'machine']],
    [{ shipped: [small] }, true, ['small', 'only']],
    [{ shipped: [] }, true, [undefined, undefined]],
    [{ baseModel: 'none' }, true, [undefined, undefined]],
    [{ baseModel: 'small' }, true, ['small', 'named']],
    [{ baseModel: 'medium' }, false, ['medium', 'named']],
    [{ baseModel: '/own', shipped: [] }, false, ['own', 'named']],
    [{ baseModel: 'large' }, true, ['small', 'not-found']],
  ] as const) {
    const machine = new Machine();
    machine.isLarge = isLarge;
    const window = machine.window(settings);
    await machine.wait();
    assert.deepEqual([window.served(), machine.measured], [served, 0]);
  }
});

test('an adaptation is waited for, and a closed window times nothing', async () => {
  const machine = new Machine();
  machine.isBusy = true;
  const { served } = machine.window();
  await machine.wait();
  assert.equal(machine.measured, 0);
  machine.isBusy = false;
  await machine.wait();
  assert.deepEqual([served(), machine.measured], [['medium', 'in-time'], 1]);
  const other = new Machine();
  other.window().bases.dispose();
  await other.wait();
  assert.equal(other.measured, 0);
});

test('a base whose timing fails does not serve, and is tried again after the setting was changed', async () => {
  const machine = new Machine();
  machine.timing = failed('crashed', 'It keeps ending.');
  const { served, change } = machine.window();
  await machine.wait();
  await machine.wait();
  assert.deepEqual([served(), machine.measured], [['small', 'untimed'], 1]);
  machine.timing = fast;
  change('small');
  change('auto');
  await machine.wait();
  assert.deepEqual([served(), machine.measured], [['medium', 'in-time'], 2]);
});

test('a base that was set aside gives way to the small one until the window is reloaded', () => {
  const machine = new Machine();
  const { bases, served, heard, change } = machine.window({ baseModel: '/own' });
  bases.setAside(base('own').weights, "llama.cpp aborted over 'own'.");
  assert.deepEqual([served(), heard.changes], [['small', 'not-found'], 1]);
  const reason = bases.current?.reason;
  assert.equal(reason?.kind === 'not-found' && reason.why, "llama.cpp aborted over 'own'.");
  change('auto');
  change('/own');
  assert.deepEqual(served(), ['small', 'not-found']);
  assert.deepEqual(machine.window({ baseModel: '/own' }).served(), ['own', 'named']);
});

test('a changed setting applies at once', () => {
  const machine = new Machine();
  const { served, change, heard } = machine.window();
  for (const [setting, expected] of [
    ['medium', ['medium', 'named']],
    ['/own', ['own', 'named']],
    ['large', ['small', 'not-found']],
    ['none', [undefined, undefined]],
  ] as const) {
    change(setting);
    assert.deepEqual(served(), expected);
  }
  assert.equal(heard.changes, 4);
});

test('a timing that cannot be stored counts in this window', async () => {
  const machine = new Machine();
  const { served } = new (class extends Machine {
    override readonly storage = join(import.meta.filename, 'below-a-file');
    override readonly clock = machine.clock;
  })().window();
  await machine.wait();
  assert.deepEqual(served(), ['medium', 'in-time']);
});
