// Where a suggestion would break a document that parses, by the grammars that ship; and texts that break a grammar.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { CompletionQuery, Draft } from '../../../src/common/completion.ts';
import { grammarFolder, parserFor, STACK_END, setAsideBecause } from '../../../src/text/syntax/grammars.ts';
import { countErrors, LanguageParser } from '../../../src/text/syntax/incremental-parser.ts';
import { draftBySyntax } from '../../../src/text/syntax/parsing.ts';
import { draftOf as draft } from '../../fakes/specialist.ts';
import { FILLS_STACK, OVERFLOWS_STACK } from '../../support/overflowing.ts';

/** A draft as it comes out of the grammar. */
const withSyntax = (draft: Draft, query: CompletionQuery, parseMs?: number) =>
  draftBySyntax(query, { multiline: false, maxTokens: 1 }, () => draft, parseMs);

/** Where the draft would break the document, '|' being the cursor. */
async function broken(languageId: string, document: string, of: Draft): Promise<string[]> {
  const [prefix = '', suffix = ''] = document.split('|');
  const { brokenCuts: ends = [] } = await withSyntax(
    of,
    { path: 'a', languageId, prefix, suffix },
    Number.POSITIVE_INFINITY,
  );
  const whole = of.text + (of.continuation?.text ?? '');
  return ends.map((end) => whole.slice(0, end));
}

const cases: readonly [name: string, languageId: string, document: string, pieces: readonly string[], string[]][] = [
  ['a call, whole or half', 'typescript', 'function f() {\n  |\n}\n', ['g', '(', 'a', ')', ';'], []],
  [
    'an import in a class',
    'typescript',
    'class A {\n  |\n}\n',
    ['import', ' x', ' from', " 'y'", ';'],
    ["import x from 'y';"],
  ],
  ['a stray bracket', 'typescript', 'const a = [1];\n|\n', ['b', '(', ')', ')'], ['b())']],
  ['where nothing closes yet', 'typescript', 'function f() {\n  if (a) {\n    |', ['b', '()', ';'], []],
  ['a comment', 'typescript', 'function f() {\n  |\n}\n', ['//', ' and', ' so', ' on'], []],
  ['tags', 'typescriptreact', 'const a = <b>|</b>;\n', ['<i', ' />'], []],
  ['two names in a row', 'go', 'package a\n\nfunc f() {\n\tx := |\n}\n', ['y', ' z', ' w'], ['y z w']],
  [
    'a def without its name',
    'python',
    'class A:\n    def f(self):\n        return 1\n\n|\n',
    ['def', ' (', 'x', ')', ': pass'],
    ['def (x): pass'],
  ],
  ['an assignment', 'python', 'class A:\n    def __init__(self, c):\n        |\n', ['self', '.', 'c', ' =', ' c'], []],
  ['a rule that is no rule', 'css', 'a {\n  |\n}\n', ["'", 'vi', "'", ' }', ' }'], []],
];

for (const [name, languageId, document, pieces, expected] of cases)
  test(`${languageId}, ${name}: ${expected.length === 0 ? 'nothing is broken' : 'broken'}`, async () => {
    const found = await broken(languageId, document, draft(pieces));
    if (expected.length === 0 && languageId !== 'css') assert.deepEqual(found, []);
    else for (const each of expected) assert.ok(found.includes(each), `${each} is not among ${JSON.stringify(found)}`);
  });

test('checks each later line separately', async () => {
  const of = draft(['a', '();'], ['\n  ', 'b', '();', '\n', '}', '\n', '}']);
  const found = await broken('typescript', 'function f() {\n  |\n}\n', of);
  assert.deepEqual(found, ['a();\n  b();\n}', 'a();\n  b();\n}\n}']);
});

test('leaves drafts unchanged in comments, without a grammar, and if empty', async () => {
  const query = { path: 'a', languageId: 'haskell', prefix: 'f x = ', suffix: '' };
  const wrong = draft([')', ')']);
  assert.equal(await withSyntax(wrong, query), wrong);
  assert.equal(await withSyntax(wrong, { ...query, languageId: 'typescript', prefix: '// so' }), wrong);
  const empty = draft([]);
  assert.equal(await withSyntax(empty, { ...query, languageId: 'typescript' }), empty);
});

test('ignores errors far away in a long document', async () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `export const name${i} = ${i};\n`).join('');
  const document = `]]]\n${lines}|\n${lines}]]]\n`;
  assert.deepEqual(await broken('typescript', document, draft(['a', '(', ')', ';'])), []);
  assert.ok((await broken('typescript', document, draft(['a', ')', ')', ';']))).length > 0);
});

test('incremental parsing gives the same result as parsing anew', async () => {
  const { default: treeSitter } = (await import('@vscode/tree-sitter-wasm')) as unknown as {
    default: typeof import('@vscode/tree-sitter-wasm');
  };
  const { grammarFolder } = await import('../../../src/text/syntax/grammars.ts');
  const language = await treeSitter.Language.load(`${await grammarFolder()}tree-sitter-typescript.wasm`);
  const parsedAnew = (text: string) => {
    const parser = new treeSitter.Parser();
    parser.setLanguage(language);
    return new LanguageParser(parser).read(text, Number.POSITIVE_INFINITY, countErrors);
  };
  const parser = new treeSitter.Parser();
  parser.setLanguage(language);
  const parsed = new LanguageParser(parser);
  const texts = ['f(ü, 1);\n', 'f(ü, 1;\n', 'f(ü,\n 1);\nclass A {', 'class A {\n  g() {}\n}\n', '', 'x'];
  for (const text of texts)
    assert.equal(parsed.read(text, Number.POSITIVE_INFINITY, countErrors), parsedAnew(text), text);
});

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
  const plain: Draft = { text: 'f()', tokens: [], model: 'n-gram', complete: true, latencyMs: 1 };
  const draftAt = (path: string, prefix: string) =>
    draftBySyntax(
      { path, languageId: 'python', prefix, suffix: '\n' },
      { multiline: true, maxTokens: 20 },
      () => plain,
      always,
    );
  for (let request = 0; request < 2; request++) assert.equal((await draftAt('c.py', OVERFLOWS_STACK)).text, 'f()');
  const { unparsed, ...rest } = await draftAt('c.py', 'a = ');
  assert.deepEqual(rest, plain);
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

test('a zero in a document reads as a space, so that a run of them is not parsed again at each', async () => {
  for (const languageId of ['shellscript', 'typescript', 'python']) {
    const parser = await parserFor(languageId);
    const tree = (filler: string) =>
      parser?.read(`echo ${filler.repeat(40)}x\n`, Number.POSITIVE_INFINITY, (root) => root.toString());
    assert.equal(tree('\0'), tree(' '), languageId);
  }
});
