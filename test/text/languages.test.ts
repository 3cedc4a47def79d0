// The table of languages, and the detection of comments and strings within one line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOf, languageIdOf, languageIdOfFence, languageOf } from '../../src/text/languages.ts';
import { lineState, withoutMarks } from '../../src/text/line-state.ts';

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
