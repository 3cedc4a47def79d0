// A typist over models of several paces, in time that the test makes: what a slower model has its say in, and that nothing flickers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Desk } from '../../bench/common/desk.ts';
import { stretchesOf } from '../../bench/common/typist.ts';
import { type Typed, typeStretch } from '../../bench/typing/typist.ts';
import { ManualClock } from '../fakes/clock.ts';
import { type Pace, PacedEngine } from '../fakes/paced-engine.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';

/** Lines as people write them, of 4 to 80 characters. */
const lines = (i: number) => [
  `export function read${i}(options: Options, limit = ${i}): Result[] {`,
  '  const found: Result[] = [];',
  `  for (const [key, value] of options.entries('part${i}')) {`,
  '    if (value === undefined || found.length >= limit) continue;',
  `    found.push({ key, value: normalise(value, { depth: ${i}, strict: key !== '' }) });`,
  '  }',
  '  return found;',
  '}',
  '',
];
const files = ['one', 'two', 'three'].map((name, at) => ({
  path: `src/${name}.ts`,
  text: Array.from({ length: 16 }, (_, i) => lines(100 * at + i).join('\n')).join('\n'),
}));
const stretches = stretchesOf(files, 2, 4, 3);

/** Surer than the bar at two places of five. */
class Ngrams extends ScriptedSpecialist {
  readonly snapshot = undefined;
  changed = () => [];
  setSavedFile(): void {}
  removeFile(): void {}
}

async function typeAt(pace: Pace, ahead: boolean) {
  const clock = new ManualClock();
  const engine = new PacedEngine(clock, pace);
  const ngram = new Ngrams(async ({ prefix }) => {
    await clock.sleep(3);
    const sure = prefix.length % 5 < 2 ? 0.9 : 0.05;
    return draft('ngram();', sure, { confidence: sure });
  });
  const desk = new Desk({ clock, ngram, key: 'folder', ahead });
  await desk.specialist.open(engine, { model: '/m', name: 'base', tokenizer: '/t', precision: 'int4', threads: 2 });
  let typing = true;
  const done: Typed = { judged: [], characters: 0, written: 0, keys: 0 };
  const typed = (async () => {
    for (const stretch of stretches) await typeStretch(desk.editor, clock, stretch, 'typescript', done);
    typing = false;
  })();
  while (typing) await clock.advance(250);
  await typed;
  desk.dispose();
  const { shown, replaced } = desk.editor.tally;
  const share = shown.filter(({ completion }) => completion.model.includes('+')).length / shown.length;
  return { share, shown: shown.length, replaced, asked: engine.asked, finished: engine.finished };
}

/** Of a line, and of a token of a prompt of 500. */
const quick: Pace = { lineMs: 10, tokenMs: 0.12 };
const slow: Pace = { lineMs: 130, tokenMs: 1.2 };

test('a model that writes a line in 10 ms, and one in 130 ms, have their say in 70 % of the shows; nothing that can be seen is replaced', async () => {
  for (const pace of [quick, slow]) {
    const { share, shown, replaced } = await typeAt(pace, true);
    assert.ok(shown > 30, `${shown} shows`);
    assert.equal(replaced, 0);
    assert.ok(share >= 0.7, `${JSON.stringify(pace)}: ${share.toFixed(2)} of ${shown}`);
  }
});

test('a slow model is there for more keys where it begins with them', async () => {
  const [ahead, asked] = [await typeAt(slow, true), await typeAt(slow, false)];
  assert.ok(ahead.finished > 1.1 * asked.finished, `${ahead.finished} and ${asked.finished} drafts`);
  // The two see different drafts, so a few of their keys differ either way.
  assert.ok(ahead.share >= asked.share - 0.05, `${ahead.share} and ${asked.share}`);
});
