// The table of languages; comments, strings, fences and sentences; and where a list of suggestions opens.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOf, languageIdOf, languageIdOfFence, languageOf } from '../../src/text/languages.ts';
import { lineState, listOpensAt, withoutMarks } from '../../src/text/line-state.ts';
import {
  bringsWord,
  fenceLength,
  isCode,
  isFenced,
  isProse,
  isSentence,
  languageAt,
  openFence,
  sentenceEnd,
} from '../../src/text/prose-text.ts';

const lines: [languageId: string, line: string, state: string][] = [
  ['typescript', 'const a = ', 'code'],
  ['typescript', '  // a note', 'comment'],
  ['typescript', 'foo(); // a note', 'comment'],
  ['typescript', "const url = 'http://", 'string'],
  ['typescript', "const url = 'http://a'; ", 'code'],
  ['typescript', "const s = 'it\\'s ", 'string'],
  ['typescript', ' * inside a block comment', 'comment'],
  ['typescript', '/** one line */ foo', 'code'],
  ['typescript', 'const t = `a ', 'string'],
  ['python', 'x = 1  # note', 'comment'],
  ['python', 'x = "#', 'string'],
  ['shellscript', 'echo $' + '{x#y}', 'code'],
  ['rust', "fn f<'a>(x: &'a str) ", 'code'],
  ['sql', 'select 1 -- one', 'comment'],
  ['starlark', 'deps = [], # none', 'comment'],
  ['dockerfile', 'RUN a # b', 'comment'],
  ['lisp', "(list 'a ; b", 'comment'],
  ['erlang', 'ok. % done', 'comment'],
  ['vhdl', 'a <= b; -- c', 'comment'],
  ['vb', "x = 1 ' one", 'comment'],
  ['mdx', "it's // prose", 'code'],
  ['markdown', "it's // prose # all", 'code'],
  ['unknown-language', '// as in C', 'comment'],
];
for (const [languageId, line, state] of lines) {
  test(`${languageId}: ${line}`, () => assert.equal(lineState(languageId, line), state));
}

test('a language id that is a property of Object.prototype is unknown', () => {
  assert.equal(languageOf('constructor').family, 'bracket');
});

test('language ids are those of VS Code', () => {
  const ids = {
    'a.ts': 'typescript',
    'a.d.mts': 'typescript',
    'a.TSX': 'typescriptreact',
    'x/Dockerfile': 'dockerfile',
    'Dockerfile.dev': 'dockerfile',
    Makefile: 'makefile',
    'a.h': 'c',
    'a.rs': 'rust',
    'a.pp': 'pascal',
    'README.md': 'markdown',
    README: 'plaintext',
    'tsconfig.json': 'jsonc',
    'a.json': 'json',
    'weird.zzz': 'plaintext',
    '.gitignore': 'ignore',
    constructor: 'plaintext',
  };
  for (const [path, id] of Object.entries(ids)) assert.equal(languageIdOf(path), id, path);
  assert.deepEqual(['markdown', 'plaintext', 'typescript', 'json'].map(kindOf), ['prose', 'prose', 'code', 'code']);
});

test('finds the language of a fence by id or extension', () => {
  const fences = {
    ts: 'typescript',
    typescript: 'typescript',
    MD: 'markdown',
    sh: 'shellscript',
    '': undefined,
    nonsense: undefined,
  };
  for (const [info, id] of Object.entries(fences)) assert.equal(languageIdOfFence(info), id, info);
});

test('the file reader and the router classify the same languages as prose, and recordings are not code', () => {
  for (const id of ['markdown', 'mdx', 'org', 'typst', 'bibtex', 'latex']) {
    assert.deepEqual([kindOf(id), languageOf(id).family], ['prose', 'prose'], id);
  }
  for (const id of ['jsonl', 'log', 'diff', 'csv']) {
    assert.deepEqual([languageOf(id).family, languageOf(id).recordings], ['data', true], id);
  }
});

