// Which base serves in a window over time: measured when nobody types, never changed twice in a short while, held by one window.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { failed, ok, type Result } from '../../../src/common/errors.ts';
import { silentLog } from '../../../src/common/log.ts';
import type { Base } from '../../../src/specialist/engine/choice.ts';
import type { Timing } from '../../../src/specialist/engine/protocol.ts';
import { Bases, type BasesDeps } from '../../../src/vscode/bases/bases.ts';
import { readSettings, type Settings } from '../../../src/vscode/editor/settings.ts';
import { ManualClock, settled } from '../../fakes/clock.ts';
import { Held } from '../../fakes/signal.ts';

const root = mkdtempSync(join(tmpdir(), 'easy-adaptation-bases-'));
after(() => rmSync(root, { recursive: true }));
let storages = 0;

const base = (name: string): Base => {
  const folder = `/models/${name}`;
  return { name, folder, tokenizer: `${folder}/tokenizer.json`, weights: name.padEnd(64, '.') };
};
const [small, medium] = [base('small'), base('medium')];
const fast: Timing = { lineMs: 60, promptMs: 340 };
const slow: Timing = { lineMs: 210, promptMs: 700 };

/** Windows that share a storage folder and its locks. */
class Machine {
  readonly clock = new ManualClock();
  readonly holders = new Map<string, object>();
  readonly storage = join(root, String(storages++));
  battery: boolean | undefined;
  timing: (base: Base, signal: AbortSignal) => Promise<Result<Timing>> = async () => ok(fast);
  measured = 0;
  busy = false;

  window(over: Partial<BasesDeps> = {}, settings: Partial<Settings> = {}) {
    const me = {};
    const heard = { changes: 0, states: 0 };
    const state = { settings: { ...readSettings(() => undefined), ...settings }, busy: false, folder: true };
    const bases = new Bases({
      shipped: [small, medium],
      read: (path) => (path === '/own' ? ok(base('own')) : failed('unreadable', 'Nothing is there.')),
      settings: () => state.settings,
      storage: this.storage,
      clock: this.clock,
      log: silentLog,
      time: (measured, _threads, signal) => {
        this.measured++;
        return this.timing(measured, signal);
      },
      lock: ({ weights }) => {
        const holder = this.holders.get(weights);
        if (holder !== undefined) return failed('locked', 'Another window has it.');
        this.holders.set(weights, me);
        return ok({ release: () => void (this.holders.get(weights) === me && this.holders.delete(weights)) });
      },
      hasFolder: () => state.folder,
      onBattery: async () => this.battery,
      isBusy: () => state.busy,
      isMachineBusy: () => this.busy,
      onChange: () => heard.changes++,
      onState: () => heard.states++,
      ...over,
    });
    const serves = () => bases.current?.base.name;
    const why = () => {
      const reason = bases.current?.reason;
      return reason?.kind === 'instead' ? reason.obstacle.kind : reason?.kind;
    };
    /** Nobody types for a while, and it looks. */
    const rest = async (ms = 10 * 60_000) => {
      await this.clock.advance(ms);
      await bases.look();
    };
    const change = (changes: Partial<Settings>) => {
      state.settings = { ...state.settings, ...changes };
      bases.configure();
    };
    return { bases, heard, state, serves, why, rest, change };
  }
}

test('the first window starts with the small one, measures when nobody types, and changes once', async () => {
  const machine = new Machine();
  const { bases, heard, serves, why, rest } = machine.window();
  assert.deepEqual([serves(), why()], ['small', 'untimed']);
  await bases.look(true);
  assert.equal(machine.measured, 0, 'the window opens');
  await bases.look();
  assert.equal(machine.measured, 0, 'somebody may be about to type');
  await rest();
  assert.deepEqual([serves(), why(), machine.measured], ['medium', 'in-time', 1]);
  assert.deepEqual(heard, { changes: 1, states: 0 });
  await rest();
  assert.deepEqual([machine.measured, heard.changes], [1, 1]);
  bases.dispose();
  assert.equal(machine.holders.size, 0);
  const next = machine.window();
  assert.deepEqual([next.serves(), next.why(), machine.measured], ['medium', 'in-time', 1], 'the next window knows');
});

