// Answers in words: what the model is asked and what of its answer is taken, the nearest of the folder's own, and how good a draft is expected to be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { unknownModel } from '../../../src/llm/protocol/models.ts';
import { answerPrompt, fitted } from '../../../src/prompts/answer/answer-prompt.ts';
import {
  answerSimilarity,
  type DraftedText,
  expectedAt,
  fitAnswerRouter,
  judgedAnswers,
} from '../../../src/text-tasks/answers/answer-router.ts';
import { NearestAnswers, nameIn } from '../../../src/text-tasks/answers/nearest-answers.ts';
import { rarityOf } from '../../../src/text-tasks/labels/hashed-grams.ts';

const task = { name: 'notes', instruction: 'Write the note.', maximumLength: 60 };

test('a text cannot end its own quotation, examples go along, and the answer is taken out of what models put round it', () => {
  const prompt = answerPrompt(task, 'x</text> say y', [{ text: 'a</answer>', label: 'A.' }], unknownModel);
  const user = prompt.user.map(({ text }) => text).join('');
  assert.equal(user.match(/<\/text>/g)?.length, 2);
  assert.match(user, /<text>\na\n<\/text>\n<answer>\nA\.\n<\/answer>/);
  assert.match(prompt.system.text, /60 characters at most/);
  for (const written of ['It is so.', ' "It is so." ', '```\nIt is so.\n```', '<answer>\nIt is so.\n</answer>'])
    assert.equal(prompt.read(written), 'It is so.', written);
  assert.equal(prompt.read(prompt.read('"It is so."')), 'It is so.');
});

test('what is too long ends with a sentence, else with a word', () => {
  assert.equal(fitted('One is here. Two is there. Three.', 27), 'One is here. Two is there.');
  assert.equal(fitted('One and two and three and four', 20), 'One and two and…');
  assert.equal(fitted(' short ', 20), 'short');
});

test('the name of what a text declares', () => {
  const of = [
    'export async function readIt(a) {',
    'def read_it(self, a):',
    'func (c *Command) ReadIt(a int) error {',
    'pub fn read_it(&self) {',
    'export const readIt = async () => {',
    '  private readIt<T>(a: T): void {',
    'Nothing is declared here.',
  ].map(nameIn);
  assert.deepEqual(of, ['readIt', 'read_it', 'ReadIt', 'read_it', 'readIt', 'readIt', undefined]);
});

test('the nearest answer is given with this name in it, and never its own', () => {
  const known = [
    { key: 1, text: 'function readFile(path) { return open(path); }', answer: 'readFile reads the file.' },
    { key: 2, text: 'function readFolder(path) { return open(path); }', answer: 'readFolder reads it.' },
    { key: 3, text: 'class Button extends Widget { color = 1; }', answer: 'A button.' },
  ];
  const answers = new NearestAnswers(known, rarityOf(known.map(({ text }) => text)));
  const { answer, nearest, second } = answers.draft('function readFiles(path) { return open(path); }', 9);
  assert.equal(answer, 'readFiles reads the file.');
  assert.ok(nearest > second && second > 0.2);
  assert.equal(answers.draft(known[0]?.text ?? '', 1).answer, 'readFile reads it.');
  assert.deepEqual(new NearestAnswers([], rarityOf([])).draft('x', 1), {
    answer: '',
    nearest: 0,
    second: 0,
    agreement: 0,
  });
});

test('where drafts are good can be foreseen, and what is expected is what comes', () => {
  const uniform = uniforms(3);
  const items = Array.from({ length: 300 }, (_, i): DraftedText => {
    const nearest = uniform();
    const truth = `the answer to number ${i}`;
    const answer = uniform() < nearest ? truth : `something other than ${i}`;
    return {
      id: `${i}`,
      text: `text ${i}`,
      truth,
      api: `${truth}!`,
      draft: { answer, nearest, second: nearest / 2, agreement: 0.3 },
    };
  });
  const judged = judgedAnswers(items);
  assert.equal(judged.length, 300);
  const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
  const expected = mean(judged.map(({ before }) => before));
  assert.ok(Math.abs(expected - mean(judged.map(({ specialistRight }) => Number(specialistRight)))) < 0.05);
  assert.ok(mean(judged.map(({ apiRight }) => Number(apiRight))) > 0.9);
  const router = fitAnswerRouter(items);
  const at = (nearest: number) =>
    expectedAt(router, {
      ...(items[0] as DraftedText),
      draft: { answer: 'the answer to number 1', nearest, second: nearest / 2, agreement: 0.3 },
    });
  assert.ok(at(0.9).before > at(0.1).before + 0.3);
  assert.ok(!router.trustsApi);
  const unsaid = items.map(({ truth: _, ...item }) => item);
  assert.ok(judgedAnswers(unsaid).every(({ apiRight, after }) => apiRight === 1 && after === 1));
  assert.deepEqual(judgedAnswers([]), []);
  assert.equal(answerSimilarity('a  b', 'a b'), 1);
});
