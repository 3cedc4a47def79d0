// Which base a window selects: timed once in pauses, overridden by the setting, held by one window.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { failed, ok, type Result } from '../../../src/common/errors.ts';
import { silentLog } from '../../../src/common/log.ts';
import type { Base } from '../../../src/specialist/engine/choice.ts';
import type { Timing } from '../../../src/specialist/engine/engine-protocol.ts';
import { Bases, type BasesDeps } from '../../../src/vscode/bases/bases.ts';
import { readSettings, type Settings } from '../../../src/vscode/settings/settings.ts';
import { ManualClock, settled } from '../../fakes/clock.ts';
import { Deferred } from '../../fakes/signal.ts';

const root = mkdtempSync(join(tmpdir(), 'easy-adaptation-bases-'));
after(() => rmSync(root, { recursive: true }));
let storages = 0;

const base = (name: string): Base => {
  const folder = `/models/${name}`;
  return { name, folder, tokenizer: `${folder}/tokenizer.json`, weights: name.padEnd(64, '.') };
};
const [small, medium] = [base('small'), base('medium')];
const fast: Timing = { lineMs: 60, promptMs: 340 };
const slow: Timing = { lineMs: 450, promptMs: 700 };

/** Windows that share a storage folder and its locks. */
class Machine {
  readonly clock = new ManualClock();
  readonly holders = new Map<string, object>();
  readonly storage = join(root, String(storages++));
  timing: (base: Base, signal: AbortSignal) => Promise<Result<Timing>> = async () => ok(fast);
  measured = 0;
  load = 0;

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
      time: (measured, signal) => {
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
      load: () => this.load,
      isBusy: () => state.busy,
      onChange: () => heard.changes++,
      onState: () => heard.states++,
      ...over,
    });
    const serves = () => bases.current?.base.name;
    const why = () => {
      const reason = bases.current?.reason;
      return reason?.kind === 'instead' ? reason.obstacle.kind : reason?.kind;
    };
    /** A pause in typing, and the check in it. */
    const pause = async (ms = 60_000) => {
      bases.onUserInput();
      await this.clock.advance(ms);
      await bases.check();
    };
    const change = (changes: Partial<Settings>) => {
      state.settings = { ...state.settings, ...changes };
      bases.configure();
    };
    return { bases, heard, state, serves, why, pause, change };
  }
}

test('a first window starts with the small base, times the larger one in a pause and selects it', async () => {
  const machine = new Machine();
  const { bases, heard, serves, why, pause } = machine.window();
  assert.deepEqual([serves(), why()], ['small', 'untimed']);
  await pause(900);
  assert.equal(machine.measured, 0, 'not in a short pause');
  await pause();
  assert.deepEqual([serves(), why(), machine.measured], ['medium', 'in-time', 1]);
  assert.deepEqual(heard, { changes: 1, states: 0 });
  await pause();
  assert.deepEqual([machine.measured, heard.changes], [1, 1]);
  bases.dispose();
  assert.equal(machine.holders.size, 0);
  const next = machine.window();
  assert.deepEqual([next.serves(), next.why(), machine.measured], ['medium', 'in-time', 1], 'the timing is stored');
});

test('a slow base is timed three times, once a pause, and again in the next window', async () => {
  const machine = new Machine();
  machine.timing = async () => ok(slow);
  const { bases, serves, why, pause, heard } = machine.window();
  await pause();
  await pause();
  assert.deepEqual([serves(), why(), machine.measured], ['small', 'untimed', 2]);
  await pause();
  assert.deepEqual([serves(), why(), heard], ['small', 'slow', { changes: 0, states: 1 }]);
  for (let i = 0; i < 3; i++) await pause();
  assert.deepEqual([machine.measured, machine.holders.size], [3, 0]);
  bases.dispose();
  machine.timing = async () => ok(fast);
  const next = machine.window();
  assert.deepEqual([next.why(), machine.measured], ['slow', 3], 'the timing is stored');
  await next.pause();
  assert.deepEqual([next.serves(), machine.measured], ['medium', 4], 'the machine was busy before');
});

test('a base that was slow on a busy machine is timed again as soon as the machine is idle', async () => {
  const machine = new Machine();
  machine.timing = async () => ok(slow);
  machine.load = 2;
  const { serves, why, pause } = machine.window();
  for (let i = 0; i < 4; i++) await pause();
  assert.deepEqual([serves(), why(), machine.measured], ['small', 'slow', 3]);
  machine.timing = async () => ok(fast);
  machine.load = 0.1;
  await pause();
  assert.deepEqual([serves(), machine.measured], ['medium', 4]);
});

