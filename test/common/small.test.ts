// Disposables, errors, formats, the progress bar, the memory limit, and the quality measures of reports.
import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { ProgressBar } from '../../src/common/bar.ts';
import { AwakeTime, systemClock } from '../../src/common/clock.ts';
import { DisposableStore } from '../../src/common/disposable.ts';
import { CodedError, isCancelled } from '../../src/common/errors.ts';
import { counted, oneLine, percent, thousands } from '../../src/common/format.ts';
import { availableMemory, memoryCeiling } from '../../src/common/memory.ts';
import { editSimilarity, exactMatch, quantile } from '../../src/common/quality.ts';
import { Stop } from '../../src/common/stop.ts';
import { readTuning } from '../../src/common/tuning.ts';
import { environmentOf } from '../support/steady.ts';

test('a store disposes in reverse order, once, and disposes later additions at once', () => {
  const order: number[] = [];
  const store = new DisposableStore();
  for (const id of [1, 2, 3]) store.add({ dispose: () => order.push(id) });
  store.dispose();
  store.dispose();
  assert.deepEqual(order, [3, 2, 1]);
  store.add({ dispose: () => order.push(4) });
  assert.deepEqual(order, [3, 2, 1, 4]);
});

test('distinguishes cancellation from failure', () => {
  const controller = new AbortController();
  controller.abort();
  assert.equal(isCancelled(controller.signal.reason), true);
  assert.equal(isCancelled(new CodedError('cancelled', 'x')), true);
  assert.equal(isCancelled(new CodedError('network', 'x')), false);
  assert.equal(isCancelled('AbortError'), false);
});

test('awake time excludes long gaps, but counts a slow step if slow steps are expected', () => {
  let ms = 1000;
  const awake = new AwakeTime(() => ms);
  for (const [gapMs, longestStepMs, awakeMs] of [
    [20_000, 0, 20_000],
    [3.6e6, 0, 50_000],
    [100_000, 120_000, 150_000],
    [3.6e6, 120_000, 270_000],
  ] as const) {
    ms += gapMs;
    assert.equal(awake.read(longestStepMs), awakeMs);
    assert.equal(awake.read(), awakeMs);
  }
});

test('sleep rejects when its signal is aborted, also before it starts', async () => {
  const controller = new AbortController();
  const sleep = systemClock.sleep(60_000, controller.signal);
  controller.abort(new Error('enough'));
  await assert.rejects(sleep, /enough/);
  assert.throws(() => controller.signal.throwIfAborted());
  await assert.rejects(systemClock.sleep(1, controller.signal), /enough/);
});

test('formats numbers and texts for users', () => {
  assert.equal(thousands(1234567.4), '1,234,567');
  assert.equal(thousands(12), '12');
  assert.equal(percent(0.1234), '12.3%');
  assert.equal(percent(Number.NaN), 'n/a');
  assert.equal(oneLine('a\n  b\tc', 20), 'a⏎b c');
  assert.equal(oneLine('0123456789', 5), '…6789');
});

test('uses the singular for one', () => {
  const actual = [counted(0, 'file'), counted(1, 'file'), counted(2000, 'file'), counted(2, 'entry', 'entries')];
  assert.deepEqual(actual, ['0 files', '1 file', '2,000 files', '2 entries']);
});

test('reads tuning from the environment and ignores values that are not whole numbers', () => {
  const unset = {
    ...{ patienceMs: undefined, longPromptMs: undefined, maxSteps: undefined },
    ...{ maxPositions: undefined, trainingNiceness: undefined, startsAtOnce: undefined, cores: undefined },
  };
  assert.deepEqual(readTuning({}), unset);
  const some = { patienceMs: 5000, longPromptMs: 300, maxSteps: 3 };
  const set = { ...some, maxPositions: 12, trainingNiceness: 0, startsAtOnce: 1, cores: 8 };
  assert.deepEqual(readTuning(environmentOf(set)), set);
  const environment = environmentOf(set);
  for (const wrong of ['', '-1', '1e3', '0x10', 'all']) {
    const name = Object.keys(environment)[0] as string;
    assert.equal(readTuning({ ...environment, [name]: wrong }).patienceMs, undefined, wrong);
  }
});

test('a stop request aborts; the deadline is reached at the time limit or at a second request', async () => {
  const limited = new Stop(1);
  assert.equal(limited.exitCode, undefined);
  limited.request('SIGTERM');
  assert.ok(limited.signal.aborted);
  assert.equal(limited.exitCode, 143);
  await limited.deadline;

  const twice = new Stop(3600_000);
  let isDeadline = false;
  const ended = twice.deadline.then(() => {
    isDeadline = true;
  });
  // npm and the terminal both pass on the same Ctrl-C, so requests at once count as one.
  for (let i = 0; i < 3; i++) twice.request('SIGINT');
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(!isDeadline);
  while (!isDeadline) {
    await systemClock.sleep(50);
    twice.request('SIGINT');
  }
  await ended;
  assert.equal(twice.exitCode, 130);
});