test('blanks out comments and escapes, and keeps all offsets', () => {
  for (const [languageId, text, code] of [
    ['rust', "let a: &'a str = f('(', '\\''); // 1) one\nb()", "let a: &'a str = f(   ,     );          \nb()"],
    ['typescript', "a('//'); b(/\\(/); // c", "a('//'); b(/  /);     "],
    ['python', "a = '#' # (b", "a = '#'     "],
    ['lua', 'a() --[[ b', 'a() --[[ b'],
    ['php', '#[A(', '#[A('],
    ['r', 'a <- \\(x) x', 'a <- \\(x) x'],
    ['haskell', "f' (\\(a, b) -> a) -- )", "f' (\\(a, b) -> a)     "],
  ] as const)
    assert.equal(withoutMarks(text, languageId), code, text);
});

const languages: readonly [text: string, languageId: string][] = [
  ['Some text\n', 'markdown'],
  ['Some text\n\n```ts\nconst a', 'typescript'],
  ['```TypeScript title="a.ts"\n', 'typescript'],
  ['```{.python}\nx = ', 'python'],
  ['```{r, echo=FALSE}\n', 'r'],
  ['- An item:\n  ```sh\n  npm ', 'shellscript'],
  ['> ~~~golang\n> ', 'go'],
  ['```ts\nconst a = 1;\n```\nMore ', 'markdown'],
  ['````md\n```ts\nconst a', 'markdown'],
  ['````ts\n```\nstill ', 'typescript'],
  ['~~~ts\n```\nstill ', 'typescript'],
  ['```\nnpm ', 'markdown'],
  ['```text\nA line', 'markdown'],
  ['```ts', 'markdown'],
  ['A line with ```code``` in it\n', 'markdown'],
  ['```no fence``` here\n', 'markdown'],
  ['---\ntitle: A ', 'yaml'],
  ['---\ntitle: A\n---\n\nText ', 'markdown'],
  ['Text\n---\nmore ', 'markdown'],
];
for (const [text, languageId] of languages)
  test(`the language after ${JSON.stringify(text)} is ${languageId}`, () => {
    assert.equal(languageAt('markdown', text), languageId);
  });

test('code has no fences, and only prose is fenced', () => {
  assert.equal(languageAt('python', '```ts\n'), 'python');
  assert.ok(isFenced('docs/a.md', 'typescript'));
  assert.ok(!isFenced('docs/a.md', 'markdown'));
  assert.ok(!isFenced('src/a.py', 'typescript'));
});

test('a fence without a known language is still a fence', () => {
  assert.deepEqual(openFence('```\nnpm '), { languageId: undefined, start: 4 });
  assert.deepEqual(openFence('a\n```ts'), { languageId: undefined, start: 7 });
});

test('a fence ends at its closing line', () => {
  assert.equal(fenceLength('  b();\n```\nText\n'), 7);
  assert.equal(fenceLength('b();\n'), 5);
  assert.equal(fenceLength('b(`x`);\n```ts\n'), 14);
});

const cases: readonly [languageId: string, lineBefore: string, expected: ReturnType<typeof listOpensAt>][] = [
  ['typescript', 'console.', 'member'],
  ['typescript', '  items?.', 'member'],
  ['typescript', '  items[0].', 'member'],
  ['typescript', '"text".', 'member'],
  ['cpp', '  node->', 'member'],
  ['rust', 'std::', 'member'],
  ['typescript', 'const ratio = 1.', undefined],
  ['typescript', 'const ratio1.', 'member'],
  ['typescript', '  [..', undefined],
  ['typescript', '  con', 'word'],
  ['typescript', '  return va', 'word'],
  ['typescript', 'console.lo', 'word'],
  ['python', 'self.na', 'word'],
  ['typescript', '  const va', undefined],
  ['typescript', 'export function na', undefined],
  ['python', 'def na', undefined],
  ['go', 'func na', undefined],
  ['typescript', '  ', undefined],
  ['typescript', 'call(', undefined],
  ['typescript', 'const x = ', undefined],
  ['typescript', '// a comm', undefined],
  ['typescript', "const s = 'te", undefined],
  ['markdown', 'A wor', undefined],
  ['plaintext', 'a sentence.', undefined],
  ['json', '  tr', undefined],
  ['scminput', 'Fix the wor', undefined],
];

