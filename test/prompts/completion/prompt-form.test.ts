// The form of a prompt: the order of its parts and their limits. Text gets the same tokens as in a whole file.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { unwrap } from '../../../src/common/errors.ts';
import {
  longPromptLimitsFor,
  newPromptTokens,
  PROMPT_LIMITS,
  PromptForm,
  promptLimitsFor,
} from '../../../src/prompts/completion/prompt-form.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';

const path = join(import.meta.dirname, '../../../models/small/tokenizer.json');
const tokenizer = unwrap(loadTokenizer(JSON.parse(readFileSync(path, 'utf8'))));
const names = new Map(
  ['<|snippet|>', '<|file|>', '<|suffix|>', '<|prefix|>'].map((name) => [tokenizer.special(name) as number, name]),
);
const spelled = (ids: readonly number[]) => ids.map((id) => names.get(id) ?? tokenizer.decode([id])).join('');

test('the order is: snippets with the best first, file, suffix, prefix', () => {
  const position = { path: 'src/a.ts', prefix: 'let a = 1;\nlet b = ', suffix: '\nlet c = 3;\n' };
  const snippets = [
    { path: 'src/best.ts', text: 'best();\n', line: 0 },
    { path: 'src/next.ts', text: 'next();\n', line: 0 },
  ];
  // A snippet is left out if there is little room for it.
  const most = new PromptForm(tokenizer, { ...PROMPT_LIMITS, snippets: 30 });
  const rest = '<|file|>src/a.ts\n<|suffix|>\nlet c = 3;\n<|prefix|>let a = 1;\nlet b = ';
  const expected = `<|snippet|>src/best.ts\nbest();\n<|snippet|>src/next.ts\nnext();\n${rest}`;
  assert.equal(spelled(new PromptForm(tokenizer).prompt(position, snippets)), expected);
  assert.equal(spelled(most.prompt(position, snippets)), `<|snippet|>src/best.ts\nbest();\n${rest}`);
});

test('a long prefix loses its beginning, up to a line start', () => {
  const ids = tokenizer.encode(Array.from({ length: 200 }, (_, i) => `const value${i} = ${i};`).join('\n'));
  const form = new PromptForm(tokenizer);
  const kept = ids.subarray(form.prefixStart(ids, ids.length, 60));
  assert.match(tokenizer.decode(kept), /^\nconst/);
  assert.ok(kept.length <= 60 && kept.length > 40);
  assert.equal(form.prefixStart(ids, 60, 60), 0);
});

test('the first tokens of a suffix equal those of the whole text after the cursor', () => {
  const form = new PromptForm(tokenizer);
  const texts = [
    `)${'\n'.repeat(400)}x`,
    `${' '.repeat(300)}\n${'='.repeat(900)}\nend\n`,
    `\n${'ab'.repeat(600)}`,
    ' rest;\n\tnext();\n'.repeat(80),
    'no line end',
    '',
  ];
  for (const text of texts) {
    for (const count of [0, 1, 7, 64]) {
      const found = form.suffix(text, count);
      assert.deepEqual(found, [...tokenizer.encode(text)].slice(0, count), JSON.stringify(text.slice(0, 40)));
      const end = text.indexOf('\n');
      const after = tokenizer.encode(end < 0 ? '' : text.slice(end));
      assert.deepEqual(form.suffix(text, count, after), found, 'where the caller has the tokens');
    }
  }
});

test('a prompt fits a short context, and a long one keeps the usual limits', () => {
  assert.equal(promptLimitsFor(2048), PROMPT_LIMITS);
  for (const contextLength of [128, 256, 512, 700]) {
    const { prefix, maxGrownPrefix: grown, suffix, snippets, head } = promptLimitsFor(contextLength);
    assert.ok(prefix > 0 && prefix < grown);
    assert.ok(grown + suffix + snippets + head <= contextLength - 64, `${contextLength}`);
  }
});

test('only a long context has room for a long prompt', () => {
  assert.equal(longPromptLimitsFor(1024), undefined);
  const long = longPromptLimitsFor(2048);
  assert.ok(long && long.maxGrownPrefix + long.suffix + long.snippets + long.head <= 2048 - 64);
  assert.ok(newPromptTokens(long) > 2 * newPromptTokens(PROMPT_LIMITS));
});
