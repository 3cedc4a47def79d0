// Where a block begins, where it ends and what closes it: by the grammars that ship, and by rules in other languages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft, DraftOptions } from '../../../src/common/completion.ts';
import { cutsOf } from '../../../src/prompts/completion/cuts.ts';
import {
  blockOptions,
  bodyBelow,
  closeAlike,
  closerOf,
  cutToBlock,
  wantsBlock,
} from '../../../src/text/syntax/blocks.ts';
import { parserFor } from '../../../src/text/syntax/grammars.ts';
import { draftBySyntax, withSyntax } from '../../../src/text/syntax/parsing.ts';
import { oddTexts } from '../odd-texts.ts';

const always = Number.POSITIVE_INFINITY;
const query = (languageId: string, document: string, path = 'src/a') => {
  const [prefix = '', suffix = ''] = document.split('|');
  return { path, languageId, prefix, suffix };
};
const line: DraftOptions = { multiline: false, maxTokens: 48 };
const block: DraftOptions = { multiline: true, maxTokens: 160 };

/** Positions at which only the grammar can ask for a block. */
const beginnings: [name: string, languageId: string, document: string, wanted: boolean, path?: string][] = [
  ['a body with only a comment', 'typescript', 'function f() {\n  // says why\n  |\n}\n', true],
  ['a body with a statement', 'typescript', 'function f() {\n  g();\n  |\n}\n', false],
  ['a body with only a documentation string', 'python', 'def f(x):\n    """Doc."""\n    |\n\n\ny = 1\n', true],
  [
    'a body with a documentation string and a statement',
    'python',
    'def f(x):\n    """Doc."""\n    x = 1\n    |\n',
    false,
  ],
  ['after a body, at the indent of its opener', 'python', 'def f(x):\n    """Doc."""\n|\n', false],
  ['a list with two lines', 'typescript', "const a = [\n  'one',\n  'two',\n  |\n];\n", true],
  ['a list with one line', 'typescript', "const a = [\n  'one',\n  |\n];\n", false],
  ['a list on one line', 'typescript', 'const a = [1, 2, |\n];\n', false],
  ['an interface with two members', 'typescript', 'interface A {\n  one: string;\n  two: string;\n  |\n}\n', true],
  ['a call with two lines of arguments', 'python', 'f(\n    a=1,\n    b=2,\n    |\n)\n', true],
  ['a table with two rows', 'go', 'package a\n\nvar a = []b{\n\t{1, 2},\n\t{3, 4},\n\t|\n}\n', true],
  ['a value in the middle of a list', 'typescript', "const a = [\n  'one',\n  'two',\n  f(|\n];\n", false],
];
const tests = "it('adds', () => {\n  a();\n});\n\nit('takes', () => {\n  b();\n});\n\n";
const go = 'package a\n\nfunc TestA(t *testing.T) {\n\ta()\n}\n\nfunc TestB(t *testing.T) {\n\tb()\n}\n\n';
beginnings.push(
  ['after two tests', 'typescript', `${tests}|\n`, true, 'test/a.test.ts'],
  ['after two tests, with the same beginning', 'typescript', `${tests}it(|\n`, true, 'test/a.test.ts'],
  ['after two tests, with another beginning', 'typescript', `${tests}const x =|\n`, false, 'test/a.test.ts'],
  ['after two similar statements in a file without tests', 'typescript', `${tests}|\n`, false],
  ['behind two test functions', 'go', `${go}|\n`, true, 'a_test.go'],
  ['inside a string of several lines', 'typescript', `${tests}const x = \`a\n|\n\`;\n`, false, 'test/a.test.ts'],
  ['in a language without a grammar', 'haskell', 'a = [\n  1,\n  2,\n  |\n ]\n', false],
);
for (const [name, languageId, document, wanted, path] of beginnings)
  test(`${languageId}, ${name}: ${wanted ? 'a block' : 'no block'}`, async () => {
    const parsed = await parserFor(languageId);
    const options = blockOptions(query(languageId, document, path), line, parsed, always);
    assert.deepEqual(options, wanted ? { multiline: false, maxTokens: 160, linesBelow: 'wanted' } : line);
    const never = { ...line, linesBelow: 'never' as const };
    assert.equal(blockOptions(query(languageId, document, path), never, parsed, always), never);
  });