for (const [languageId, lineBefore, expected] of cases) {
  test(`${languageId}: ${JSON.stringify(lineBefore)}: ${expected ?? 'none'}`, () => {
    assert.equal(listOpensAt(languageId, lineBefore), expected);
  });
}

const sentenceEnds: readonly [text: string, first: string | undefined, before?: string][] = [
  ['your letter of 3 May. We have read it.', 'your letter of 3 May.'],
  ['come on Monday? We meet at ten.', 'come on Monday?'],
  ['so it is!', 'so it is!'],
  ['said "yes." Then she left.', 'said "yes."'],
  ['(as before). And more.', '(as before).'],
  ['e.g. this one', undefined],
  ['Dr. Example wrote to us', undefined],
  ['Dr. Example wrote. We answered.', 'Dr. Example wrote.'],
  ['version 3.14 of it', undefined],
  ['a file like a.ts or b.ts', undefined],
  ['wait ... and see', undefined],
  ['. And so on', undefined],
  ['no end here', undefined],
  ['2. Run the tests. And more.', '2. Run the tests.'],
  ['3. Results', undefined, '## '],
  ['1.2. Results', undefined, '### '],
  ['The first item\n2. The second', undefined, '1. '],
  ['2019. We began early.', '2019.', 'It was built in '],
  ['Das gilt z.B. für Briefe. Und mehr.', 'Das gilt z.B. für Briefe.'],
];
for (const [text, first, before] of sentenceEnds) {
  test(`the first sentence of ${JSON.stringify(text)}`, () => {
    const end = sentenceEnd(text, before);
    assert.equal(end === undefined ? undefined : text.slice(0, end), first);
  });
}

test('a fenced block is code, and text after it is prose', () => {
  assert.ok(isProse('markdown', 'A text.\n'));
  assert.ok(!isProse('markdown', 'A text.\n```ts\nconst a = 1;\n'));
  assert.ok(isProse('markdown', '```ts\nconst a = 1;\n```\nAnd '));
  assert.ok(isProse('plaintext', ''));
  assert.ok(isProse('scminput', ''));
  assert.ok(!isProse('typescript', ''));
});

test('headings, tables, links and code between backticks are no sentences', () => {
  for (const line of ['A text about ', '- An item that ', '1. Then ', 'See [the guide](a.md) for ', ''])
    assert.ok(isSentence('markdown', `Before.\n${line}`), line);
  for (const line of [
    '## Getting ',
    '| name | ',
    '<img src="',
    '[![build](',
    '[docs]: ',
    'See [the ',
    'See [it](./',
    'Use `foo',
  ])
    assert.ok(!isSentence('markdown', `Before.\n${line}`), line);
  assert.ok(!isSentence('markdown', '```ts\nconst a '));
  assert.ok(!isSentence('typescript', 'const a '));
});

test('distinguishes code from sentences', () => {
  for (const code of ['"vitest";', "'./file.ts',", 'const a = 1', 'err := run()', 'f() {', 'a => b', 'x && y', 'done;'])
    assert.ok(isCode(code), code);
  for (const text of [
    'to go on as before.',
    'a list: one, two',
    '"yes", she said',
    'use `a && b;` here',
    '(see below)',
  ])
    assert.ok(!isCode(text), text);
});

for (const [line, text, expected] of [
  ['Read the docu', 'mentation', false],
  ['Read the docu', 'mentation.', false],
  ['Read the docu', 'mentation first', true],
  ['Read the ', 'documentation', true],
  ['It is well-kn', 'own', false],
  ['It doesn', "'t", false],
  ['The Test', 'Client', true],
  ['Set the max', '_age', true],
  ['Ask Star', 'lette', true],
  ['Thi', 's', false],
  ['It ends. Thi', 's', false],
  ['> - Thi', 's', false],
] as const)
  test(`'${line}' + '${text}' ${expected ? 'brings a word or a term' : 'only ends a word'}`, () => {
    assert.equal(bringsWord(text, line), expected);
  });
