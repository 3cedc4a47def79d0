// The journal: which changes of documents are joined into which edits, and which are left out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { other, shownByContext, value } from '../../support/shown-by-context.ts';
import { Desk } from '../support.ts';

const FILE = 'src/a.ts';
const CODE = `import { read } from './read';

export function first(user: string) {
  return read(user);
}

export function second(item: string) {
  return read(item);
}
`;

test('joins the letters of a renamed word into one edit', () => {
  const desk = new Desk({ [FILE]: CODE });
  desk.type(FILE, 'user', 'person');
  assert.deepEqual(desk.edits(), [{ removed: 'user', inserted: 'person', kind: 'typed' }]);
  const [edit] = desk.journal.recentEdits();
  assert.ok(edit?.left.endsWith('first('));
  assert.ok(edit?.right.startsWith(': string)'));
  assert.equal(desk.text(FILE).slice(edit?.at).startsWith('person'), true);
});

test('tells edits at two places apart, the one that was typed last at the end', () => {
  const desk = new Desk({ [FILE]: CODE });
  desk.type(FILE, 'item: ', 'thing: ');
  desk.type(FILE, 'user: ', 'person: ');
  const actual = desk.edits().map(({ inserted }) => inserted);
  assert.deepEqual(actual, ['thing', 'person']);
});

test('joins the lines of one burst, and cuts them into a change per line', () => {
  const desk = new Desk({ [FILE]: 'const a = old(1);\nconst b = old(2);\nrest();\n' });
  desk.type(FILE, 'old', 'fresh', 1);
  desk.type(FILE, 'old', 'fresh');
  const actual = desk.edits().map(({ removed, inserted }) => [removed, inserted]);
  assert.deepEqual(actual, [
    ['old', 'fresh'],
    ['old', 'fresh'],
  ]);
  assert.equal(desk.journal.recentEdits().at(-1)?.left, 'const a = ');
});

test('reports an inserted line as a whole line', () => {
  const desk = new Desk({ [FILE]: CODE });
  desk.change(FILE, [['  return read(user);\n', '  return read(user);\n  log(user);\n']]);
  assert.deepEqual(desk.edits(), [{ removed: '', inserted: '  log(user);\n', kind: 'typed' }]);
});

test('moves the places of earlier edits with the text', () => {
  const desk = new Desk({ [FILE]: CODE });
  desk.type(FILE, 'item: ', 'thing: ');
  desk.change(FILE, [['import', '// A comment.\nimport']]);
  const [edit] = desk.journal.recentEdits();
  assert.equal(desk.text(FILE).slice(edit?.at).startsWith('thing: string'), true);
});

test('drops an edit that is undone, and has it again after redo', () => {
  const desk = new Desk({ [FILE]: CODE });
  desk.change(FILE, [['user', 'person']]);
  desk.change(FILE, [['item', 'thing']]);
  assert.equal(desk.edits().length, 2);
  desk.change(FILE, [['person', 'user']], { reason: 'undo' });
  assert.deepEqual(desk.edits(), [{ removed: 'item', inserted: 'thing', kind: 'typed' }]);
  desk.change(FILE, [['user', 'person']], { reason: 'redo' });
  assert.deepEqual(desk.edits().at(-1), { removed: 'user', inserted: 'person', kind: 'typed' });
});

test('an undo of blank lines takes back no other change', () => {
  const desk = new Desk({ [FILE]: CODE });
  desk.change(FILE, [['user', 'person']]);
  desk.change(FILE, [['export function second', '\n\n\nexport function second']]);
  desk.change(FILE, [['import', 'export']]);
  desk.change(FILE, [['export', 'import']], { reason: 'undo' });
  desk.change(FILE, [['\n\n\nexport', 'export']], { reason: 'undo' });
  assert.deepEqual(desk.edits(), [{ removed: 'user', inserted: 'person', kind: 'typed' }]);
});