test('asks for a block after a colon in code, not after one in a string', async () => {
  const parsed = await parserFor('python');
  const inText = query('python', 'def f(x):\n    """Doc.\n\n    Args:|\n    """\n    return x\n');
  assert.deepEqual(blockOptions(inText, block, parsed, always), { ...block, multiline: false });
  assert.equal(blockOptions(query('python', 'if x:|\n'), block, parsed, always), block);
});

test('drafts with the corrected options and marks the ends of the draft', async () => {
  const asked: DraftOptions[] = [];
  const draft = await draftBySyntax(
    query('typescript', "const a = [\n  'one',\n  'two',\n  |\n];\n"),
    line,
    (options) => {
      asked.push(options);
      return drafted(["'three',", "\n  'four',", '\n];', '\nb();']);
    },
  );
  assert.equal(asked[0]?.linesBelow, 'wanted');
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
    ...(texts !== '' && { continuation: { text: texts, tokens: beyond } }),
  };
}

const wholes = ({ text, continuation, wholeCuts }: Draft) =>
  wholeCuts?.map((length) => `${text}${continuation?.text ?? ''}`.slice(0, length)).sort((a, b) => a.length - b.length);

/** Beginnings of a draft with several lines that may be shown. */
const ends: readonly [name: string, languageId: string, document: string, pieces: readonly string[], string[]][] = [
  [
    'no end inside a statement of several lines',
    'typescript',
    'function f() {\n  |\n}\n',
    ['a();', '\n  if (b) {', '\n    c();', '\n  }', '\n  d('],
    ['a();\n  if (b) {\n    c();\n  }'],
  ],
  [
    'an end after each statement of the body that the draft opens',
    'typescript',
    'for (const x of |\n',
    ['xs) {', '\n  a(x);', '\n  b(x)', '\n}'],
    ['xs) {\n  a(x)', 'xs) {\n  a(x);', 'xs) {\n  a(x);\n  b(x)', 'xs) {\n  a(x);\n  b(x)\n}'],
  ],
  [
    'no end after the end of the enclosing body',
    'typescript',
    'function f() {\n  a();\n  |\n',
    ['b();', '\n}', '\n\nfunction g() {', '\n}'],
    ['b();\n}'],
  ],
  [
    'no end after a body without brackets',
    'python',
    'class A:\n    def f(self):\n        |\n',
    ['x = 1', '\n        return x', '\n\n    def g(self):', '\n        pass'],
    ['x = 1\n        return x'],
  ],
  [
    'no end between a loop and its body',
    'python',
    'def f(xs):\n    |\n',
    ['a = []', '\n    for x in xs:', '\n        a.append(x)', '\n    return a'],
    ['a = []\n    for x in xs:\n        a.append(x)', 'a = []\n    for x in xs:\n        a.append(x)\n    return a'],
  ],
  [
    'ends in the statement of the cursor’s line',
    'go',
    'package a\n\nfunc f() {\n\tif err := |\n}\n',
    ['g(); err != nil {', '\n\t\tfail()', '\n\t}', '\n\th()'],
    ['g(); err != nil {\n\t\tfail()', 'g(); err != nil {\n\t\tfail()\n\t}'],
  ],
  [
    'ends after declarations of a rule, not after the next rule',
    'css',
    'a {\n  |\n',
    ['color: red;', '\n  top: 0;', '\n}', '\nb {', '\n  top: 1;', '\n}'],
    ['color: red;\n  top: 0', 'color: red;\n  top: 0;', 'color: red;\n  top: 0;\n}'],
  ],
  [
    'no end inside a list of selectors',
    'css',
    'a {\n  color: |\n',
    ['red; }', '\nb,', '\nc {', '\n  top: 1;', '\n}'],
    [],
  ],
  [
    'an end after the closing word of a condition',
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
    const position = { query: query(languageId, document) };
    const shown = cutsOf(draft, position).map(({ text }) => text);
    assert.deepEqual(
      shown.filter((text) => text.includes('\n')).filter((text) => !expected.includes(text)),
      [],
      'shows no other end of several lines',
    );
    for (const last of expected.slice(-1)) assert.ok(shown.includes(last), last);
    assert.ok(shown.includes(pieces[0] as string), 'may show only the line');
  });

