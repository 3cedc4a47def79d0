// The planned prompt has the base's dialect, keeps its limits, and begins with the same tokens after each keystroke.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snippet } from '../../../src/common/completion.ts';
import { unwrap } from '../../../src/common/errors.ts';
import { PromptPlanner } from '../../../src/specialist/decoding/prompt-planner.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';
import { at, corpus, tokenizer } from './model.ts';

const limits = { prefix: 48, maxGrownPrefix: 96, suffix: 16, snippets: 40, head: 12 };
const ngram = NgramModel.build(corpus, tokenizer);
const special = (name: string) => tokenizer.special(name) as number;
const text = corpus[0]?.text as string;
const snippet: Snippet = { path: 'src/other.ts', text: 'export const limit = 12;\n', line: 0 };

function planner() {
  const asked: number[] = [];
  const made = new PromptPlanner(ngram.vocabulary, limits);
  const plan = (query: ReturnType<typeof at>) =>
    made.plan(query, ngram.predictorAt(query, 0).own, () => {
      asked.push(1);
      return [snippet];
    });
  return { plan, asked, made };
}

test('snippet, file name, suffix and prefix stand in the order of the base samples', () => {
  const query = at('const a = 1;\nconst b = |\nconst c = 3;\n');
  const ids = planner().plan(query);
  const parts = ['<|snippet|>', '<|file|>', '<|suffix|>', '<|prefix|>'].map((name) => ids.indexOf(special(name)));
  assert.equal(parts[0], 0);
  assert.deepEqual([...Int32Array.from(parts).sort()], parts);
  const [, file, suffix, prefix] = parts as [number, number, number, number];
  assert.equal(tokenizer.decode(ids.slice(1, file)), 'src/other.ts\nexport const limit = 12;\n');
  assert.equal(tokenizer.decode(ids.slice(file + 1, suffix)), 'src/new.ts\n');
  assert.equal(tokenizer.decode(ids.slice(suffix + 1, prefix)), '\nconst c = 3;\n');
  // The space before the cursor is healed: the first token of the middle begins with it.
  assert.equal(tokenizer.decode(ids.slice(prefix + 1)), 'const a = 1;\nconst b =');
});

test('a keystroke keeps every token before it, and asks for no new snippets', () => {
  const { plan, asked } = planner();
  const before = `${text}\nfunction `;
  const first = plan(at(`${before}|\n}\n`));
  let last = first;
  for (const typed of [
    'parse',
    'parseHeader',
    'parseHeader(',
    'parseHeader(line',
    'parseHeader(line: string) {\n  const ',
  ]) {
    const next = plan(at(`${before}${typed}|\n}\n`));
    const shared = next.findIndex((id, i) => id !== last[i]);
    // Only the tokens removed by healing may differ.
    assert.ok(shared === -1 || shared >= last.length - 3, `${typed}: ${shared} of ${last.length}`);
    last = next;
  }
  assert.equal(asked.length, 1);
});

test('with the suffix after the prefix, typed tokens begin the middle until there are many', () => {
  const json = trainTokenizer(corpus.map((file) => file.text).join('\n'), 560);
  const first = Object.keys(json.model.vocab).length;
  const marks = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>', '<|file_sep|>', '<|endoftext|>'];
  const added = marks.map((content, i) => ({ id: first + i, content }));
  const qwen = unwrap(loadTokenizer({ ...json, added_tokens: added }));
  const model = NgramModel.build([], qwen);
  const form = new PromptPlanner(model.vocabulary, limits, 'qwen-coder');
  const plan = (query: ReturnType<typeof at>) => form.plan(query, model.predictorAt(query, 0).own, () => []);
  const [middle, suffix] = ['<|fim_middle|>', '<|fim_suffix|>'].map((name) => qwen.special(name) as number);
  const before = plan(at('const a = 1;\n|\n}\n'));
  assert.equal(before.at(-1), middle);
  const after = plan(at('const a = 1;\nreturn parse(|\n}\n'));
  assert.deepEqual(after.slice(0, before.length), before);
  const begun = qwen.decode(before).endsWith('\n') ? '' : '\n';
  assert.equal(qwen.decode(after.slice(before.length)), `${begun}return parse`);
  const many = plan(at(`const a = 1;\n${'return parse(header);\n'.repeat(12)}|\n}\n`));
  assert.equal(many.at(-1), middle);
  assert.equal(many.filter((id) => id === suffix).length, 1);
});

