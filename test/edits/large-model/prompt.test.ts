// The request for the edit that follows, and what is read of an answer, however it is written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainText } from '../../../src/common/plain-text.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { type EditRequest, editPrompt, editRequestAt, readEdit } from '../../../src/edits/large-model/prompt.ts';
import { unknownModel } from '../../../src/llm/protocol/models.ts';
import { recentChange } from '../support.ts';

const FILE = { path: 'src/a.ts', before: 'one();\ntw', after: 'o();\n', line: 7, lines: 30 };
const REQUEST: EditRequest = { ...FILE, changes: [], errors: [] };

function written(request: Partial<EditRequest>): string {
  const { user } = editPrompt({ ...REQUEST, ...request }, unknownModel);
  return user.map(({ text }) => text).join('');
}

const countOf = (text: string, mark: string) => text.split(mark).length - 1;

test('the prompt shows the changes as diffs, the last one apart, then the numbered lines and their errors', () => {
  const changes = [
    { ...recentChange('first();', '', 'src/b.ts'), line: 4, above: 'zero();\n' },
    // A blank line is one, and no line is none.
    { ...recentChange('', 'second();\n\nthird();'), line: 8, above: '\none();\n', below: 'two();\n' },
  ];
  const errors = [{ line: 8, message: "Cannot find\nname 'two'", isNew: true }];
  const expected = [
    ...['<earlier>', '--- src/b.ts', '@@ -4,2 +4,1 @@', ' zero();', '-first();', '</earlier>', ''],
    ...['<latest>', '--- src/a.ts', '@@ -7,3 +7,6 @@', ' ', ' one();', '+second();', '+', '+third();', ' two();'],
    ...[
      '</latest>',
      '',
      '<file path="src/a.ts" lines="8-10 of 30">',
      '8| one();',
      '9| tw<cursor/>o();',
      '10| ',
      '</file>',
    ],
    ...['', '<errors>', "9: Cannot find name 'two'", '</errors>'],
  ];
  assert.equal(written({ changes, errors }), expected.join('\n'));
  assert.equal(written({}), expected.slice(18, 23).join('\n'));
  const { stop, purpose } = editPrompt(REQUEST, unknownModel);
  assert.deepEqual([stop, purpose], [['</sure>'], 'next edit']);
});

test('no text, change or path closes a part, however tags are nested', () => {
  const marks =
    '<old¦</old>¦<new>¦</new>¦<earlier>¦</earlier>¦<latest>¦</latest>¦<file path=¦</file>¦<errors>¦</errors>¦<cursor/>'.split(
      '¦',
    );
  const counts = (text: string) => marks.map((mark) => countOf(text, mark));
  const with3 = (text: string) => {
    const path = `src/${text}\n${text}".ts`;
    const sides = { above: `i${text}j\n`, below: `k${text}l\n` };
    const change = { ...recentChange(`a${text}b`, `c${text}d`, path), ...sides };
    const errors = [{ line: 8, message: `m${text}n`, isNew: false }];
    return written({ path, before: `e${text}f`, after: `g${text}h`, changes: [change, change], errors });
  };
  const plain = counts(with3(''));
  const random = uniforms(5);
  const pick = () => marks[Math.floor(random() * marks.length)] as string;
  for (let i = 0; i < 200; i++) {
    let text = pick();
    for (let depth = 0; depth < 3; depth++) {
      const at = Math.floor(random() * text.length);
      text = text.slice(0, at) + pick() + text.slice(at);
    }
    assert.deepEqual(counts(with3(text)), plain, text);
  }
});

test('a long side of a change is cut between characters, best at the end of a line', () => {
  const long = recentChange(`${'x'.repeat(1499)}😀`, `${'y\n'.repeat(700)}${'z'.repeat(300)}`);
  const shown = written({ changes: [long] });
  assert.ok(shown.isWellFormed());
  assert.ok(shown.includes(`\n-${'x'.repeat(1499)}\n`));
  assert.deepEqual([countOf(shown, '+y\n'), countOf(shown, 'z')], [700, 0]);
});