test('cuts the first line of a block like the cursor’s line; marks no ends without a grammar', async () => {
  const below = drafted(['', '\n  return', ' g', '(', 'a', ', ', 'b', ')', ';', '\n  ', 'h', '(', 'a', ')']);
  const open = query('typescript', 'function f() {|\n');
  const of = await withSyntax(
    { ...below, ...joined(below), continuation: undefined } as unknown as Draft,
    open,
    always,
  );
  const shown = cutsOf(of, { query: open }).map(({ text }) => text);
  assert.ok(shown.includes('\n  return g(a'), JSON.stringify(shown));
  assert.ok(!shown.includes('\n  return g(a, b);\n  h(a'), JSON.stringify(shown));
  assert.ok(shown.includes('\n  return g(a, b);\n  h(a)'), JSON.stringify(shown));
  const other = drafted(['a = 1', '\nb = (']);
  assert.equal(await withSyntax(other, query('haskell', '|\n'), always), other);
});

function joined({ tokens, continuation }: Draft): Pick<Draft, 'text' | 'tokens'> {
  const all = [...tokens, ...(continuation?.tokens ?? [])];
  return { text: all.map(({ text }) => text).join(''), tokens: all };
}

const queryAt = (prefix: string, suffix: string, languageId: string) => ({ path: 'a', languageId, prefix, suffix });

const openers: [name: string, languageId: string, before: string, after: string, block: boolean][] = [
  ['after an opened function', 'typescript', 'function f() {', '\n', true],
  ['after an opened function that is closed below', 'typescript', 'function f() {', '\n}\n', true],
  ['after a function with a body', 'typescript', 'function f() {', '\n  return 1;\n}\n', false],
  ['between closed brackets', 'typescript', 'it(() => {', '});\n', true],
  ['on the empty line inside', 'typescript', 'if (a) {\n  ', '\n}\n', true],
  ['after a statement', 'typescript', 'foo();', '\n', false],
  ['on an empty line between statements', 'typescript', 'foo();\n', '\nbar();\n', false],
  ['in the middle of a line', 'typescript', 'foo({', ' a });\n', false],
  ['in a comment', 'typescript', '// if {', '\n', false],
  ['in a string', 'typescript', "const s = 'if {", '\n', false],
  ['a python def', 'python', 'def f(x):', '\n', true],
  ['a python dict entry', 'python', 'x = 1', '\n', false],
  ['a python body line', 'python', 'def f(x):\n    ', '\n\ndef g():\n', true],
  ['a ruby do', 'ruby', 'xs.each do |x|', '\n', true],
  ['a shell then', 'shellscript', 'if true; then', '\n', true],
  ['a yaml key', 'yaml', 'jobs:', '\n', true],
  ['a json object', 'json', '{', '\n}', true],
  ['an html tag', 'html', '<ul class="a">', '\n', true],
  ['a closed html tag', 'html', '<br/>', '\n', false],
  ['a new paragraph', 'markdown', '# Title\n\n', '\n', true],
  ['inside a paragraph', 'markdown', 'Some words', '\n', false],
  ['before a further line of prose', 'markdown', '# Title\n', '\nSome text', false],
];
for (const [name, languageId, before, after, block] of openers) {
  test(`${name} (${languageId}): ${block ? 'a block' : 'a line'}`, () => {
    assert.equal(wantsBlock(queryAt(before, after, languageId), '  '), block);
  });
}