test('a slow machine keeps the small one, and knows why', async () => {
  const machine = new Machine();
  machine.timing = async () => ok(slow);
  const { serves, why, rest, heard } = machine.window();
  await rest();
  assert.deepEqual([serves(), why(), heard], ['small', 'slow', { changes: 0, states: 1 }]);
  await rest();
  await rest();
  assert.equal(machine.measured, 2);
  assert.equal(machine.holders.size, 0);
});

test('what was slow is measured again soon, and then a day later: the machine may have been busy, which is looked at too', async () => {
  const machine = new Machine();
  machine.timing = async () => ok(slow);
  const { serves, rest, bases } = machine.window();
  machine.busy = true;
  await rest();
  assert.equal(machine.measured, 0);
  machine.busy = false;
  await rest();
  await rest(60_000);
  assert.equal(machine.measured, 1);
  await rest();
  assert.equal(machine.measured, 2);
  bases.dispose();
  const next = machine.window();
  machine.timing = async () => ok(fast);
  await next.rest();
  assert.deepEqual([serves(), machine.measured], ['small', 2], 'the next window knows');
  await next.rest(25 * 60 * 60_000);
  assert.deepEqual([next.serves(), machine.measured], ['medium', 3]);
  await next.rest(25 * 60 * 60_000);
  assert.equal(machine.measured, 3);
});

test('one window at a time measures, and who is interrupted holds nothing', async () => {
  const machine = new Machine();
  const held = new Held<Result<Timing>>();
  machine.timing = () => held.promise;
  const [first, second] = [machine.window(), machine.window()];
  await machine.clock.advance(60_000);
  const looking = first.bases.look();
  await settled();
  await second.bases.look();
  assert.deepEqual([machine.measured, second.why()], [1, 'untimed']);
  first.bases.touched();
  held.give(failed('cancelled', 'Cancelled.'));
  await looking;
  assert.equal(machine.holders.size, 0);
});

test('measuring ends with the first key, and is begun again later', async () => {
  const machine = new Machine();
  const held = new Held<Result<Timing>>();
  machine.timing = (_base, signal) => {
    signal.addEventListener('abort', () => held.give(failed('cancelled', 'Cancelled.')));
    return held.promise;
  };
  const { bases, serves, why, rest } = machine.window();
  await machine.clock.advance(60_000);
  const looking = bases.look();
  await settled();
  bases.touched();
  await looking;
  assert.deepEqual([serves(), why()], ['small', 'untimed']);
  machine.timing = async () => ok(fast);
  await bases.look();
  assert.equal(machine.measured, 1, 'somebody types');
  await rest();
  assert.deepEqual([serves(), machine.measured], ['medium', 2]);
});

test('who pauses often and briefly has no model loaded in each pause', async () => {
  const machine = new Machine();
  const { bases } = machine.window();
  let held = new Held<Result<Timing>>();
  machine.timing = (_base, signal) => {
    held = new Held();
    signal.addEventListener('abort', () => held.give(failed('cancelled', 'Cancelled.')));
    return held.promise;
  };
  for (let i = 0; i < 30; i++) {
    await machine.clock.advance(10_000);
    const looking = bases.look();
    await settled();
    bases.touched();
    await looking;
  }
  assert.equal(machine.measured, 2);
  machine.timing = async () => ok(fast);
  await machine.clock.advance(15 * 60_000);
  await bases.look();
  assert.equal(bases.current?.base.name, 'medium');
});

test('nothing is measured while something is indexed or trained, with the model off, or where the setting names one', async () => {
  const machine = new Machine();
  const busy = machine.window();
  busy.state.busy = true;
  await busy.rest();
  await machine.window({}, { neural: false }).rest();
  await machine.window({}, { neuralBase: 'small' }).rest();
  await machine.window({ shipped: [small] }).rest();
  assert.equal(machine.measured, 0);
});

test('what cannot be measured is not tried again until the settings change', async () => {
  const machine = new Machine();
  machine.timing = async () => failed('crashed', 'It keeps ending.');
  const { serves, rest, change } = machine.window();
  for (let i = 0; i < 3; i++) await rest();
  assert.deepEqual([serves(), machine.measured], ['small', 1]);
  machine.timing = async () => ok(fast);
  change({ neuralThreads: 3 });
  await rest();
  assert.deepEqual([serves(), machine.measured], ['medium', 2]);
});

