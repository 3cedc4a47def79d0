// Simulates typing with fast and slow models and a manual clock. Checks to how many of the shown completions the slower
// model contributes, and that no visible text is replaced.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedWindow } from '../../bench/common/simulated-window.ts';
import { passagesOf } from '../../bench/common/typist.ts';
import { nothingTyped, typePassage } from '../../bench/typing/typist.ts';
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
const passages = passagesOf(files, 2, 4, 3);

/** Confident enough to be shown at two of five positions. */
class Ngrams extends ScriptedSpecialist {
  readonly snapshot = undefined;
  changed = () => [];
  setSavedFile(): void {}
  removeFile(): void {}
  setHistory(): void {}
}

async function typeAt(pace: Pace) {
  const clock = new ManualClock();
  const engine = new PacedEngine(clock, pace);
  const ngram = new Ngrams(async ({ prefix }) => {
    await clock.sleep(3);
    const sure = prefix.length % 5 < 2 ? 0.9 : 0.05;
    return draft('ngram();', sure, { confidence: sure });
  });
  const window = new SimulatedWindow({ clock, ngram, key: 'folder', ahead: true });
  await window.specialist.open(engine, { model: '/m', name: 'base', tokenizer: '/t', threads: 2 });
  let typing = true;
  const typedSoFar = nothingTyped();
  const typed = (async () => {
    for (const passage of passages) await typePassage(window.editor, clock, passage, 'typescript', typedSoFar);
    typing = false;
  })();
  while (typing) await clock.advance(250);
  await typed;
  window.dispose();
  const { shown, replaced } = window.editor.tally;
  const share = shown.filter(({ completion }) => completion.model.includes('+')).length / shown.length;
  return { share, shown: shown.length, replaced, asked: engine.count('draft'), finished: engine.finished };
}

/** Time for a line of the answer, and for each token of a prompt of 500 tokens. */
const quick: Pace = { lineMs: 10, tokenMs: 0.12 };
const slow: Pace = { lineMs: 130, tokenMs: 1.2 };

test('models of 10 ms and of 130 ms a line contribute to 70% of the shown completions, and no visible text is replaced', async () => {
  for (const pace of [quick, slow]) {
    const { share, shown, replaced } = await typeAt(pace);
    assert.ok(shown > 30, `${shown} completions shown`);
    assert.equal(replaced, 0);
    assert.ok(share >= 0.7, `${JSON.stringify(pace)}: ${share.toFixed(2)} of ${shown}`);
  }
});