test('cuts a draft to its first line or to whole lines', () => {
  for (const { text, cursor } of oddTexts(300, 31)) {
    for (const languageId of ['typescript', 'python', 'html', 'yaml', 'markdown']) {
      const position = queryAt(text.slice(0, cursor), text.slice(cursor), languageId);
      const draft = text.slice(cursor);
      const rest = cutToBlock(draft, position, false, '  ');
      const cut = cutToBlock(draft, position, true, '  ');
      assert.equal(rest, draft.split('\n')[0]);
      assert.ok(draft.startsWith(cut) && cut.startsWith(rest));
      if (languageId !== 'markdown') assert.ok(cut === draft || draft[cut.length] === '\n');
      assert.equal(cutToBlock(cut, position, true, '  '), cut);
    }
  }
});

test('cuts after the closing line, which stays if the line below does not close the block', () => {
  const draft = '\n  a();\n}\nb();';
  assert.equal(cutToBlock(draft, queryAt('if (x) {', '\n', 'typescript'), true, '  '), '\n  a();\n}');
  assert.equal(cutToBlock(draft, queryAt('if (x) {', '\n}\n', 'typescript'), true, '  '), '\n  a();');
});

test('finds a body of at most twelve lines, deeper than its opener, without blank lines at its ends', () => {
  for (const { text } of oddTexts(300, 32)) {
    const lines = text.split('\n');
    for (const kind of ['code', 'prose'] as const) {
      lines.forEach((_, index) => {
        const block = bodyBelow(lines, index, kind);
        if (block === undefined) return;
        assert.ok(
          block.from > index && block.to > block.from && block.to - block.from <= 12 && block.to <= lines.length,
        );
        assert.ok(lines[block.from]?.trim() !== '' && lines[block.to - 1]?.trim() !== '');
      });
    }
  }
  assert.deepEqual(bodyBelow(['f() {', '', '  a', '  b', '', '}'], 0, 'code'), { from: 2, to: 4 });
  assert.deepEqual(bodyBelow(['# A', '', 'b', 'c', '', 'd'], 0, 'prose'), { from: 2, to: 4 });
});

const closers: [line: string, languageId: string, closer: string][] = [
  ['  end', 'ruby', 'end'],
  ['end.map(&:to_s)', 'ruby', 'end'],
  ['end_date = 1', 'ruby', ''],
  ['end: 2', 'elixir', ''],
  ['extend Foo', 'ruby', ''],
  ['end', 'python', ''],
  ['done();', 'javascript', ''],
  ['done | sort', 'shellscript', 'done'],
  ['done=1', 'shellscript', ''],
  ['find .', 'shellscript', ''],
  ['endif()', 'cmake', 'endif'],
  ['End If', 'vb', 'end'],
  ['end of the story', 'markdown', ''],
  ['</div>', 'html', '</div>'],
  ['  })', 'unknown', '}'],
];
for (const [line, languageId, closer] of closers)
  test(`'${line}' in ${languageId} ${closer === '' ? 'closes nothing' : `closes a block by '${closer}'`}`, () => {
    assert.equal(closerOf(line, languageId), closer);
  });

test('matches a closing word with its longer form, and a tag only with the same tag', () => {
  assert.ok(closeAlike('end if', 'endif', 'fortran'));
  assert.ok(!closeAlike('endif', 'endfor', 'viml'));
  assert.ok(closeAlike('})', '}', 'typescript'));
  assert.ok(!closeAlike('</a>', '</article>', 'html'));
  assert.ok(!closeAlike('done', 'date', 'shellscript'));
});
