// A model's dialect is found by its tokens. The prompts of each dialect.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIALECTS, type Dialect, dialectFor, dialectTokens } from '../../../src/neural/models/manifest.ts';
import { PROMPT_LIMITS, PromptForm } from '../../../src/prompts/completion/prompt-form.ts';
import type { Tokenizer } from '../../../src/text/tokenizer/bpe.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';

const plain = trainTokenizer('a b', 300);

/** A tokenizer of bytes with these special tokens. */
function withMarks(names: readonly string[]): Tokenizer {
  const first = Object.keys(plain.model.vocab).length;
  const read = loadTokenizer({
    ...plain,
    added_tokens: [...new Set(names)].map((content, i) => ({ id: first + i, content, special: true })),
  });
  assert.ok(read.ok, read.ok ? '' : read.error.message);
  return read.value;
}

/** The special tokens that a model of the dialect has. */
const marksOf = (dialect: Dialect) => {
  const { tokens, stop } = DIALECTS[dialect];
  return [...Object.values(tokens), ...stop].filter((name) => name !== '');
};

function promptIn(dialect: Dialect): string {
  const marks = dialect === 'none' ? ['<|endoftext|>'] : marksOf(dialect);
  const tokenizer = withMarks(marks);
  const names = new Map(marks.map((name) => [tokenizer.special(name), name]));
  const form = new PromptForm(tokenizer, PROMPT_LIMITS, dialect);
  const ids = form.prompt({ path: 'a.ts', prefix: 'before', suffix: ';\nafter' }, [
    { path: 'b.ts', text: 'other lines that are long enough to be shown\n', score: 1 } as never,
  ]);
  return ids.map((id) => names.get(id) ?? tokenizer.decode([id])).join('');
}

const other = 'b.ts\nother lines that are long enough to be shown\n';
const expected: Readonly<Record<Dialect, string>> = {
  'easy-1': `<|snippet|>${other}<|file|>a.ts\n<|suffix|>;\nafter<|prefix|>before`,
  'qwen-coder': `<|file_sep|>${other}<|file_sep|>a.ts\n<|fim_prefix|>before<|fim_suffix|>;\nafter<|fim_middle|>`,
  'granite-4': '<|fim_prefix|>before<|fim_suffix|>;\nafter<|fim_middle|>',
  starcoder: `<file_sep>${other}<file_sep>a.ts\n<fim_prefix>before<fim_suffix>;\nafter<fim_middle>`,
  'granite-code': '<fim_prefix>before<fim_suffix>;\nafter<fim_middle>',
  'granite-3': '<fim_prefix>before<fim_suffix>;\nafter<fim_middle>',
  'deepseek-coder': '<｜fim▁begin｜>before<｜fim▁hole｜>;\nafter<｜fim▁end｜>',
  'seed-coder': '<[fim-suffix]>;\nafter<[fim-prefix]>before<[fim-middle]>',
  'file-marks': `<file_sep>${other}<file_sep>a.ts\nbefore`,
  none: '<|endoftext|>before',
};

for (const [dialect, prompt] of Object.entries(expected) as [Dialect, string][]) {
  test(`${dialect}: the prompt is right, and a model with these tokens is recognised`, () => {
    assert.equal(promptIn(dialect), prompt);
    if (dialect === 'none') return;
    const { tokens } = DIALECTS[dialect];
    const needed = withMarks(Object.values(tokens).filter((name) => name !== ''));
    const found = dialectFor(needed);
    assert.equal(found.dialect, dialect);
    assert.ok(found.stop.includes(tokens.eom) && found.stop.includes(tokens.end));
    assert.ok(found.stop.every((name) => needed.special(name) !== undefined));
  });
}

test("a model without infilling continues the prefix, and ends with its tokenizer's end token", () => {
  const tokenizer = withMarks(['<repo_name>', '<|im_end|>', '<|endoftext|>']);
  assert.deepEqual(dialectFor(tokenizer), { dialect: 'none', stop: ['<|endoftext|>', '<|im_end|>'] });
  const { end, eom, prefix } = dialectTokens(tokenizer, 'none');
  const ends = tokenizer.special('<|endoftext|>');
  assert.deepEqual([end, eom, prefix], [ends, ends, undefined]);
  assert.throws(() => dialectTokens(withMarks(['<|x|>']), 'none'), /no token that ends a text/);
});
