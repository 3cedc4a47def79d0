// Forms of prompts are compared on the user's own labels: the better one serves, and comparing stops when it is known
// or nothing is to be gained.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../src/common/statistics/random.ts';
import type { EvidenceForm } from '../../src/prompts/label/label-prompt.ts';
import { chooseForm, FORMS, MOST_COMPARED, preferForm, ROUND } from '../../src/text-tasks/choose-form.ts';
import { addLabel, type KnownLabels } from '../../src/text-tasks/given-labels.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import { comparedTexts } from '../../src/text-tasks/random-sample.ts';
import { labelTask } from './support.ts';

const task = labelTask();

function given(count: number): Map<number, KnownLabels> {
  const known = new Map<number, KnownLabels>();
  for (let i = 0; i < count; i++) addLabel(known, { text: `text ${i}`, label: 'bug', by: 'person' });
  return known;
}

/**
 * Runs the race as the product does, with answers that are right as often as said. Returns the choice and the calls.
 */
function race(rights: Readonly<Record<EvidenceForm, number>>, seed: number, count = 200) {
  const known = given(count);
  const uniform = uniforms(seed);
  let calls = 0;
  for (;;) {
    const { open } = chooseForm(task, known);
    const texts = comparedTexts(task, known)
      .filter(({ answers }) => open.some((form) => answers?.[form] === undefined))
      .slice(0, ROUND);
    if (texts.length === 0) return { choice: chooseForm(task, known), calls, known };
    for (const { text } of texts) {
      // Most texts are right or wrong in all forms alike.
      const level = uniform();
      for (const form of open) {
        calls += 1;
        const right = (uniform() < 0.8 ? level : uniform()) < rights[form];
        addLabel(known, { text, label: right ? 'bug' : 'wish', by: 'api', form });
      }
    }
  }
}
const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
const all = (right: number) => ({ bare: right, brief: right, examples: right, informed: right });

test('the form that makes far more answers right serves, with fewer calls than all forms for all texts', () => {
  const runs = seeds.map((seed) => race({ bare: 0.6, brief: 0.7, examples: 0.7, informed: 0.95 }, seed));
  assert.ok(runs.filter(({ choice }) => choice.winner === 'informed').length >= 39);
  const calls = runs.reduce((sum, run) => sum + run.calls, 0) / runs.length;
  assert.ok(calls < 0.75 * FORMS.length * MOST_COMPARED, `${calls}`);
});

test('a large model that is nearly always right is asked bare, and comparing stops early', () => {
  const runs = seeds.map((seed) => race(all(0.98), seed));
  assert.ok(runs.filter(({ choice }) => choice.winner === 'bare').length >= 38);
  assert.ok(runs.filter(({ calls }) => calls <= FORMS.length * 2 * ROUND).length >= 30);
});

test('a form that is worse never serves', () => {
  for (const seed of seeds.slice(0, 20))
    assert.equal(race({ bare: 0.85, brief: 0.5, examples: 0.5, informed: 0.5 }, seed).choice.winner, 'bare');
});

test('with few labels of people the prompts are bare, and nothing is compared', () => {
  const known = given(19);
  assert.deepEqual(comparedTexts(task, known), []);
  assert.deepEqual(chooseForm(task, known).winner, 'bare');
  assert.equal(comparedTexts(task, given(300)).length, MOST_COMPARED);
});

test('of several answers the one in the serving form counts, and its price is that of all', () => {
  const known = new Map<number, KnownLabels>();
  addLabel(known, { text: 'a', label: 'bug', by: 'api', form: 'informed', usd: 1 });
  addLabel(known, { text: 'a', label: 'wish', by: 'api', form: 'bare', usd: 2 });
  addLabel(known, { text: 'b', label: 'wish', by: 'api', form: 'bare' });
  preferForm(known, 'informed');
  const { api, paid } = known.get(keyOf('a')) ?? {};
  assert.deepEqual([api, paid?.form, paid?.usd], ['bug', 'informed', 3]);
  assert.equal(known.get(keyOf('b'))?.api, 'wish');
});