test('the best of the runs counts when the machine is busy during some of them', async () => {
  const machine = new Machine();
  const runs: Timing[] = [
    { lineMs: 900, promptMs: 450 },
    { lineMs: 90, promptMs: 900 },
  ];
  machine.timing = async () => ok(runs.shift() as Timing);
  const { bases, pause, serves } = machine.window();
  await pause();
  assert.equal(serves(), 'small');
  await pause();
  const timing = { lineMs: 90, promptMs: 450, at: machine.clock.now(), load: 0 };
  assert.deepEqual(bases.current, { base: medium, reason: { kind: 'in-time', timing } });
  assert.equal(machine.measured, 2);
});

test('measuring again replaces the timings and selects by them, while another window uses the base too', async () => {
  const machine = new Machine();
  machine.timing = async () => ok(slow);
  const { bases, serves, why, pause } = machine.window();
  for (let i = 0; i < 3; i++) await pause();
  assert.equal(why(), 'slow');
  machine.timing = async () => ok(fast);
  assert.deepEqual(await bases.measureAgain(new AbortController().signal), ok(undefined));
  assert.deepEqual([serves(), machine.measured], ['medium', 4]);
  const other = machine.window();
  machine.timing = async () => ok(slow);
  await other.bases.measureAgain(new AbortController().signal);
  assert.deepEqual([other.why(), machine.measured], ['slow', 7]);
  await pause();
  assert.deepEqual([serves(), why()], ['small', 'slow'], 'the first window reads the new timing');
});

test('measuring again that fails or is cancelled keeps the old timing', async () => {
  const machine = new Machine();
  const { bases, serves, pause } = machine.window();
  await pause();
  machine.timing = async () => failed('cancelled', 'Cancelled.');
  assert.deepEqual(await bases.measureAgain(new AbortController().signal), failed('cancelled', 'Cancelled.'));
  await pause();
  assert.deepEqual([serves(), machine.measured], ['medium', 2]);
});

test('one window at a time times a base, and an interrupted one holds no lock', async () => {
  const machine = new Machine();
  const held = new Deferred<Result<Timing>>();
  machine.timing = () => held.promise;
  const [first, second] = [machine.window(), machine.window()];
  await machine.clock.advance(60_000);
  const checking = first.bases.check();
  await settled();
  await second.bases.check();
  assert.deepEqual([machine.measured, second.why()], [1, 'untimed']);
  first.bases.onUserInput();
  held.give(failed('cancelled', 'Cancelled.'));
  await checking;
  assert.equal(machine.holders.size, 0);
});

test('a second window uses the timing that the first has stored', async () => {
  const machine = new Machine();
  const [first, second] = [machine.window(), machine.window()];
  await first.pause();
  first.bases.dispose();
  await second.pause();
  assert.deepEqual([second.serves(), machine.measured], ['medium', 1]);
});

test('a first timing is not ended by keys, and comes for a typist who never pauses', async () => {
  const machine = new Machine();
  const { bases, serves } = machine.window();
  const typeFor = async (seconds: number) => {
    for (let key = 0; key < 5 * seconds; key++) {
      bases.onUserInput();
      await machine.clock.advance(200);
      await bases.check();
    }
  };
  await typeFor(20);
  assert.equal(machine.measured, 0);
  const held = new Deferred<Result<Timing>>();
  machine.timing = (_base, signal) => {
    signal.addEventListener('abort', () => held.give(failed('cancelled', 'Cancelled.')));
    return held.promise;
  };
  void typeFor(20);
  await machine.clock.advance(15_000);
  await settled();
  assert.equal(machine.measured, 1);
  bases.onUserInput();
  held.give(ok(fast));
  await settled();
  assert.equal(serves(), 'medium');
});

test('a key ends a later timing run, and the next pause starts another', async () => {
  const machine = new Machine();
  machine.timing = async () => ok(slow);
  const earlier = machine.window();
  for (let i = 0; i < 3; i++) await earlier.pause();
  earlier.bases.dispose();
  await machine.clock.advance(1_000);
  const held = new Deferred<Result<Timing>>();
  machine.timing = (_base, signal) => {
    signal.addEventListener('abort', () => held.give(failed('cancelled', 'Cancelled.')));
    return held.promise;
  };
  const { bases, serves, why, pause } = machine.window();
  await machine.clock.advance(60_000);
  const checking = bases.check();
  await settled();
  bases.onUserInput();
  await checking;
  assert.deepEqual([serves(), why()], ['small', 'slow']);
  machine.timing = async () => ok(fast);
  await bases.check();
  assert.equal(machine.measured, 4, 'not while the user types');
  await pause();
  assert.deepEqual([serves(), machine.measured], ['medium', 5]);
});

test('nothing is timed during an adaptation, without the neural model, or if the setting names a base', async () => {
  const machine = new Machine();
  const busy = machine.window();
  busy.state.busy = true;
  await busy.pause();
  await machine.window({}, { baseModel: 'none' }).pause();
  await machine.window({}, { baseModel: 'small' }).pause();
  await machine.window({ shipped: [small] }).pause();
  assert.equal(machine.measured, 0);
});

