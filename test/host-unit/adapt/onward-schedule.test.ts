// When an adaptation goes on by itself, by a clock that a test moves: after enough, in a pause, on mains power, seldom, and never in the way.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { failed, ok, type Result } from '../../../src/common/errors.ts';
import { silentLog } from '../../../src/common/log.ts';
import type { Onward } from '../../../src/continual/go-on.ts';
import type { WentOn } from '../../../src/continual/went-on.ts';
import {
  type Continuing,
  ENOUGH,
  EVERY_MS,
  LOOK_MS,
  OnwardSchedule,
  QUIET_MS,
  waitFor,
} from '../../../src/host/adapt/onward-schedule.ts';
import { ManualClock, settled } from '../../fakes/clock.ts';

const enough = { isWanted: true, changed: { files: ENOUGH.files, lines: 0 }, sinceKey: 1e9, sinceLast: 1e9 };

test('ten files or two hundred lines; the later of the pause and the hours', () => {
  assert.equal(waitFor(enough), 0);
  assert.equal(waitFor({ ...enough, changed: { files: 1, lines: ENOUGH.lines } }), 0);
  assert.equal(waitFor({ ...enough, changed: { files: ENOUGH.files - 1, lines: ENOUGH.lines - 1 } }), undefined);
  assert.equal(waitFor({ ...enough, isWanted: false }), undefined);
  assert.equal(waitFor({ ...enough, sinceKey: 1000 }), QUIET_MS - 1000);
  assert.equal(waitFor({ ...enough, sinceKey: 1000, sinceLast: 1000 }), EVERY_MS - 1000);
  assert.equal(waitFor({ ...enough, sinceLast: Number.POSITIVE_INFINITY }), 0);
});

let clock: ManualClock;
let isWanted: boolean;
let isIdle: boolean;
let mains: boolean;
let last: WentOn | undefined;
/** Signals of what was begun, and how to end it. */
let begun: { readonly signal: AbortSignal; readonly end: (result: Result<Onward>) => void }[];
let told: number;
/** In another window; and how often this one has said that it is typed in. */
let keyElsewhere: number;
let keysTold: number;
let schedule: OnwardSchedule;

const folder: Continuing = {
  key: 'folder',
  name: 'folder',
  isWanted: () => isWanted,
  last: () => last,
  goOn: (signal) =>
    new Promise((end) => {
      begun.push({ signal, end });
      signal.addEventListener('abort', () => end(failed('cancelled', 'Cancelled.')));
    }),
};

function went(kept = true): Result<Onward> {
  const now = clock.now();
  last = { startedAt: now, finishedAt: now, files: 10, kept, why: 'because', knownUntil: now };
  return ok({ ...last, secrets: [] });
}

/** So many files, one after the other. */
function save(files: number = ENOUGH.files, lines = 1): void {
  for (let i = 0; i < files; i++) schedule.saved(folder, `src/${i}.ts`, lines);
}

beforeEach(() => {
  clock = new ManualClock();
  [isWanted, isIdle, mains, last, begun, told] = [true, true, true, undefined, [], 0];
  [keyElsewhere, keysTold] = [Number.NEGATIVE_INFINITY, 0];
  const keys = { tell: async () => void keysTold++, at: () => keyElsewhere };
  schedule = new OnwardSchedule({
    ...{ clock, log: silentLog, isIdle: () => isIdle, onMains: async () => mains, keys },
    onWent: () => void told++,
  });
});
afterEach(() => schedule.dispose());

test('it goes on once in a pause, is told, and again only after hours and as much more', async () => {
  save(ENOUGH.files - 1);
  await clock.advance(QUIET_MS);
  save(ENOUGH.files - 1);
  await clock.advance(QUIET_MS);
  assert.equal(begun.length, 0, 'the same nine files');
  schedule.touched();
  save();
  await clock.advance(QUIET_MS - 1);
  assert.equal(begun.length, 0);
  await clock.advance(1);
  assert.equal(begun.length, 1);
  begun[0]?.end(went());
  await settled();
  assert.equal(told, 1);
  await clock.advance(2 * EVERY_MS);
  assert.equal(begun.length, 1, 'nothing was saved since');
  save();
  await clock.advance(0);
  assert.equal(begun.length, 2);
  begun[1]?.end(went(false));
  await settled();
  schedule.saved(folder, 'src/long.ts', ENOUGH.lines);
  await clock.advance(EVERY_MS - 1);
  assert.equal(begun.length, 2, 'what was not kept counts, too');
  await clock.advance(1);
  assert.equal(begun.length, 3);
});

