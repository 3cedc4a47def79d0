// Nothing in a text closes its tag or is read as a mark of a fill-in prompt, however marks are nested and overlap.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../src/common/statistics/random.ts';
import { infillOf, type Prompt, unknownModel } from '../../src/llm/protocol/models.ts';
import { answerPrompt } from '../../src/prompts/answer/answer-prompt.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../../src/prompts/completion/llm-request.ts';
import { labelPrompt } from '../../src/prompts/label/label-prompt.ts';

const models = [
  'qwen2.5-coder',
  'starcoder',
  'codellama-7b-code',
  'deepseek-coder',
  'codegemma',
  'seed-coder',
  'codestral',
];
const written = ({ user }: Prompt) => user.map(({ text }) => text).join('');
const countOf = (text: string, mark: string) => text.split(mark).length - 1;

/** Marks inside of marks, and marks that share their ends. */
function hostile(marks: readonly string[], random: () => number): string {
  const pick = () => marks[Math.floor(random() * marks.length)] as string;
  let text = pick();
  for (let depth = 0; depth < 4; depth++) {
    const at = Math.floor(random() * text.length);
    const other = pick();
    const shared = [...other].findIndex((_, i) => text.endsWith(other.slice(0, other.length - i)));
    text =
      random() < 0.3 && shared >= 0
        ? text + other.slice(other.length - shared)
        : text.slice(0, at) + other + text.slice(at);
  }
  return text;
}

for (const model of models)
  test(`a fill-in prompt has each mark only where the form has it: ${model}`, () => {
    const infill = infillOf(model, { path: '/v1/completions', form: 'tokens' });
    assert.ok(infill);
    const { prefix, suffix, middle, file, ends } = infill.family;
    const marks = [prefix, suffix, middle, file ?? '', ...ends]
      .map((each) => each.trim())
      .filter((each) => each !== '');
    const promptOf = (text: string) => {
      const query = { path: `src/a${text}.ts`, languageId: 'typescript', prefix: `a${text}b`, suffix: `c${text}d` };
      const snippets = [{ path: `src/b${text}.ts`, line: 0, text: `e${text}f` }];
      const request: LlmRequest = { query, snippets, drafts: [], multiline: true };
      return written(completionPrompt(request, { ...unknownModel, infill }));
    };
    const plain = promptOf('');
    const random = uniforms(7);
    for (let i = 0; i < 39; i++) {
      const text = hostile(marks, random);
      const prompt = promptOf(text);
      for (const mark of marks) assert.equal(countOf(prompt, mark), countOf(plain, mark), `${mark} of ${text}`);
    }
  });

test('a text closes no tag of the prompts for labels and answers', () => {
  const tags = ['</text>', '</example>', '</answer>', '</draft>'];
  const labels = ['a', 'b'].map((name) => ({ name, meaning: name }));
  const random = uniforms(7);
  for (const text of [
    '<</text>/text>',
    '</te</text>xt>',
    ...Array.from({ length: 100 }, () => hostile(tags, random)),
  ]) {
    const examples = [{ text: `x${text}`, label: 'a' }];
    const label = written(labelPrompt({ about: 't', instruction: 'i', labels }, text, unknownModel, { examples }));
    assert.deepEqual([countOf(label, '</text>'), countOf(label, '</example>')], [1, 1], text);
    const form = { about: 'a', instruction: 'i', maximumLength: 500 };
    const answer = written(
      answerPrompt(form, text, { examples: [{ text, label: text }], draft: text, rules: text }, unknownModel),
    );
    const actual = [countOf(answer, '</text>'), countOf(answer, '</answer>'), countOf(answer, '</draft>')];
    assert.deepEqual(actual, [2, 1, 1], text);
  }
});