test('a base whose timing fails is tried again only after the setting changes', async () => {
  const machine = new Machine();
  machine.timing = async () => failed('crashed', 'It keeps ending.');
  const { serves, pause, change } = machine.window();
  for (let i = 0; i < 3; i++) await pause();
  assert.deepEqual([serves(), machine.measured], ['small', 1]);
  machine.timing = async () => ok(fast);
  change({ baseModel: 'small' });
  change({ baseModel: 'auto' });
  await pause();
  assert.deepEqual([serves(), machine.measured], ['medium', 2]);
});

test('a base that was set aside gives way to the small one until the window is reloaded', () => {
  const machine = new Machine();
  const { bases, serves, why, heard, change } = machine.window({}, { baseModel: '/own' });
  assert.deepEqual([serves(), why()], ['own', 'named']);
  bases.setAside(base('own').weights, "llama.cpp aborted over 'own'.");
  assert.deepEqual([serves(), why(), heard.changes], ['small', 'not-found', 1]);
  const reason = bases.current?.reason;
  assert.equal(reason?.kind === 'not-found' && reason.why, "llama.cpp aborted over 'own'.");
  change({ baseModel: 'auto' });
  change({ baseModel: '/own' });
  assert.equal(serves(), 'small');
  assert.equal(machine.window({}, { baseModel: '/own' }).serves(), 'own');
});

test('two windows never hold the larger base at once; the second takes it when the first closes', async () => {
  const machine = new Machine();
  const first = machine.window();
  await first.pause();
  const second = machine.window();
  assert.deepEqual([first.serves(), second.serves(), second.why()], ['medium', 'small', 'elsewhere']);
  await second.pause();
  assert.deepEqual([second.serves(), second.heard.changes], ['small', 0]);
  second.change({ baseModel: 'medium' });
  assert.deepEqual([second.serves(), second.why()], ['small', 'elsewhere'], 'not even if the setting names it');
  second.change({ baseModel: 'auto' });
  first.bases.dispose();
  await second.pause();
  assert.deepEqual([second.serves(), second.why(), second.heard.changes], ['medium', 'in-time', 1]);
});

test('a window without a folder neither holds nor times the larger base until a folder is opened', async () => {
  const machine = new Machine();
  const bare = machine.window({ hasFolder: () => false });
  await bare.pause();
  assert.deepEqual([bare.serves(), bare.why(), machine.measured, machine.holders.size], ['small', 'no-folder', 0, 0]);
  bare.change({ baseModel: 'medium' });
  assert.deepEqual([bare.serves(), machine.holders.size], ['small', 0]);
  const other = machine.window();
  await other.pause();
  assert.deepEqual([other.serves(), other.why()], ['medium', 'in-time']);
  other.bases.dispose();
  const opened = machine.window();
  opened.state.folder = false;
  await opened.pause();
  assert.equal(opened.why(), 'no-folder');
  opened.state.folder = true;
  await opened.pause();
  assert.deepEqual([opened.serves(), opened.why()], ['medium', 'in-time']);
});

test('a window whose base model is none has no base and holds none', async () => {
  const machine = new Machine();
  const first = machine.window();
  await first.pause();
  first.change({ baseModel: 'none' });
  assert.equal(first.bases.current, undefined);
  assert.equal(machine.holders.size, 0);
  const second = machine.window();
  first.change({ baseModel: 'auto' });
  assert.deepEqual([second.serves(), first.serves(), first.why()], ['medium', 'small', 'elsewhere']);
});

test('an idle window checks nothing until the next key', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const machine = new Machine();
  let asked = 0;
  const hasFolder = () => {
    asked++;
    return true;
  };
  const { bases } = machine.window({ hasFolder });
  const minutes = async (count: number) => {
    const before = asked;
    for (let i = 0; i < count; i++) {
      await machine.clock.advance(60_000);
      context.mock.timers.tick(60_000);
      await settled();
    }
    return asked - before;
  };
  bases.begin();
  assert.ok((await minutes(15)) >= 15);
  assert.equal(await minutes(60), 0);
  bases.onUserInput();
  assert.ok((await minutes(10)) >= 10);
  bases.dispose();
  assert.equal(await minutes(5), 0);
});

test('a changed setting applies at once, also a path; a missing base is reported', () => {
  const machine = new Machine();
  const { serves, why, change, heard } = machine.window();
  change({ baseModel: 'medium' });
  assert.deepEqual([serves(), why()], ['medium', 'named']);
  change({ baseModel: '/own' });
  assert.deepEqual([serves(), why()], ['own', 'named']);
  change({ baseModel: 'large' });
  assert.deepEqual([serves(), why()], ['small', 'not-found']);
  assert.equal(heard.changes, 3);
  assert.equal(machine.holders.size, 0);
});

test('a package without a model selects none, unless the setting names one', () => {
  const machine = new Machine();
  const { bases, change, serves } = machine.window({ shipped: [] });
  assert.equal(bases.current, undefined);
  change({ baseModel: '/own' });
  assert.equal(serves(), 'own');
});
