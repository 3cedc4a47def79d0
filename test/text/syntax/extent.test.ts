// Where a block begins and where it may end: by the grammars that ship, in languages of several kinds, and as before where there is none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft, DraftOptions } from '../../../src/common/completion.ts';
import { cutsOf } from '../../../src/prompts/completion/cuts.ts';
import { draftBySyntax, optionsAt } from '../../../src/text/syntax/extent.ts';
import { withSyntax } from '../../../src/text/syntax/parsing.ts';

const always = Number.POSITIVE_INFINITY;
const query = (languageId: string, document: string, path = 'src/a') => {
  const [prefix = '', suffix = ''] = document.split('|');
  return { path, languageId, prefix, suffix };
};
const line: DraftOptions = { multiline: false, maxTokens: 48 };
const block: DraftOptions = { multiline: true, maxTokens: 160 };

/** What is wanted below a line that nothing before the cursor calls a block for. */
const beginnings: [name: string, languageId: string, document: string, wanted: boolean, path?: string][] = [
  ['a body with a comment alone', 'typescript', 'function f() {\n  // says why\n  |\n}\n', true],
  ['a body with a statement', 'typescript', 'function f() {\n  g();\n  |\n}\n', false],
  ['a body with a documentation alone', 'python', 'def f(x):\n    """Doc."""\n    |\n\n\ny = 1\n', true],
  ['a body with documentation and a statement', 'python', 'def f(x):\n    """Doc."""\n    x = 1\n    |\n', false],
  ['behind a body, at its opener’s indent', 'python', 'def f(x):\n    """Doc."""\n|\n', false],
  ['a list under way', 'typescript', "const a = [\n  'one',\n  'two',\n  |\n];\n", true],
  ['a list that has hardly begun', 'typescript', "const a = [\n  'one',\n  |\n];\n", false],
  ['a list of one line', 'typescript', 'const a = [1, 2, |\n];\n', false],
  ['members under way', 'typescript', 'interface A {\n  one: string;\n  two: string;\n  |\n}\n', true],
  ['arguments under way', 'python', 'f(\n    a=1,\n    b=2,\n    |\n)\n', true],
  ['rows of a table of tests', 'go', 'package a\n\nvar a = []b{\n\t{1, 2},\n\t{3, 4},\n\t|\n}\n', true],
  ['a value in the middle of a list', 'typescript', "const a = [\n  'one',\n  'two',\n  f(|\n];\n", false],
];
const tests = "it('adds', () => {\n  a();\n});\n\nit('takes', () => {\n  b();\n});\n\n";
const go = 'package a\n\nfunc TestA(t *testing.T) {\n\ta()\n}\n\nfunc TestB(t *testing.T) {\n\tb()\n}\n\n';
beginnings.push(
  ['behind two tests', 'typescript', `${tests}|\n`, true, 'test/a.test.ts'],
  ['behind two tests, begun', 'typescript', `${tests}it(|\n`, true, 'test/a.test.ts'],
  ['behind two tests, something else', 'typescript', `${tests}const x =|\n`, false, 'test/a.test.ts'],
  ['behind two that are alike in another file', 'typescript', `${tests}|\n`, false],
  ['behind two test functions', 'go', `${go}|\n`, true, 'a_test.go'],
  ['in a text of several lines', 'typescript', `${tests}const x = \`a\n|\n\`;\n`, false, 'test/a.test.ts'],
  ['where no grammar knows the language', 'haskell', 'a = [\n  1,\n  2,\n  |\n ]\n', false],
);
for (const [name, languageId, document, wanted, path] of beginnings)
  test(`${languageId}, ${name}: ${wanted ? 'a block' : 'no block'}`, async () => {
    const options = await optionsAt(query(languageId, document, path), line, always);
    assert.deepEqual(options, wanted ? { multiline: false, maxTokens: 160, below: 'wanted' } : line);
    const never = { ...line, below: 'never' as const };
    assert.equal(await optionsAt(query(languageId, document, path), never, always), never);
  });

test('a colon in a text calls for no block, a colon in code does', async () => {
  const inText = query('python', 'def f(x):\n    """Doc.\n\n    Args:|\n    """\n    return x\n');
  assert.deepEqual(await optionsAt(inText, block, always), { ...block, multiline: false });
  assert.equal(await optionsAt(query('python', 'if x:|\n'), block, always), block);
});

test('what is drafted is asked for with the block, and comes back with its ends', async () => {
  const asked: DraftOptions[] = [];
  const draft = await draftBySyntax(
    query('typescript', "const a = [\n  'one',\n  'two',\n  |\n];\n"),
    line,
    (options) => {
      asked.push(options);
      return drafted(["'three',", "\n  'four',", '\n];', '\nb();']);
    },
  );
  assert.equal(asked[0]?.below, 'wanted');
  assert.deepEqual(wholes(draft), ["'three',\n  'four'", "'three',\n  'four',"]);
});