test("the memory limit is the setting, or two fifths of the machine's memory and at least 3 GB", () => {
  assert.equal(memoryCeiling(5, 64e9), 5e9);
  assert.equal(memoryCeiling(0, 24e9), 9.6e9);
  assert.equal(memoryCeiling(0, 4e9), 3e9);
  assert.ok(memoryCeiling(0) >= 3e9);
});

test('the available memory is what the system reports, within the container; at least a quarter of a Mac', () => {
  assert.equal(availableMemory('linux', 0.2e9, 16e9), 0.2e9);
  assert.equal(availableMemory('linux', 30e9, 8e9), 8e9);
  assert.equal(availableMemory('darwin', 0.2e9, 16e9), 4e9);
  assert.equal(availableMemory('darwin', 9e9, 16e9), 9e9);
  const now = availableMemory();
  assert.ok(now > 0 && now <= totalmem(), `${now} bytes`);
});

test('exact match ignores white space only at both ends', () => {
  assert.equal(exactMatch('  a b ', 'a b'), true);
  assert.equal(exactMatch('a  b', 'a b'), false);
  assert.equal(exactMatch('', ' \n'), true);
});

test('edit similarity is one minus the normalised Levenshtein distance', () => {
  assert.equal(editSimilarity('kitten', 'sitting'), 1 - 3 / 7);
  assert.equal(editSimilarity('', ''), 1);
  assert.equal(editSimilarity('abc', ''), 0);
  assert.equal(editSimilarity(' same', 'same '), 1);
  assert.equal(editSimilarity('ab', 'ba'), 0);
});

test('quantiles follow the nearest-rank rule', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2);
  assert.equal(quantile([5], 0.95), 5);
  assert.equal(quantile([1, 2, 3], 1), 3);
  assert.equal(quantile([1, 2, 3], 0), 1);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

function output(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

test('without a terminal, each stage is written as one line', () => {
  const out = output(false);
  const bar = new ProgressBar(out);
  for (let done = 0; done <= 100; done++) bar.update({ stage: 'Reading', done, total: 100 });
  bar.update({ stage: 'Indexing', done: 0, total: undefined });
  bar.clear();
  assert.deepEqual(out.written, ['Reading ...\n', 'Indexing ...\n']);
});

test('without a terminal a long stage says every ten seconds how far it is and how long it takes', () => {
  const out = output(false);
  let now = 0;
  const bar = new ProgressBar(out, () => now);
  for (let done = 0; done <= 300; done += 10, now += 1000) bar.update({ stage: 'Labelling', done, total: 300 });
  const minute = 'Labelling 100/300  less than a minute left\n';
  assert.deepEqual(out.written, [
    'Labelling ...\n',
    minute,
    minute.replace('100', '200'),
    minute.replace('100', '300'),
  ]);
  for (let done = 0; done <= 20; done += 1, now += 10_000) bar.update({ stage: 'Asking', done, total: 200 });
  assert.ok(out.written.includes('Asking 20/200  about 30 minutes left\n'), out.written.at(-1));
});

test('on a terminal the bar is redrawn in place and never wider than the terminal', () => {
  const out = output(true, 40);
  const bar = new ProgressBar(out);
  bar.update({ stage: 'A stage with quite a long name', done: 1, total: 2, detail: 'and a long detail as well' });
  bar.update({ stage: 'Next', done: 3, total: 0 });
  for (const text of out.written) {
    assert.ok(text.startsWith('\r\x1b[2K'));
    assert.ok(text.slice(5).length <= 39, text);
  }
  assert.equal(out.written.length, 2);
});

test('the last update of a stage is always drawn', () => {
  const out = output(true);
  const bar = new ProgressBar(out);
  for (let done = 1; done <= 50; done++) bar.update({ stage: 'Fast', done, total: 50 });
  assert.match(out.written.at(-1) ?? '', /50\/50/);
});

test('an interruption removes the bar, writes its text and draws the bar again', () => {
  const out = output(true);
  const bar = new ProgressBar(out);
  bar.interrupt('before\n');
  assert.deepEqual(out.written.splice(0), ['before\n']);
  bar.update({ stage: 'Work', done: 1, total: 4 });
  const drawn = out.written.splice(0)[0];
  bar.interrupt('a warning\n');
  assert.deepEqual(out.written, ['\r\x1b[2K', 'a warning\n', drawn]);
});

test('step and remaining time come first, so that a narrow terminal shows them', () => {
  const update = { stage: 'Training', done: 3, total: 9, step: { at: 5, of: 6 }, left: 130, overall: 0.5 };
  const out = output(true, 70);
  new ProgressBar(out).update(update);
  assert.match(out.written[0] ?? '', /step 5 of 6 {2}█{12}░{12} {2}about 2 minutes left {2}Training/);
  const off = output(false);
  new ProgressBar(off).update(update);
  assert.deepEqual(off.written, ['step 5 of 6  Training ...  about 2 minutes left\n']);
});