test('leaves nothing when the burst under way is undone', () => {
  const desk = new Desk({ [FILE]: CODE });
  desk.change(FILE, [['user', 'person']]);
  desk.change(FILE, [['person', 'user']], { reason: 'undo' });
  assert.deepEqual(desk.edits(), []);
});

const FORMATTED = CODE.replaceAll('  ', '\t').replaceAll(';', '');
const byTools: readonly [what: string, changes: [string, string][], how: { reason?: 'tool' }, text: string][] = [
  [
    "a formatter's run",
    [
      ['(user)', '( user )'],
      ['(item)', '( item )'],
    ],
    {},
    CODE.replace('(user)', '( user )').replace('(item)', '( item )'),
  ],
  ['a whole document that a tool replaces', [[CODE, FORMATTED]], {}, FORMATTED],
  ['what the user has not written', [['user', 'person']], { reason: 'tool' }, CODE.replace('user', 'person')],
];
for (const [what, changes, how, text] of byTools)
  test(`leaves out ${what}, and follows the text`, () => {
    const desk = new Desk({ [FILE]: CODE });
    assert.equal(desk.change(FILE, changes, how), 'tool');
    assert.deepEqual(desk.edits(), []);
    assert.equal(desk.text(FILE), text);
  });

test('marks a paste, and not a suggestion that was taken', () => {
  const desk = new Desk({ [FILE]: CODE });
  const block = '\nexport function third(part: string) {\n  return read(part);\n}\n';
  assert.equal(desk.change(FILE, [['\nexport function first', `${block}\nexport function first`]], {}), 'pasted');
  assert.equal(desk.edits().at(-1)?.kind, 'pasted');
  assert.equal(
    desk.change(FILE, [['read(item);', 'read(item)\n    .then((text) => text.trim())\n    .catch(log);']], {
      reason: 'accepted',
    }),
    'typed',
  );
});

test('marks edits at several cursors', () => {
  const desk = new Desk({ [FILE]: CODE });
  assert.equal(
    desk.change(FILE, [
      ['user', 'who'],
      ['user', 'who', 1],
    ]),
    'cursors',
  );
  const actual = desk.edits().map(({ kind, inserted }) => [kind, inserted]);
  assert.deepEqual(actual, [
    ['cursors', 'who'],
    ['cursors', 'who'],
  ]);
});

test('ignores documents that were not opened', () => {
  const desk = new Desk({});
  assert.equal(desk.journal.record({ path: 'secret.txt', ranges: [], time: 0 }), undefined);
  assert.deepEqual(desk.edits(), []);
});

test('redacts secrets, in the edit and beside it', () => {
  const secret = 'ghp_J8sXq2LkT0vBnR4mYw6ZcPd1HfGa3E5uK7oi';
  const desk = new Desk({ [FILE]: `const token = '';\nconst other = 1;\n` });
  desk.change(FILE, [["''", `'${secret}'`]]);
  desk.change(FILE, [['other', 'second']]);
  const edits = desk.journal.recentEdits();
  assert.equal(edits.length, 2);
  assert.ok(edits.some(({ hasSecret }) => hasSecret));
  assert.equal(JSON.stringify(edits).includes(secret), false);
});

test('the history has finished edits, and the whole lines that are being replaced', () => {
  const desk = new Desk({ [FILE]: 'one(1);\n  two(2);\n  three(3);\nfour(4);\n\n\n\nfive(5);\n' });
  const history = () => {
    const { edits, replaced } = desk.journal.history();
    return [edits.map(({ inserted }) => inserted), replaced?.left, replaced?.removed, replaced?.right];
  };
  desk.type(FILE, 'five', 'six');
  assert.deepEqual(history(), [[], undefined, undefined, undefined], 'part of a line');
  desk.change(FILE, [['  two(2);\n  three(3);\n', '']]);
  const lines = '  two(2);\n  three(3);\n';
  assert.deepEqual(history(), [['six'], 'one(1);\n', lines, 'four(4);\n\n\n']);
  desk.change(FILE, [['four', '  t\nfour']]);
  assert.deepEqual(history(), [['six'], 'one(1);\n', lines, 'four(4);\n\n\n'], 'also while the next line is typed');
  desk.change(FILE, [['six', 'seven']]);
  assert.deepEqual(history().slice(1), [undefined, undefined, undefined], 'not after an edit elsewhere');
});