function drafted(pieces: readonly string[]): Draft {
  const tokens = pieces.map((text) => ({
    ...{ text, probability: 0.9, margin: 0.5, entropy: 0.5, matchLength: 3, count: 2 },
    tier: 'project' as const,
  }));
  const [first, ...beyond] = tokens;
  const texts = beyond.map(({ text }) => text).join('');
  return {
    ...{ text: first?.text ?? '', tokens: first ? [first] : [], model: 'n-gram', complete: true, latencyMs: 1 },
    ...(texts !== '' && { beyond: { text: texts, tokens: beyond } }),
  };
}

const wholes = ({ text, beyond, whole }: Draft) =>
  whole?.map((length) => `${text}${beyond?.text ?? ''}`.slice(0, length)).sort((a, b) => a.length - b.length);

/** Beginnings of several lines that may be shown. */
const ends: readonly [name: string, languageId: string, document: string, pieces: readonly string[], string[]][] = [
  [
    'a statement of several lines is begun and not ended',
    'typescript',
    'function f() {\n  |\n}\n',
    ['a();', '\n  if (b) {', '\n    c();', '\n  }', '\n  d('],
    ['a();\n  if (b) {\n    c();\n  }'],
  ],
  [
    'what the cursor’s line opens may be filled statement by statement',
    'typescript',
    'for (const x of |\n',
    ['xs) {', '\n  a(x);', '\n  b(x)', '\n}'],
    ['xs) {\n  a(x)', 'xs) {\n  a(x);', 'xs) {\n  a(x);\n  b(x)', 'xs) {\n  a(x);\n  b(x)\n}'],
  ],
  [
    'nothing behind the end of the body',
    'typescript',
    'function f() {\n  a();\n  |\n',
    ['b();', '\n}', '\n\nfunction g() {', '\n}'],
    ['b();\n}'],
  ],
  [
    'a body without brackets ends with its indent',
    'python',
    'class A:\n    def f(self):\n        |\n',
    ['x = 1', '\n        return x', '\n\n    def g(self):', '\n        pass'],
    ['x = 1\n        return x'],
  ],
  [
    'a loop that is begun is whole with its body',
    'python',
    'def f(xs):\n    |\n',
    ['a = []', '\n    for x in xs:', '\n        a.append(x)', '\n    return a'],
    ['a = []\n    for x in xs:\n        a.append(x)', 'a = []\n    for x in xs:\n        a.append(x)\n    return a'],
  ],
  [
    'a statement of the cursor’s line ends it',
    'go',
    'package a\n\nfunc f() {\n\tif err := |\n}\n',
    ['g(); err != nil {', '\n\t\tfail()', '\n\t}', '\n\th()'],
    ['g(); err != nil {\n\t\tfail()', 'g(); err != nil {\n\t\tfail()\n\t}'],
  ],
  [
    'declarations of a rule, not the next rule',
    'css',
    'a {\n  |\n',
    ['color: red;', '\n  top: 0;', '\n}', '\nb {', '\n  top: 1;', '\n}'],
    ['color: red;\n  top: 0', 'color: red;\n  top: 0;', 'color: red;\n  top: 0;\n}'],
  ],
  ['a list of selectors is no rule', 'css', 'a {\n  color: |\n', ['red; }', '\nb,', '\nc {', '\n  top: 1;', '\n}'], []],
  [
    'a condition of a script ends with its word',
    'shellscript',
    'f() {\n  |\n}\n',
    ['a', '\n  if b; then', '\n    c', '\n  fi'],
    ['a\n  if b; then\n    c\n  fi'],
  ],
];
for (const [name, languageId, document, pieces, expected] of ends)
  test(`${languageId}, ${name}`, async () => {
    const draft = await withSyntax(drafted(pieces), query(languageId, document), always);
    assert.deepEqual(wholes(draft), expected);
    const place = { query: query(languageId, document) };
    const shown = cutsOf(draft, place).map(({ text }) => text);
    assert.deepEqual(
      shown.filter((text) => text.includes('\n')).filter((text) => !expected.includes(text)),
      [],
      'no other end of several lines is shown',
    );
    for (const last of expected.slice(-1)) assert.ok(shown.includes(last), last);
    assert.ok(shown.includes(pieces[0] as string), 'the line alone may be shown');
  });

test('below an opener the first line of a block is cut as the cursor’s own, and without a grammar nobody says what is whole', async () => {
  const below = drafted(['', '\n  return', ' g', '(', 'a', ', ', 'b', ')', ';', '\n  ', 'h', '(', 'a', ')']);
  const open = query('typescript', 'function f() {|\n');
  const of = await withSyntax({ ...below, ...joined(below), beyond: undefined } as unknown as Draft, open, always);
  const shown = cutsOf(of, { query: open }).map(({ text }) => text);
  assert.ok(shown.includes('\n  return g(a'), JSON.stringify(shown));
  assert.ok(!shown.includes('\n  return g(a, b);\n  h(a'), JSON.stringify(shown));
  assert.ok(shown.includes('\n  return g(a, b);\n  h(a)'), JSON.stringify(shown));
  const other = drafted(['a = 1', '\nb = (']);
  assert.equal(await withSyntax(other, query('haskell', '|\n'), always), other);
});

function joined({ tokens, beyond }: Draft): Pick<Draft, 'text' | 'tokens'> {
  const all = [...tokens, ...(beyond?.tokens ?? [])];
  return { text: all.map(({ text }) => text).join(''), tokens: all };
}
