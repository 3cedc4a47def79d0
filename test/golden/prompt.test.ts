// One form of a prompt: what is served and what is measured. The file is made by build/golden-prompt.ts.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Snippet } from '../../src/common/completion.ts';
import { PROMPT_LIMITS, PromptForm } from '../../src/prompts/completion/prompt-form.ts';
import { PromptPlanner } from '../../src/specialist/decoding/prompt-planner.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { loadTokenizer } from '../../src/text/tokenizer/load.ts';

const root = join(import.meta.dirname, '..', '..');
const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const loaded = loadTokenizer(json('models/small/tokenizer.json'));
assert.ok(loaded.ok);
const tokenizer = loaded.value;
const positions = json('test/golden/prompt.json') as readonly {
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly snippets: readonly Omit<Snippet, 'line'>[];
  readonly ids: readonly number[];
}[];

for (const { ids, snippets: found, ...position } of positions) {
  const snippets = found.map((snippet) => ({ ...snippet, line: 0 }));

  test(`served: ${position.path}`, () => {
    const ngram = NgramModel.build([{ path: 'other.md', text: '# Other\n\nNothing.\n' }], tokenizer);
    const query = { ...position, languageId: 'typescript' };
    const planned = new PromptPlanner(ngram.vocabulary).plan(query, ngram.predictorAt(query, 0).own, () => snippets);
    // Healing takes back what the next keystroke may lengthen, a token here.
    assert.deepEqual(planned, ids.slice(0, -1));
  });

  test(`asked of a base alone: ${position.path}`, () => {
    const asked = new PromptForm(tokenizer).prompt(position, snippets);
    assert.deepEqual(
      asked,
      ids,
      'after a change of the tokenizer or the form: node build/run.mjs build/golden-prompt.ts',
    );
  });
}

test('every limit is reached by one of them, but for the prefix', () => {
  const special = (name: string) => tokenizer.special(name) as number;
  const lengths = positions.map(({ ids }) => {
    const [file, suffix, prefix] = ['<|file|>', '<|suffix|>', '<|prefix|>'].map((name) => ids.indexOf(special(name)));
    return {
      snippets: file,
      head: (suffix as number) - (file as number) - 1,
      suffix: (prefix as number) - (suffix as number) - 1,
    };
  });
  for (const part of ['snippets', 'head', 'suffix'] as const)
    assert.equal(Math.max(...lengths.map((of) => of[part] as number)), PROMPT_LIMITS[part], part);
});