test('holds at most 200 edits', () => {
  const desk = new Desk({ [FILE]: `${'one two\n\n\n'.repeat(300)}` });
  for (let i = 0; i < 300; i++) desk.change(FILE, [['one', 'three']]);
  assert.ok(desk.edits().length <= 220);
  assert.ok(desk.edits().length > 100);
});

test('tells the word that was typed over at the cursor, whole, as it was', () => {
  const text = 'Scanner scanner = new Scanner(in);\n';
  const replacedAfter = (old: string, typed: string, nth = 0) => {
    const desk = new Desk({ [FILE]: text });
    let at = text.indexOf(old);
    for (let i = 0; i < nth; i++) at = text.indexOf(old, at + 1);
    desk.type(FILE, old, typed, nth);
    return (moved: number) => desk.journal.wordReplacedAt(FILE, at + typed.length + moved);
  };
  assert.equal(replacedAfter('scanner', 'scan')(0), 'scanner');
  assert.equal(replacedAfter('scanner', '')(0), 'scanner', 'also before the new word has a letter');
  assert.equal(replacedAfter('ner', '')(0), 'Scanner', 'only its end was deleted');
  assert.equal(replacedAfter('scanner = new', 'scan')(0), 'scanner');
  assert.equal(replacedAfter('scanner', 'Object.of(')(0), '', 'more than a word');
  assert.equal(replacedAfter('scanner', 'scan')(1), undefined, 'the cursor is elsewhere');
  const inserted = new Desk({ [FILE]: text });
  inserted.change(FILE, [['scanner', 'myscanner']]);
  inserted.change(FILE, [[' = ', 's = ']]);
  assert.equal(new Desk({ [FILE]: text }).journal.wordReplacedAt(FILE, 4), undefined, 'nothing was typed');
});

const OTHER_FILE = 'src/b.ts';
const USER = ['export function first(user: string) {', 'export function first(person: string) {'];
const ITEM = ['export function second(item: string) {', 'export function second(thing: string) {'];
const OTHER = ['let b;', 'let count;', OTHER_FILE];
const twoFiles = () => new Desk({ [FILE]: CODE, [OTHER_FILE]: 'let b;\n' });

/** @param expected lines before and after each change, without the last line end; the file only where it is another one */
function assertTold({ journal }: Desk, ...expected: readonly (readonly unknown[])[]): void {
  const changes = journal.recentChanges();
  const plain = (side: string) => side.replace(/\n$/, '');
  const told = changes.map(({ path, before, after }) => [
    plain(before),
    plain(after),
    ...(path === FILE ? [] : [path]),
  ]);
  assert.deepEqual(told, expected);
}

test('a large model is told of the last six bursts as whole lines, in order, the one under way last', () => {
  const desk = twoFiles();
  assertTold(desk);
  desk.type(FILE, 'item: ', 'thing: ');
  desk.type(FILE, 'user: ', 'person: ');
  desk.type(FILE, 'read(user)', 'read(person)');
  const both = [`${USER[0]}\n  return read(user);`, `${USER[1]}\n  return read(person);`];
  assertTold(desk, ITEM, both);
  desk.type(OTHER_FILE, 'b', 'count');
  assertTold(desk, ITEM, both, OTHER);
  const long = new Desk({ [FILE]: 'one\n\n\n\n'.repeat(9) });
  for (let i = 0; i < 9; i++) long.change(FILE, [['one', `n${i}`]]);
  assertTold(long, ...[3, 4, 5, 6, 7, 8].map((i) => ['one', `n${i}`]));
});

