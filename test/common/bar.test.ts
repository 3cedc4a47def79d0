// The progress bar, with and without a terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressBar } from '../../src/common/bar.ts';

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

test('without a terminal, two stages that alternate are written once', () => {
  const out = output(false);
  const bar = new ProgressBar(out);
  for (let done = 0; done < 10; done++)
    bar.update({ stage: done % 2 ? 'Calibrating' : 'Measuring', done, total: 10, step: { at: 6, of: 6 } });
  assert.deepEqual(out.written, ['step 6 of 6  Measuring ...\n', 'step 6 of 6  Calibrating ...\n']);
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
