// Where blocks are called for, where they begin and where they end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockAfter, closeAlike, closerOf } from '../../src/text/blocks.ts';
import { cutToShape, wantsBlock } from '../../src/text/shape.ts';
import { oddTexts } from './odd-texts.ts';

const query = (prefix: string, suffix: string, languageId: string) => ({ path: 'a', languageId, prefix, suffix });

const blocks: [name: string, languageId: string, before: string, after: string, block: boolean][] = [
  ['an opened function', 'typescript', 'function f() {', '\n', true],
  ['an opened function with its end', 'typescript', 'function f() {', '\n}\n', true],
  ['with a body', 'typescript', 'function f() {', '\n  return 1;\n}\n', false],
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
for (const [name, languageId, before, after, block] of blocks) {
  test(`${name} (${languageId}): ${block ? 'a block' : 'a line'}`, () => {
    assert.equal(wantsBlock(query(before, after, languageId), '  '), block);
  });
}

test('what is cut to a place is a beginning of what was there: a line, or whole lines', () => {
  for (const { text, cursor } of oddTexts(300, 31)) {
    for (const languageId of ['typescript', 'python', 'html', 'yaml', 'markdown']) {
      const place = query(text.slice(0, cursor), text.slice(cursor), languageId);
      const draft = text.slice(cursor);
      const line = cutToShape(draft, place, false, '  ');
      const block = cutToShape(draft, place, true, '  ');
      assert.equal(line, draft.split('\n')[0]);
      assert.ok(draft.startsWith(block) && block.startsWith(line));
      if (languageId !== 'markdown') assert.ok(block === draft || draft[block.length] === '\n');
      assert.equal(cutToShape(block, place, true, '  '), block);
    }
  }
});

test('a block is cut behind its end, which stays where nothing below closes it', () => {
  const draft = '\n  a();\n}\nb();';
  assert.equal(cutToShape(draft, query('if (x) {', '\n', 'typescript'), true, '  '), '\n  a();\n}');
  assert.equal(cutToShape(draft, query('if (x) {', '\n}\n', 'typescript'), true, '  '), '\n  a();');
});

test('the block behind a line is deeper than it, at most twelve lines, without blank ones at its ends', () => {
  for (const { text } of oddTexts(300, 32)) {
    const lines = text.split('\n');
    for (const kind of ['code', 'prose'] as const) {
      lines.forEach((_, index) => {
        const block = blockAfter(lines, index, kind);
        if (block === undefined) return;
        assert.ok(
          block.from > index && block.to > block.from && block.to - block.from <= 12 && block.to <= lines.length,
        );
        assert.ok(lines[block.from]?.trim() !== '' && lines[block.to - 1]?.trim() !== '');
      });
    }
  }
  assert.deepEqual(blockAfter(['f() {', '', '  a', '  b', '', '}'], 0, 'code'), { from: 2, to: 4 });
  assert.deepEqual(blockAfter(['# A', '', 'b', 'c', '', 'd'], 0, 'prose'), { from: 2, to: 4 });
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

test('a closing word is alike to its longer form, and a tag only to the same tag', () => {
  assert.ok(closeAlike('end if', 'endif', 'fortran'));
  assert.ok(!closeAlike('endif', 'endfor', 'viml'));
  assert.ok(closeAlike('})', '}', 'typescript'));
  assert.ok(!closeAlike('</a>', '</article>', 'html'));
  assert.ok(!closeAlike('done', 'date', 'shellscript'));
});