test('a change has its line and two lines above and below; a blank line that was replaced is no insertion', () => {
  const file = 'src/c.ts';
  const told = (text: string, old: string, now: string) => {
    const desk = new Desk({ [file]: text });
    desk.change(file, [[old, now]]);
    return desk.journal.recentChanges().map(({ path: _, ...change }) => change);
  };
  const around = { above: 'b\nc\n', below: 'd\n' };
  assert.deepEqual(told('a\nb\nc\nd', 'c\n', 'c\nx\n'), [{ line: 3, before: '', after: 'x\n', ...around }]);
  assert.deepEqual(told('a\nb\nc\n\nd', 'c\n\n', 'c\nx\n'), [{ line: 3, before: '\n', after: 'x\n', ...around }]);
  const ends = { above: 'a\nb\n', below: '' };
  assert.deepEqual(told('a\nb\nc', 'c', 'x'), [{ line: 2, before: 'c\n', after: 'x\n', ...ends }]);
  assert.deepEqual(told('a', 'a', 'x'), [{ line: 0, before: 'a\n', after: 'x\n', above: '', below: '' }]);
});

test('a large model is told of inserted and deleted lines without those around them', () => {
  const desk = new Desk({ [FILE]: CODE });
  desk.change(FILE, [['  return read(user);\n', '  log(user);\n  return read(user);\n']]);
  desk.change(FILE, [['export function second(item: string) {\n', '']]);
  assertTold(desk, ['', '  log(user);'], [ITEM[0], '']);
});

test('a large model is told of a paste and of the lines of several cursors, not of what tools do', () => {
  const desk = new Desk({ [FILE]: CODE });
  const block = 'export function third(part: string) {\n  return read(part);\n}';
  assert.equal(desk.change(FILE, [['export function first', `${block}\nexport function first`]]), 'pasted');
  const cursors: [string, string][] = ['user', 'item'].map((name) => [name, 'who']);
  assert.equal(desk.change(FILE, cursors), 'cursors');
  desk.change(FILE, [['import', 'export']], { reason: 'tool' });
  assertTold(desk, ['', block], ...[USER, ITEM].map(([line = '']) => [line, line.replace(/\w+:/, 'who:')]));
});

test('a change that is undone is told no more, whichever file came after it, and again after redo', () => {
  const desk = twoFiles();
  desk.change(FILE, [['user: ', 'person: ']]);
  desk.change(FILE, [['item: ', 'thing: ']]);
  desk.change(OTHER_FILE, [['b', 'count']]);
  desk.change(FILE, [['person: ', 'user: ']], { reason: 'undo' });
  assertTold(desk, ITEM, OTHER);
  // A part of a change: the file's last one goes.
  desk.change(FILE, [['thing: ', 'thin: ']], { reason: 'undo' });
  assertTold(desk, OTHER);
  desk.change(FILE, [['user: ', 'person: ']], { reason: 'redo' });
  assertTold(desk, OTHER, USER);
});

test('an undo takes back the burst under way, and the lines of all cursors', () => {
  const desk = twoFiles();
  const two = (old: string, text: string): [string, string, number][] => [0, 1].map((i) => [old, text, i]);
  desk.change(OTHER_FILE, [['b', 'count']]);
  desk.change(FILE, two(': string', ': Text'));
  assert.equal(desk.journal.recentChanges().length, 3);
  desk.change(FILE, two(': Text', ': string'), { reason: 'undo' });
  assertTold(desk, OTHER);
  desk.change(FILE, [['item: ', 'thing: ']]);
  desk.change(FILE, [['thing: ', 'item: ']], { reason: 'undo' });
  assertTold(desk, OTHER);
});

test('changes of a closed file stay, those of a cleared one go', () => {
  const desk = twoFiles();
  desk.type(FILE, 'user: ', 'person: ');
  desk.type(OTHER_FILE, 'b', 'count');
  desk.journal.closed(OTHER_FILE);
  assertTold(desk, USER, OTHER);
  desk.type(FILE, 'item: ', 'thing: ');
  desk.journal.clear(FILE);
  assertTold(desk, OTHER);
});