test('a change in another file makes a new prompt only if a present or new snippet is from it', () => {
  const { plan, asked, made } = planner();
  const before = plan(at(`${text}|\n}\n`));
  made.noteChange('src/new.ts');
  plan(at(`${text}|\n}\n`));
  assert.equal(asked.length, 1, 'the file at hand');
  made.noteChange('src/elsewhere.ts');
  assert.deepEqual(plan(at(`${text}|\n}\n`)), before);
  assert.equal(asked.length, 2);
  plan(at(`${text}|\n}\n`));
  assert.equal(asked.length, 2, 'snippets were requested');

  const parts: Snippet[] = [];
  const other = new PromptPlanner(ngram.vocabulary, limits);
  const ids = () => other.plan(at(`${text}|\n}\n`), ngram.predictorAt(at(`${text}|\n}\n`), 0).own, () => [...parts]);
  const without = ids();
  parts.push(snippet);
  assert.deepEqual(ids(), without, 'no change was reported');
  other.noteChange(snippet.path);
  assert.equal(ids()[0], special('<|snippet|>'));
  parts.length = 0;
  other.noteChange(snippet.path);
  assert.deepEqual(ids(), without, 'it has gone');
});

test('in a growing new file snippets are chosen again, but not at each keystroke', () => {
  const found: string[] = [];
  const made = new PromptPlanner(ngram.vocabulary, limits);
  const plan = (prefix: string) => {
    const query = at(`${prefix}|`);
    return made.plan(query, ngram.predictorAt(query, 0).own, () => {
      found.push(prefix);
      return prefix === '' ? [] : [snippet];
    });
  };
  const words = 'export const limits = readLimits(folder, file, line, column, text);'.split(/(?<= )/);
  let typed = '';
  let ids = plan(typed);
  for (const word of words) {
    typed += word;
    ids = plan(typed);
  }
  assert.equal(ids[0], special('<|snippet|>'));
  assert.ok(found.length > 1 && found.length <= 4, `${found.length}`);
});

test('a prompt that is too long, a new suffix or another file starts a new prompt', () => {
  const { plan, asked } = planner();
  plan(at(`${text}|\n}\n`));
  const grown = plan(at(`${text}${text}|\n}\n`));
  assert.equal(asked.length, 2);
  const prefix = grown.length - grown.indexOf(special('<|prefix|>')) - 1;
  assert.ok(prefix <= limits.prefix, `${prefix}`);
  plan(at(`${text}${text}|\nreturn;\n}\n`));
  assert.equal(asked.length, 3);
  plan(at(`${text}|\n}\n`, 'src/second.ts'));
  assert.equal(asked.length, 4);
});

test('no part exceeds its limit', () => {
  const query = at(`${text}${text}|\n${text}`, `${'deep/'.repeat(30)}file.ts`);
  const made = new PromptPlanner(ngram.vocabulary, limits);
  const ids = made.plan(query, ngram.predictorAt(query, 0).own, () => [snippet, snippet, snippet, snippet]);
  assert.ok(ids.length <= limits.prefix + limits.suffix + limits.snippets + limits.head + 3, `${ids.length}`);
});

test('a long prompt has its own limits and snippets, and both lengths are kept', () => {
  const long = { prefix: 96, maxGrownPrefix: 160, suffix: 16, snippets: 80, head: 12 };
  const made = new PromptPlanner(ngram.vocabulary, limits, undefined, long);
  const query = at(`${text}${text}|\n}\n`);
  const asked: number[] = [];
  const plan = (isLong: boolean) =>
    made.plan(
      query,
      ngram.predictorAt(query, 0).own,
      ({ maxSnippets }) => {
        asked.push(maxSnippets);
        return [snippet];
      },
      isLong,
    );
  const [short, more] = [plan(false), plan(true)];
  assert.ok(more.length > short.length + 30, `${short.length} and ${more.length}`);
  assert.deepEqual([plan(false), plan(true)], [short, more]);
  assert.equal(asked.length, 2);
  assert.ok((asked[1] as number) > (asked[0] as number), 'more snippets');
  const without = new PromptPlanner(ngram.vocabulary, limits);
  assert.equal(without.longTokens, undefined);
  const same = without.plan(query, ngram.predictorAt(query, 0).own, () => [snippet], true);
  assert.deepEqual(same, short);
});