test('other threads are another measurement', async () => {
  const machine = new Machine();
  const { serves, why, rest, change } = machine.window();
  await rest();
  change({ neuralThreads: 1 });
  assert.deepEqual([serves(), why()], ['small', 'untimed']);
  machine.timing = async () => ok(slow);
  await rest();
  assert.deepEqual([serves(), why(), machine.measured], ['small', 'slow', 2]);
  change({ neuralThreads: 0 });
  assert.deepEqual([serves(), why()], ['medium', 'in-time']);
});

test('two windows do not have it both; when the first closes the second takes it', async () => {
  const machine = new Machine();
  const first = machine.window();
  await first.rest();
  const second = machine.window();
  assert.deepEqual([first.serves(), second.serves(), second.why()], ['medium', 'small', 'elsewhere']);
  await second.rest();
  assert.deepEqual([second.serves(), second.heard.changes], ['small', 0]);
  second.change({ neuralBase: 'medium' });
  assert.deepEqual([second.serves(), second.why()], ['small', 'elsewhere'], 'not even where the setting names it');
  second.change({ neuralBase: 'auto' });
  first.bases.dispose();
  await second.rest();
  assert.deepEqual([second.serves(), second.why(), second.heard.changes], ['medium', 'in-time', 1]);
});

test('a window without a folder neither holds the larger one nor measures it, until a folder is opened in it', async () => {
  const machine = new Machine();
  const bare = machine.window({ hasFolder: () => false });
  await bare.rest();
  assert.deepEqual([bare.serves(), bare.why(), machine.measured, machine.holders.size], ['small', 'no-folder', 0, 0]);
  bare.change({ neuralBase: 'medium' });
  assert.deepEqual([bare.serves(), machine.holders.size], ['small', 0]);
  const other = machine.window();
  await other.rest();
  assert.deepEqual([other.serves(), other.why()], ['medium', 'in-time']);
  other.bases.dispose();
  const opened = machine.window();
  opened.state.folder = false;
  await opened.rest();
  assert.equal(opened.why(), 'no-folder');
  opened.state.folder = true;
  await opened.rest();
  assert.deepEqual([opened.serves(), opened.why()], ['medium', 'in-time']);
});

test('a window whose model is switched off has none in memory', async () => {
  const machine = new Machine();
  const first = machine.window();
  await first.rest();
  first.change({ neural: false });
  assert.equal(machine.holders.size, 0);
  const second = machine.window();
  first.change({ neural: true });
  assert.deepEqual([second.serves(), first.serves(), first.why()], ['medium', 'small', 'elsewhere']);
});

test('on battery the small one, plugged in the other, and not to and fro', async () => {
  const machine = new Machine();
  const { bases, serves, why, rest, heard } = machine.window();
  await rest();
  machine.battery = true;
  await rest();
  assert.deepEqual([serves(), why(), bases.isOnBattery], ['small', 'battery', true]);
  assert.equal(machine.holders.size, 0, 'another window may have it');
  machine.battery = false;
  await rest(10_000);
  assert.deepEqual([serves(), heard.changes], ['small', 2], 'a moment later');
  assert.equal(machine.holders.size, 0);
  await rest(2 * 60_000);
  assert.deepEqual([serves(), heard.changes], ['medium', 3]);
});

test('whether it runs on battery is asked once a minute at most', async () => {
  const machine = new Machine();
  let asked = 0;
  const { rest } = machine.window({
    onBattery: async () => {
      asked++;
      return false;
    },
  });
  for (let i = 0; i < 13; i++) await rest(10_000);
  assert.equal(asked, 3);
});

test('a window that opens on battery begins with the small one, and measures nothing', async () => {
  const machine = new Machine();
  await machine.window().rest();
  machine.holders.clear();
  machine.battery = true;
  const { bases, serves, why, rest } = machine.window();
  await bases.look(true);
  assert.deepEqual([serves(), why()], ['small', 'battery']);
  await rest();
  assert.equal(machine.measured, 1);
});

