// Figures of each label from predictions, and labels that look wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOfLabels, labelQuality, macroF1, type PredictedText } from '../../src/text-tasks/label-quality.ts';

const NAMES = ['ham', 'spam'];
const text = (label: number, spam: number, name = 'a text'): PredictedText => {
  return { text: name, label, probabilities: [1 - spam, spam] };
};

test('a label that is never found shows in its recall and in the macro-F1, not in the share of right ones', () => {
  const texts = [...Array.from({ length: 88 }, () => text(0, 0.1)), ...Array.from({ length: 12 }, () => text(1, 0.2))];
  const quality = labelQuality(NAMES, texts);
  assert.deepEqual(quality.confusion, [
    [88, 0],
    [12, 0],
  ]);
  const figures = figuresOfLabels(quality);
  assert.deepEqual(figures[1], { texts: 12, precision: undefined, recall: 0, f1: 0 });
  assert.deepEqual(figures[0], { texts: 88, precision: 0.88, recall: 1, f1: 176 / 188 });
  assert.equal(macroF1(figures), 88 / 188);
});

test('labels that nothing has or gets are left out of the mean', () => {
  const figures = figuresOfLabels(
    labelQuality(['ham', 'spam', 'other'], [{ ...text(0, 0), probabilities: [1, 0, 0] }]),
  );
  assert.deepEqual(figures[2], { texts: 0, precision: undefined, recall: undefined, f1: undefined });
  assert.equal(macroF1(figures), 1);
});

test('a label is doubted if another is as likely as for its own texts, and it is less likely than for its own', () => {
  const usual = [...Array.from({ length: 20 }, () => text(0, 0.2)), ...Array.from({ length: 20 }, () => text(1, 0.8))];
  const wrong = text(0, 0.95, 'win a prize');
  const { doubted } = labelQuality(NAMES, [...usual, text(0, 0.6, 'hard to tell'), wrong, text(1, 0.1, 'see you')]);
  assert.deepEqual(doubted, [
    { text: 'win a prize', given: 'ham', likely: 'spam' },
    { text: 'see you', given: 'spam', likely: 'ham' },
  ]);
});

test('of many doubted labels the first hundred are kept, and of a text the beginning', () => {
  const usual = Array.from({ length: 900 }, (_, i) => text(i % 2, i % 2 ? 0.9 : 0.1));
  const wrong = Array.from({ length: 150 }, () => text(0, 0.99, 'x'.repeat(1000)));
  const { doubted } = labelQuality(NAMES, [...usual, ...wrong]);
  assert.equal(doubted.length, 100);
  assert.ok(doubted.every((each) => each.text.length === 200));
});
