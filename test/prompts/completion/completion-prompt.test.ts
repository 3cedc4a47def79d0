// The exact prompt (test/prompts/completion/golden/, rewritten with UPDATE_GOLDEN=1), its limits and its cache marks.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  estimateTokens,
  type ModelFacts,
  mostTokens,
  type Prompt,
  promptLength,
} from '../../../src/llm/protocol/models.ts';
import { defaultModel, modelFacts } from '../../../src/llm/providers/anthropic.ts';
import { completionPrompt, limits } from '../../../src/prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../../../src/prompts/completion/llm-request.ts';
import { at } from '../../llm/requests.ts';

const haiku = modelFacts(defaultModel);

function rendered(prompt: Prompt, facts: ModelFacts): string {
  const { system, user, prefill, stop } = prompt;
  const mark = (cache: boolean) => (cache ? ' (cache)' : '');
  return [
    `=== system${mark(system.cache)}\n${system.text}`,
    ...user.map((block) => `=== user${mark(block.cache)}\n${block.text}`),
    ...(prefill === '' ? [] : [`=== assistant\n${prefill}`]),
    `=== stop ${JSON.stringify(stop)}, at most ${mostTokens(prompt, facts)} tokens\n`,
  ].join('\n');
}

const cart = `import { Item } from './item';

export class Cart {
  private items: Item[] = [];

  total(): number {
    return this.items.¦
  }
}
`;
const long = Array.from({ length: 400 }, (_, index) => `export const setting${index} = ${index * 7};`).join('\n');

const goldens: Readonly<Record<string, { request: LlmRequest; model?: string }>> = {
  'single-line': { request: at(cart) },
  block: {
    request: at('def area(self):\n    ¦\n', { path: 'shapes/square.py', languageId: 'python', multiline: true }),
  },
  'snippets-and-draft': {
    request: at(cart, {
      snippets: [
        {
          path: 'src/shop/order.ts',
          line: 11,
          text: '  total(): number {\n    return sum(this.items, (item) => item.price);\n',
        },
        { path: 'src/shop/empty.ts', line: 0, text: '  \n' },
        { path: 'odd "name"\n<file>.ts', line: 0, text: 'sum()\n' },
      ],
      drafts: [
        { text: 'reduce(add, 0);', estimate: 0.412 },
        { text: 'length;', estimate: 0.2 },
      ],
    }),
  },
  'long-file': { request: at(`${long}\nexport const next = ¦;\nend();\n`) },
  'marker-in-text': { request: at('const marker = "<|cursor|>"; const other = ¦; // <|cursor-1|>\n') },
  prefill: { request: at(cart), model: 'claude-haiku-4-5' },
  'always-thinking': { request: at(cart), model: 'claude-opus-5-5' },
};

for (const [name, { request, model }] of Object.entries(goldens)) {
  test(`golden prompt: ${name}`, () => {
    const path = join(import.meta.dirname, 'golden', `${name}.txt`);
    const facts = modelFacts(model ?? defaultModel);
    const text = rendered(completionPrompt(request, facts), facts);
    if (process.env.UPDATE_GOLDEN) writeFileSync(path, text);
    assert.equal(text, readFileSync(path, 'utf8'));
  });
}

test('limits the prompt’s size and keeps the text nearest to the cursor', () => {
  const line = `${'x'.repeat(79)}\n`;
  const request = at(`${line.repeat(20_000)}HERE¦THERE\n${line.repeat(20_000)}`, {
    path: 'p'.repeat(5000),
    snippets: Array.from({ length: 100 }, (_, index) => ({ path: `f${index}.ts`, line: 0, text: line.repeat(200) })),
    drafts: [{ text: 'h'.repeat(100_000), estimate: 0.1 }],
  });
  const prompt = completionPrompt(request, haiku);
  const bound = limits.prefix + limits.suffix + limits.snippets + limits.draft + 3 * limits.path + 6_000;
  assert.ok(promptLength(prompt).all < bound, `${promptLength(prompt).all} < ${bound}`);
  assert.match(prompt.user.at(-1)?.text ?? '', /\nHERE<\|cursor\|>THERE\n/);
});

test('cuts a long line between characters', () => {
  const request = at(`${'😀'.repeat(20_000)}¦${'😀'.repeat(20_000)}`);
  const text = completionPrompt(request, haiku).user.map((block) => block.text);
  for (const part of text) assert.equal(part, part.toWellFormed());
});

test('cached parts stay the same while the user types, and grow by whole blocks', () => {
  const typed = `${long}\n${'const y = 1;\n'.repeat(600)}`;
  let [same, grown, slid] = [0, 0, 0];
  let before: readonly string[] = [];
  for (let length = long.length; length < typed.length; length += 40) {
    const { user } = completionPrompt(at(`${typed.slice(0, length)}¦\n`), haiku);
    const cached = user.slice(0, user.findIndex((block) => block.cache) + 1).map((block) => block.text);
    if (JSON.stringify(cached) === JSON.stringify(before)) same++;
    else if (JSON.stringify(cached.slice(0, before.length)) === JSON.stringify(before)) grown++;
    else slid++;
    before = cached;
  }
  assert.ok(same >= 180 && grown + slid <= 16, `${same} the same, ${grown} grown, ${slid} slid on`);
});

test('marks only parts that the model can cache, and no part of the file in a one-off request', () => {
  const request = at(`${long}¦`);
  const marks = (model: string, over: Partial<LlmRequest> = {}) =>
    completionPrompt({ ...request, ...over }, modelFacts(model)).user.filter((block) => block.cache).length;
  assert.equal(marks(defaultModel), 1);
  assert.equal(marks(defaultModel, { oneOff: true }), 0);
  // This model caches only parts of at least 4,096 tokens.
  const short = at(`${long.slice(0, 9000)}¦`);
  const actual = completionPrompt(short, modelFacts('claude-haiku-4-5')).user.some((block) => block.cache);
  assert.equal(actual, false);
  const found = completionPrompt(short, haiku).user.some((block) => block.cache);
  assert.equal(found, true);
  assert.ok(estimateTokens(completionPrompt(short, haiku).system.text.length, haiku) >= haiku.cacheMinimum);
});
