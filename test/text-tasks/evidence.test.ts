// What a prompt shows of the folder: labels of people alone, the nearest first, and figures that no label of the same
// text has told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextEvidence } from '../../src/text-tasks/evidence.ts';
import type { KnownLabels } from '../../src/text-tasks/given-labels.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import { labelTask } from './support.ts';

const task = labelTask();
const words = { bug: ['crash', 'broken'], wish: ['please', 'add'] } as const;
const rows = Array.from({ length: 60 }, (_, i) => {
  const label = i % 2 === 0 ? 'bug' : 'wish';
  return { text: `${words[label][i % 4 > 1 ? 1 : 0]} in the ${['list', 'page', 'menu'][i % 3]} ${i}`, label } as const;
});
const knownOf = (all: readonly { text: string; label: string }[]) =>
  new Map<number, KnownLabels>(all.map(({ text, label }) => [keyOf(text), { text, person: label }]));

test('shows the nearest texts that people labelled, never the text itself or a label of the large model', () => {
  const known = knownOf(rows);
  known.set(keyOf('crash in the list 99'), { text: 'crash in the list 99', api: 'wish' });
  const shown = new TextEvidence(task, known, []).ofLabel('crash in the list 99', 'examples');
  const actual = shown.examples.slice(0, 5).map(({ text, label }) => [/^crash in the list/.test(text), label]);
  const expected = Array.from({ length: 5 }, () => [true, 'bug']);
  assert.deepEqual(actual, expected);
  assert.deepEqual(new TextEvidence(task, known, []).ofLabel('crash in the list 99', 'bare'), { examples: [] });
  assert.equal('probabilities' in shown, false);
  const own = new TextEvidence(task, known, []).ofLabel((rows[0] as { text: string }).text, 'examples');
  assert.equal(own.examples.length, 12);
  assert.ok(own.examples.every(({ text }) => text !== rows[0]?.text));
});

test('figures of a labelled text and of the examples do not know the label that they stand beside', () => {
  const odd = { text: 'crash in the list 98', label: 'wish' };
  const shown = new TextEvidence(task, knownOf([...rows, odd]), []);
  const beside = shown.ofLabel('crash in the list 99', 'informed');
  const figures = beside.examples.find(({ text }) => text === odd.text)?.probabilities;
  assert.ok((figures?.[0] ?? 0) > 0.5, `${figures}`);
  assert.ok((shown.ofLabel(odd.text, 'informed').probabilities?.[0] ?? 0) > 0.5);
  assert.ok((beside.probabilities?.[0] ?? 0) > 0.5);
  const turned = new TextEvidence(task, knownOf([...rows, { ...odd, label: 'bug' }]), []);
  const expected = shown.ofLabel(odd.text, 'informed').probabilities;
  assert.deepEqual(turned.ofLabel(odd.text, 'informed').probabilities, expected);
});

test('too few labels for a small model leave the examples without figures', () => {
  const shown = new TextEvidence(task, knownOf(rows.slice(0, 8)), []).ofLabel('broken list', 'brief');
  assert.equal(shown.examples.length, 4);
  assert.equal(shown.probabilities, undefined);
  assert.ok(shown.examples.every((each) => each.probabilities === undefined));
});
