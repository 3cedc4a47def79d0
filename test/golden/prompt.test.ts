// One form of a prompt: what the product serves and what the benchmark asks are what pretraining wrote (models/pretrain/golden.py).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promptOf } from '../../bench/base/prompt.ts';
import type { Snippet } from '../../src/common/completion.ts';
import { DEFAULT_LIMITS, PromptPlanner } from '../../src/mix/prompt-planner.ts';
import { NgramModel } from '../../src/ngram/model.ts';
import { loadTokenizer } from '../../src/tokenizer/load.ts';

const root = join(import.meta.dirname, '..', '..');
const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const loaded = loadTokenizer(json('models/small/tokenizer.json'));
assert.ok(loaded.ok);
const tokenizer = loaded.value;
const places = json('test/golden/prompt.json') as readonly {
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly snippets: readonly Omit<Snippet, 'line'>[];
  readonly ids: readonly number[];
}[];

for (const { ids, snippets: found, ...place } of places) {
  const snippets = found.map((snippet) => ({ ...snippet, line: 0 }));

  test(`served: ${place.path}`, () => {
    const ngram = NgramModel.build([{ path: 'other.md', text: '# Other\n\nNothing.\n' }], tokenizer);
    const query = { ...place, languageId: 'typescript' };
    const planned = new PromptPlanner(ngram.vocabulary).plan(query, ngram.place(query, 0).own, () => snippets);
    // Healing takes back what the next keystroke may lengthen, a token here.
    assert.deepEqual(planned, ids.slice(0, -1));
  });

  test(`measured: ${place.path}`, () => {
    const parts = promptOf(place, snippets, DEFAULT_LIMITS, tokenizer);
    const asked = parts.flatMap((part) =>
      typeof part === 'string' ? [...tokenizer.encode(part)] : [tokenizer.special(part.special) as number],
    );
    assert.deepEqual(asked, ids);
  });
}