test('a large model is told of no secret, and of no change beyond 4,000 characters', () => {
  const secret = 'ghp_J8sXq2LkT0vBnR4mYw6ZcPd1HfGa3E5uK7oi';
  const desk = new Desk({ [FILE]: "const token = '';\n\n\n\nlast();\n" });
  desk.change(FILE, [["''", `'${secret}'`]]);
  const long = 'call(1);\n'.repeat(500);
  desk.change(FILE, [['last();\n', `last();\n${long}`]]);
  desk.change(FILE, [[long, '']]);
  desk.change(FILE, [[secret, '']]);
  const [empty, hidden] = ['', '*'.repeat(secret.length)].map((value) => `const token = '${value}';`);
  assertTold(desk, [empty, hidden], [hidden, empty]);
});

/** All that the models may be told of. */
const told = ({ journal }: Desk) =>
  JSON.stringify([journal.history(), journal.recentEdits(), journal.recentChanges(), journal.history()]);

/** It counts as pasted. */
const LONG_NAME = 'agatha'.repeat(7);

const ways: Readonly<Record<string, (desk: Desk, path: string) => void>> = {
  'is typed': (desk, path) => desk.type(path, other, 'agatha'),
  'is typed, then another place': (desk, path) => {
    desk.type(path, other, 'agatha');
    desk.type(path, 'zenith', 'x');
  },
  'is pasted': (desk, path) => desk.change(path, [[other, LONG_NAME]]),
  'is pasted and taken back': (desk, path) => {
    desk.change(path, [[other, LONG_NAME]]);
    desk.journal.recentEdits();
    desk.change(path, [[LONG_NAME, other]], { reason: 'undo' });
    desk.change(path, [[other, 'agatha']], { reason: 'redo' });
  },
  'is typed at two cursors': (desk, path) => {
    desk.change(path, [
      [other, 'agatha'],
      ['zenith', 'agatha'],
    ]);
  },
  'is removed with the line': (desk, path) => {
    const line = desk
      .text(path)
      .split('\n')
      .find((each) => each.includes(value)) as string;
    desk.change(path, [[`${line}\n`, '']]);
  },
  'is typed over the line': (desk, path) => {
    const line = desk
      .text(path)
      .split('\n')
      .find((each) => each.includes(value)) as string;
    desk.change(path, [[line, line.slice(0, 3)]]);
  },
};

for (const [name, { path, text }] of Object.entries(shownByContext))
  for (const [way, edit] of Object.entries(ways))
    for (const length of [0, 60_000])
      test(`${name} in ${text.length + length} characters tells no secret when the text beside it ${way}`, () => {
        const desk = new Desk({ [path]: `${text}\nzenith\n${'\n'.repeat(length)}` });
        edit(desk, path);
        assert.equal(told(desk).includes(value), false);
        // Of a long text only what is typed is told.
        if (length === 0) assert.ok(desk.journal.recentChanges().length > 0);
      });

test('in a long text only what is typed is told and searched for secrets; undo takes it back', () => {
  const searched: string[] = [];
  const redact = (text: string) => {
    searched.push(text);
    return text;
  };
  const desk = new Desk({ [FILE]: `${CODE}${'\n'.repeat(60_000)}` }, { redact });
  const cursors: [string, string][] = ['user', 'item'].map((name) => [name, 'who']);
  assert.equal(desk.change(FILE, cursors), 'cursors');
  assert.deepEqual([searched, desk.journal.recentChanges()], [[], []]);
  desk.change(FILE, [['import', 'export']]);
  assert.equal(desk.journal.recentChanges().length, 1);
  desk.change(FILE, [['second', 'third']]);
  desk.change(FILE, [['export', 'import']], { reason: 'undo' });
  assertTold(desk, [ITEM[0]?.replace('item', 'who'), ITEM[0]?.replace('item', 'who').replace('second', 'third')]);
});
