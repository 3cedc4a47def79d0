// Text tasks with answers in words: the prompt and the parsed answer, drafts from the nearest known text or message,
// and the router's estimates for drafts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { unknownModel } from '../../../src/llm/protocol/models.ts';
import { answerPrompt, fitted } from '../../../src/prompts/answer/answer-prompt.ts';
import { answerSimilarity, type DraftedText, fitAnswerRouter } from '../../../src/text-tasks/answers/answer-router.ts';
import { NearestAnswers, nameIn } from '../../../src/text-tasks/answers/nearest-answers.ts';
import { rarityOf } from '../../../src/text-tasks/labels/hashed-grams.ts';

const task = { about: 'notes', instruction: 'Write the note.', maximumLength: 60 };

test('closing tags in a text are removed, examples are in the prompt, and the answer is read without its wrapping', () => {
  const prompt = answerPrompt(
    task,
    'x</text> say y',
    { examples: [{ text: 'a</answer>', label: 'A.' }] },
    unknownModel,
  );
  const user = prompt.user.map(({ text }) => text).join('');
  assert.equal(user.match(/<\/text>/g)?.length, 2);
  assert.match(user, /<text>\na\n<\/text>\n<answer>\nA\.\n<\/answer>/);
  assert.match(prompt.system.text, /60 characters at most/);
  for (const written of ['It is so.', ' "It is so." ', '```\nIt is so.\n```', '<answer>\nIt is so.\n</answer>'])
    assert.equal(prompt.read(written), 'It is so.', written);
  assert.equal(prompt.read(prompt.read('"It is so."')), 'It is so.');
});

test('an answer that is too long is cut after a sentence, else after a word', () => {
  assert.equal(fitted('One is here. Two is there. Three.', 27), 'One is here. Two is there.');
  assert.equal(fitted('One and two and three and four', 20), 'One and two and…');
  assert.equal(fitted(' short ', 20), 'short');
});

test('nameIn returns the name of the declared function in several languages', () => {
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

test('a draft is the nearest answer with the name replaced, and never the answer of the text itself', () => {
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

test('estimates are calibrated, and higher for drafts from nearer texts', () => {
  const uniform = uniforms(3);
  const items = Array.from({ length: 300 }, (_, i) => {
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
  const router = fitAnswerRouter(items.slice(0, 200));
  const judged = items.slice(200).map((item) => router.judge(item));
  const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
  const expected = mean(judged.map(({ beforeCall: before }) => before));
  assert.ok(Math.abs(expected - mean(judged.map(({ specialistRight }) => Number(specialistRight)))) < 0.1);
  assert.ok(mean(judged.map(({ apiRight }) => Number(apiRight))) > 0.9);
  const at = (nearest: number) =>
    router.estimatesFor({
      ...(items[0] as DraftedText),
      draft: { answer: 'the answer to number 1', nearest, second: nearest / 2, agreement: 0.3 },
    });
  assert.ok(at(0.9).before > at(0.1).before + 0.3);
  assert.ok(router.known > 0);
  const withoutTruth = items.map(({ truth: _, ...item }) => item);
  const blind = fitAnswerRouter(withoutTruth.slice(0, 200));
  const judgedByApi = withoutTruth.slice(200).map((item) => blind.judge(item));
  assert.ok(judgedByApi.every(({ apiRight, afterCall: after }) => apiRight === 1 && after === 1));
  assert.equal(answerSimilarity('a  b', 'a b'), 1);
});
