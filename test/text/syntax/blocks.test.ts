// Where a block begins, where it ends and what closes it: by the grammars that ship, and by rules in other languages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery, Draft, DraftOptions } from '../../../src/common/completion.ts';
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
import { draftBySyntax } from '../../../src/text/syntax/parsing.ts';
import { draftOf } from '../../fakes/specialist.ts';
import { oddTexts } from '../odd-texts.ts';

/** A draft as it comes out of the grammar. */
const withSyntax = (draft: Draft, query: CompletionQuery, parseMs?: number) =>
  draftBySyntax(query, { multiline: false, maxTokens: 1 }, () => draft, parseMs);

const always = Number.POSITIVE_INFINITY;
const query = (languageId: string, document: string) => {
  const [prefix = '', suffix = ''] = document.split('|');
  return { path: 'src/a', languageId, prefix, suffix };
};
const block: DraftOptions = { multiline: true, maxTokens: 160 };

test('asks for a block after a colon in code, not after one in a string', async () => {
  const parsed = await parserFor('python');
  const inText = query('python', 'def f(x):\n    """Doc.\n\n    Args:|\n    """\n    return x\n');
  assert.deepEqual(blockOptions(inText, block, parsed, always), { ...block, multiline: false });
  assert.equal(blockOptions(query('python', 'if x:|\n'), block, parsed, always), block);
});

test('drafts with the corrected options and marks the ends of the draft', async () => {
  const asked: DraftOptions[] = [];
  const drafts = (options: DraftOptions) => {
    asked.push(options);
    return drafted(["'three',", "\n  'four',", '\n];', '\nb();']);
  };
  const list = "const a = [\n  'one',\n  'two',\n  |\n];\n";
  const draft = await draftBySyntax(query('typescript', list), block, drafts, always);
  assert.deepEqual(wholes(draft), ["'three',\n  'four'", "'three',\n  'four',"]);
  await draftBySyntax(query('typescript', 'const a = `\n|\n`;\n'), block, drafts, always);
  assert.deepEqual(asked, [block, { ...block, multiline: false }]);
});

const drafted = ([first = '', ...beyond]: readonly string[]): Draft => draftOf([first], beyond);

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
    const actual = shown.filter((text) => text.includes('\n')).filter((text) => !expected.includes(text));
    assert.deepEqual(actual, [], 'shows no other end of several lines');
    for (const last of expected.slice(-1)) assert.ok(shown.includes(last), last);
    assert.ok(shown.includes(pieces[0] as string), 'may show only the line');
  });

test('cuts the first line of a block like the cursor’s line; marks no ends without a grammar', async () => {
  const below = draftOf(['\n  return', ' g', '(', 'a', ', ', 'b', ')', ';', '\n  ', 'h', '(', 'a', ')']);
  const open = query('typescript', 'function f() {|\n');
  const of = await withSyntax(below, open, always);
  const shown = cutsOf(of, { query: open }).map(({ text }) => text);
  assert.ok(shown.includes('\n  return g(a'), JSON.stringify(shown));
  assert.ok(!shown.includes('\n  return g(a, b);\n  h(a'), JSON.stringify(shown));
  assert.ok(shown.includes('\n  return g(a, b);\n  h(a)'), JSON.stringify(shown));
  const other = drafted(['a = 1', '\nb = (']);
  assert.equal(await withSyntax(other, query('haskell', '|\n'), always), other);
});

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