test('a key ends it at once; it goes on in a later pause, with what was saved before', async () => {
  save();
  await clock.advance(QUIET_MS);
  assert.equal(begun[0]?.signal.aborted, false);
  schedule.touched();
  assert.equal(begun[0]?.signal.aborted, true);
  await clock.advance(QUIET_MS - 1);
  assert.equal(begun.length, 1);
  await clock.advance(LOOK_MS);
  assert.equal(begun.length, 2);
  assert.equal(told, 0);
});

test('a key in another window is one, too: it is waited for, and ends what is under way', async () => {
  save();
  await clock.advance(QUIET_MS - 1000);
  keyElsewhere = clock.now();
  await clock.advance(QUIET_MS - 1);
  assert.equal(begun.length, 0);
  await clock.advance(1);
  assert.equal(begun.length, 1);
  await clock.advance(20_000);
  assert.equal(begun[0]?.signal.aborted, false);
  keyElsewhere = clock.now();
  await clock.advance(10_000);
  assert.equal(begun[0]?.signal.aborted, true);
  await clock.advance(LOOK_MS);
  assert.equal(begun.length, 2, 'in a later pause');
  assert.equal(keysTold, 0);
  schedule.touched();
  assert.equal(keysTold, 1);
});

test('not on battery, nor while anything runs; and ended where the plug is pulled', async () => {
  mains = false;
  save();
  await clock.advance(QUIET_MS + LOOK_MS);
  assert.equal(begun.length, 0);
  [mains, isIdle] = [true, false];
  await clock.advance(LOOK_MS);
  assert.equal(begun.length, 0);
  isIdle = true;
  await clock.advance(LOOK_MS);
  assert.equal(begun.length, 1);
  await clock.advance(60_000);
  assert.equal(begun[0]?.signal.aborted, false);
  mains = false;
  await clock.advance(60_000);
  assert.equal(begun[0]?.signal.aborted, true);
  await clock.advance(3 * LOOK_MS);
  assert.equal(begun.length, 1);
});

test('what takes too long is ended, and counts as tried', async () => {
  save();
  await clock.advance(QUIET_MS + LOOK_MS);
  assert.equal(begun[0]?.signal.aborted, true);
  save();
  await clock.advance(EVERY_MS - 2 * LOOK_MS);
  assert.equal(begun.length, 1);
  await clock.advance(2 * LOOK_MS);
  assert.equal(begun.length, 2);
});

test('where it is not wanted nothing is begun, and what was begun ends', async () => {
  isWanted = false;
  save();
  await clock.advance(EVERY_MS);
  assert.equal(begun.length, 0);
  isWanted = true;
  schedule.configure();
  await clock.advance(0);
  assert.equal(begun.length, 1);
  isWanted = false;
  schedule.configure();
  assert.equal(begun[0]?.signal.aborted, true);
});

test('what failed is left alone for hours; what is locked is looked at again soon; another window’s counts as one’s own', async () => {
  save();
  await clock.advance(QUIET_MS);
  begun[0]?.end(failed('locked', 'Another run is at work.'));
  await clock.advance(LOOK_MS);
  assert.equal(begun.length, 2);
  begun[1]?.end(failed('unsupported', 'This machine is too slow.'));
  await settled();
  save();
  await clock.advance(EVERY_MS - 1);
  assert.equal(begun.length, 2);
  went();
  await clock.advance(EVERY_MS - 1);
  assert.equal(begun.length, 2);
  await clock.advance(1);
  assert.equal(begun.length, 3);
  schedule.dispose();
  assert.equal(begun[2]?.signal.aborted, true);
});