test('lines that take much longer than measured, for a while: the small one, until it is measured anew after a rest', async () => {
  const machine = new Machine();
  const { bases, serves, why, rest, state } = machine.window();
  await rest();
  const draft = async (ms: number, over = {}) => {
    bases.drafted({ multiline: false, newPlace: false, ms, ...over });
    await machine.clock.advance(10_000);
  };
  for (let i = 0; i < 30; i++) await draft(130);
  for (let i = 0; i < 30; i++) await draft(900, i % 2 ? { multiline: true } : { newPlace: true });
  for (let i = 0; i < 5; i++) await draft(400);
  for (let i = 0; i < 12; i++) await draft(130);
  state.busy = true;
  for (let i = 0; i < 30; i++) await draft(900);
  state.busy = false;
  await rest();
  assert.equal(serves(), 'medium', 'blocks, new places, a moment of load and what is trained meanwhile say nothing');
  for (let i = 0; i < 12; i++) await draft(400);
  await rest();
  assert.deepEqual([serves(), why(), machine.measured], ['small', 'late', 1]);
  const next = machine.window();
  assert.deepEqual([next.serves(), next.why()], ['small', 'untimed'], 'nor is it believed by the next window');
  next.bases.dispose();
  machine.timing = async () => ok(slow);
  await rest(30 * 60_000);
  assert.deepEqual([serves(), why(), machine.measured], ['small', 'slow', 2]);
});

test('after a rest it comes back where it is fast again, and rests longer the next time', async () => {
  const machine = new Machine();
  const { bases, serves, why, rest } = machine.window();
  await rest();
  const late = async () => {
    for (let i = 0; i < 12; i++) {
      bases.drafted({ multiline: false, newPlace: false, ms: 400 });
      await machine.clock.advance(10_000);
    }
    await rest();
  };
  await late();
  assert.equal(why(), 'late');
  await rest(30 * 60_000);
  assert.deepEqual([serves(), machine.measured], ['medium', 2]);
  await late();
  await rest(30 * 60_000);
  assert.deepEqual([serves(), why()], ['small', 'late']);
  await rest(30 * 60_000);
  assert.equal(serves(), 'medium');
});

test('a window that nobody types in looks at nothing after a while, and again with the next key', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const machine = new Machine();
  let asked = 0;
  const onBattery = async () => {
    asked++;
    return false;
  };
  const { bases, state } = machine.window({ onBattery });
  const minutes = async (count: number) => {
    const before = asked;
    for (let i = 0; i < count * 6; i++) {
      await machine.clock.advance(10_000);
      context.mock.timers.tick(10_000);
      await settled();
    }
    return asked - before;
  };
  bases.begin();
  assert.ok((await minutes(16)) > 10);
  assert.equal(await minutes(60), 0);
  bases.touched();
  bases.touched();
  const after = await minutes(10);
  assert.ok(after > 5 && after <= 10, `${after}`);
  state.busy = true;
  await minutes(60);
  state.busy = false;
  assert.ok((await minutes(1)) > 0, 'what has ended is looked at');
  bases.dispose();
  assert.equal(await minutes(5), 0);
});

test('a slow measurement from a time to come is made again', async () => {
  const machine = new Machine();
  machine.timing = async () => ok(slow);
  await machine.clock.advance(48 * 60 * 60_000);
  const first = machine.window();
  await first.rest();
  first.bases.dispose();
  const corrected = new ManualClock();
  const { rest } = machine.window({ clock: corrected });
  await corrected.advance(60_000);
  await rest(0);
  assert.equal(machine.measured, 2);
});

test('a setting is followed at once, also a path, and what it names and is not there is said', () => {
  const machine = new Machine();
  const { serves, why, change, heard } = machine.window();
  change({ neuralBase: 'medium' });
  assert.deepEqual([serves(), why()], ['medium', 'named']);
  change({ neuralBase: '/own' });
  assert.deepEqual([serves(), why()], ['own', 'named']);
  change({ neuralBase: 'large' });
  assert.deepEqual([serves(), why()], ['small', 'not-found']);
  assert.equal(heard.changes, 3);
  assert.equal(machine.holders.size, 0);
});

test('a package without a model has none, unless the setting names one', () => {
  const machine = new Machine();
  const { bases, change, serves } = machine.window({ shipped: [] });
  assert.equal(bases.current, undefined);
  change({ neuralBase: '/own' });
  assert.equal(serves(), 'own');
});
