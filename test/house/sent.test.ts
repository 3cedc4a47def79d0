// What the consent and the README say is sent, held to what a request holds: each field that reaches the prompt has its
// words in both.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';
import { wholePercent } from '../../src/common/format.ts';
import { defaultModel, modelFacts } from '../../src/llm/providers/anthropic.ts';
import { answerPrompt } from '../../src/prompts/answer/answer-prompt.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../../src/prompts/completion/llm-request.ts';
import { labelPrompt } from '../../src/prompts/label/label-prompt.ts';
import { changeText } from '../../src/text-tasks/commit-context.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Every field, each with a value that is seen nowhere else. */
const request: Required<LlmRequest> = {
  query: { path: 'PATH', languageId: 'LANGUAGE', prefix: 'PREFIX', suffix: 'SUFFIX' },
  snippets: [{ path: 'SNIPPETPATH', text: 'SNIPPETTEXT', line: 87654 }],
  drafts: [{ text: 'DRAFT', estimate: 0.4321 }],
  multiline: true,
  oneOff: true,
};

/** Value -> the words that tell of it. The two flags name no text: they choose a sentence and the price of caching. */
const words: Readonly<Record<string, RegExp>> = {
  PATH: /the file's path/,
  LANGUAGE: /the file's path and language/,
  PREFIX: /text before and after the cursor/,
  SUFFIX: /text before and after the cursor/,
  SNIPPETPATH: /snippets of th(?:e|is) folder with their paths/,
  SNIPPETTEXT: /a few similar snippets/,
  '87655': /with their paths and lines/,
  DRAFT: /the local model's draft/,
  '43%': /with its estimate/,
};

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [value < 1 ? wholePercent(value) : String(value + 1)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}

test('consent and README name every part of a request', () => {
  const { system, user } = completionPrompt(request, modelFacts(defaultModel));
  const prompt = JSON.stringify([system, user]);
  const sent = leaves(request).filter((value) => prompt.includes(value));
  assert.deepEqual(sent.sort(), Object.keys(words).sort());
  const consent = /t\(\s*"(Each call[^"]*)"/.exec(read('src/vscode/api/consent.ts'))?.[1] ?? '';
  const privacy = read('README.md').split('## What leaves the machine')[1]?.split('\n## ')[0] ?? '';
  for (const [value, told] of Object.entries(words)) {
    assert.match(consent, told, `consent: ${value}`);
    assert.match(privacy, told, `README: ${value}`);
  }
});

const facts = modelFacts(defaultModel);

const form = { about: '', instruction: '', maximumLength: 99 };
const examples = [{ text: 'LIKE', label: 'SAID' }];

/** The command that sends it beside completions -> its text, and each value with the words that tell of it before. */
const others: Readonly<Record<string, { text: string; words: Record<string, RegExp> }>> = {
  'commit message': {
    text: changeText([{ path: 'PATH', status: 'M', diff: 'DIFF' }]),
    words: {
      PATH: /the names of all/,
      DIFF: /the diffs/,
      SAID: /twelve earlier commit messages/,
      LIKE: /with the names of their files/,
    },
  },
  comment: {
    text: 'CODE',
    words: { CODE: /the function at the cursor/, LIKE: /functions .* resemble it/, SAID: /with their comments/ },
  },
  'text task': {
    text: 'TEXT',
    words: {
      TEXT: /texts of the task/,
      LIKE: /similar to each/,
      SAID: /with their labels or answers/,
      SKETCH: /its draft/,
    },
  },
};

for (const [command, { text, words }] of Object.entries(others))
  test(`before a ${command} is asked for, the question names every part of it`, () => {
    const sent = JSON.stringify(answerPrompt(form, text, { examples, draft: 'SKETCH' }, facts).user);
    const consent = read('src/vscode/api/consent.ts');
    const said =
      consent.split(`\n  ${command.includes(' ') ? `'${command}'` : command}: {\n`)[1]?.split('\n  },\n')[0] ?? '';
    for (const [value, told] of Object.entries(words)) {
      assert.ok(sent.includes(value), value);
      assert.match(said, told, value);
    }
    assert.match(consent, /sends to \{1\} at \{2\} \{3\}, and as examples \{4\}\. Secrets are redacted first/);
  });

test('before labels are asked for, question and README name the probabilities that the prompt shows', () => {
  const task = { about: '', instruction: '', labels: ['A', 'B'].map((name) => ({ name, meaning: '' })) };
  const evidence = { examples: [{ text: 'LIKE', label: 'A', probabilities: [0.7, 0.3] }], probabilities: [0.6, 0.4] };
  const sent = JSON.stringify(labelPrompt(task, 'TEXT', facts, evidence).user);
  for (const value of ['LIKE', 'A 70%', 'TEXT', 'A 60%']) assert.ok(sent.includes(value), value);
  for (const file of [
    'src/vscode/api/consent.ts',
    'src/vscode/texts/task-questions.ts',
    'README.md',
    'src/jobs/cli/terminal.ts',
  ])
    assert.match(read(file), /how likely the local model finds each label/, file);
});
