// A text that breaks the grammar's WebAssembly instance: the next parse gets a new one, and the text is set aside.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Draft } from '../../../src/common/completion.ts';
import { grammarFolder, parserFor, STACK_END, setAsideBecause } from '../../../src/text/syntax/grammars.ts';
import { draftBySyntax } from '../../../src/text/syntax/parsing.ts';
import { FILLS_STACK, OVERFLOWS_STACK } from '../../support/overflowing.ts';

const always = Number.POSITIVE_INFINITY;

async function errorsIn(text: string, path = '', languageId = 'python'): Promise<number | undefined> {
  return (await parserFor(languageId, path))?.errorsIn(text, always);
}

test('a text that overflows the stack is not parsed, and other texts are parsed as before', async () => {
  const held = await parserFor('typescript', 'held.ts');
  assert.ok(held);
  assert.equal(await errorsIn(OVERFLOWS_STACK), undefined);
  assert.equal(held.errorsIn('a = 1;\n', always), undefined, 'a parser of the broken instance');
  assert.equal(await errorsIn('a = 1\n'), 0);
  assert.equal(await errorsIn('a = (1\n'), 1);
  assert.equal(await errorsIn('const a = 1;\n', '', 'typescript'), 0);
});

test('a text that fills the stack without a trap counts as a failure', async () => {
  assert.equal(await errorsIn(FILLS_STACK), undefined);
  assert.equal(await errorsIn('a = 1\n'), 0);
});

test('a document whose text failed twice has no parser, and others have one', async () => {
  assert.equal(await errorsIn(OVERFLOWS_STACK, 'a.py'), undefined);
  assert.equal(setAsideBecause('a.py'), undefined);
  assert.equal(await errorsIn('a = 1\n', 'a.py'), 0);
  assert.equal(await errorsIn(OVERFLOWS_STACK, 'a.py'), undefined);
  assert.equal(await parserFor('python', 'a.py'), undefined);
  assert.match(setAsideBecause('a.py') ?? '', /memory access out of bounds|stack/);
  assert.equal(await errorsIn('a = 1\n', 'b.py'), 0);
});

test('drafts in a document that is set aside say so, and are complete', async () => {
  const draft: Draft = { text: 'f()', tokens: [], model: 'n-gram', complete: true, latencyMs: 1 };
  const draftAt = (path: string, prefix: string) =>
    draftBySyntax(
      { path, languageId: 'python', prefix, suffix: '\n' },
      { multiline: true, maxTokens: 20 },
      () => draft,
      always,
    );
  for (let request = 0; request < 2; request++) assert.equal((await draftAt('c.py', OVERFLOWS_STACK)).text, 'f()');
  const { unparsed, ...rest } = await draftAt('c.py', 'a = ');
  assert.deepEqual(rest, draft);
  assert.match(unparsed ?? '', /./);
  assert.equal((await draftAt('d.py', 'a = ')).unparsed, undefined);
});

test('twenty broken instances leave less than 300 MB behind', async () => {
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 20; i++) assert.equal(await errorsIn(OVERFLOWS_STACK), undefined);
  assert.equal(await errorsIn('a = 1\n'), 0);
  const grown = (process.memoryUsage.rss() - before) / 1e6;
  assert.ok(grown < 300, `${Math.round(grown)} MB`);
});

test("the watched end of the stack is the library's", async () => {
  const code = readFileSync(`${await grammarFolder()}tree-sitter.js`, 'utf8');
  const heapBase = /___heap_base = (\d+)/.exec(code)?.[1];
  assert.equal(STACK_END, Number(heapBase) - 65_536);
});