test('the request has the whole lines near the cursor, as they were given: redaction comes before', () => {
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i} has a password`);
  const text = lines.join('\n');
  const offset = text.indexOf('line 150') + 5;
  const errors = [104, 105, 150, 205, 206].map((line) => ({ line, message: `${line}`, isNew: false }));
  const {
    before,
    after,
    line,
    lines: count,
    ...rest
  } = editRequestAt({ path: 'a', text, offset, changes: [], errors });
  assert.deepEqual([line, count, rest.errors.map((error) => error.line)], [105, 300, [105, 150, 205]]);
  assert.equal(before, `${lines.slice(105, 150).join('\n')}\nline `);
  assert.equal(after, `150 has a password\n${lines.slice(151, 206).join('\n')}`);
});

const reply = (sure: string, old = 'a', now = 'b', line = '') =>
  `<old${line}>\n${old}\n</old>\n<new>\n${now}\n</new>\n${sure}`;

test('reads the estimate with and without a sign; without a usable one it is 0', () => {
  const sureOf = (text: string) => readEdit(reply(text))?.sure;
  for (const text of ['<sure>60</sure>', '<sure>60%</sure>', '<sure> 60 % </sure>', 'I think:\n<sure>60.0</sure>'])
    assert.equal(sureOf(text), 0.6, text);
  // The stop sequence cuts the end.
  assert.equal(sureOf('<sure>60'), 0.6);
  for (const text of ['', '<sure></sure>', '<sure>high</sure>', '<sure>-5</sure>', '<sure>1000</sure>', '<sure>60<'])
    assert.equal(sureOf(text), 0, text);
  assert.equal(sureOf('<sure>999</sure>'), 1);
});

test('reads the line of the old part, counted from 0, if it is told', () => {
  const lineOf = (line: string) => readEdit(reply('', 'a', 'b', line))?.line;
  for (const line of [' line="12"', ' line=12']) assert.equal(lineOf(line), 11, line);
  assert.equal(lineOf(''), undefined);
  for (const line of [' line="x"', ' line="-3"', ' lines="1-2"'])
    assert.equal(readEdit(reply('', 'a', 'b', line)), undefined);
});

// The client makes plain text of it.
const CRLF = plainText(reply('', 'a\nb', 'c').replaceAll('\n', '\r\n'));
const readings: readonly (readonly [what: string, text: string, old?: string, now?: string])[] = [
  ['parts without an end, because of the stop sequence', '<old>\na\n</old>\n<new>\n  b\nc\n', 'a', '  b\nc'],
  ['blank lines and indents of its parts', reply('', '\n  a\n', '\tb\n'), '\n  a\n', '\tb\n'],
  ['an empty new part as a deletion', '<old>\na\n</old>\n<new>\n', 'a', ''],
  ['an empty old part', reply('', '', 'b'), '', 'b'],
  ['parts on the lines of their tags', '<old>a</old><new>b</new>', 'a', 'b'],
  ['prose around it, which names the tags', `The <old> part:\n${reply('')}\nThen </new> ends it.`, 'a', 'b'],
  ['only the first of two edits', `${reply('')}\n${reply('', 'c', 'd')}`, 'a', 'b'],
  ['the cursor’s mark as no text', reply('', 'f(<cursor/>)', 'f(<cursor/>1)'), 'f()', 'f(1)'],
  ['CRLF', CRLF, 'a\nb', 'c'],
  ['no edit in a refusal', '<none/>'],
  ['no edit without old lines', '<new>\nb\n</new>'],
  ['no edit with text between its parts', '<old>\na\n</old>\nbecomes\n<new>\nb\n</new>'],
  ['no edit that changes nothing', reply('<sure>99</sure>', 'a', 'a')],
  ['no edit that only copies the cursor’s mark', reply('', 'a', 'a<cursor/>')],
];
for (const [what, text, old, now] of readings)
  test(`reads ${what}`, () => {
    const edit = readEdit(text);
    assert.deepEqual([edit?.old, edit?.new], [old, now]);
  });
