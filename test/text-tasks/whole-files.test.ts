// The source file of a text task is redacted as a whole before it is split into texts.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { csvLine } from '../../src/text-tasks/labels/csv.ts';
import { keyLogs, taskTexts } from '../support/cut-texts.ts';
import { keyLines, linesLeft, pemOf } from '../support/keys.ts';
import { Tree } from '../support/tree.ts';

let tree: Tree;
beforeEach(() => {
  tree = new Tree();
  tree.git('init', '-q');
});

const lines = keyLines('labelling');
const pem = pemOf(lines).split('\n');

for (const [how, log] of Object.entries(keyLogs))
  test(`redacts each line of a key in a log: ${how}`, async () => {
    for (const path of ['scratch/run.log', 'run.log']) {
      const content = `The service starts\n${log(pem)}The service stops\n`;
      const texts = await taskTexts(tree, { kind: 'lines', path }, content);
      assert.deepEqual(linesLeft(texts.join('\n'), lines), []);
      assert.ok(texts.includes('The service starts') && texts.includes('The service stops'));
    }
  });

test('redacts lines of a key that occur before the whole key', async () => {
  const texts = await taskTexts(
    tree,
    { kind: 'lines', path: 'scratch/run.log' },
    `got ${lines[9]}\n${pem.join('\n')}\n`,
  );
  assert.deepEqual(linesLeft(texts.join('\n'), lines), []);
});

test('redacts a value on the line after its name, in a file that git ignores', async () => {
  const password = ['Hamster', '77', '!kq'].join('');
  const texts = await taskTexts(
    tree,
    { kind: 'lines', path: 'scratch/notes.yaml' },
    `user: joe\npassword:\n  ${password}\nend: 1\n`,
  );
  assert.ok(!texts.some((text) => text.includes(password)), texts.join('\n'));
  assert.deepEqual([texts[0], texts.at(-1)], ['user: joe', 'end: 1']);
});

test('keeps a table valid after redacting a key in a cell and a password column', async () => {
  const password = ['Marmot', '7x', '!q'].join('');
  const content = [
    ['note', 'password', 'more'],
    ['joe', password, 'w'],
    [`The key:\n${pem.join('\n')}\nis old`, 'x', 'x'],
    [`He said "${password}, please"`, 'y', 'z'],
    [`one of it, ${lines[3]}`, '', ''],
    ['nothing, "quoted"', 'a,b', 'end'],
  ].map((fields) => csvLine(fields));
  const notes = await taskTexts(tree, { kind: 'csv', path: 'scratch/notes.csv', text: 'note' }, content.join(''));
  assert.equal(notes.length, 5);
  assert.deepEqual(linesLeft(notes.join('\n'), lines), []);
  assert.ok(notes[1]?.startsWith('The key:') && notes[1].endsWith('is old'));
  assert.match(notes[2] ?? '', /^He said "\*+, please"$/);
  assert.equal(notes[4], 'nothing, "quoted"');
  const passwords = await taskTexts(
    tree,
    { kind: 'csv', path: 'scratch/notes.csv', text: 'password' },
    content.join(''),
  );
  assert.ok(!passwords.join('\n').includes(password), passwords.join('\n'));
  const last = await taskTexts(tree, { kind: 'csv', path: 'scratch/notes.csv', text: 'more' }, content.join(''));
  assert.deepEqual(last, ['w', 'x', 'z', 'end']);
});

test('keeps JSON lines valid after redacting a key over several lines and passwords', async () => {
  const password = ['pa"ss', 'w\\0rd', '9X'].join('');
  const rows = [
    { message: 'first', password, pin: 48213975 },
    ...pem.map((message) => ({ message })),
    { message: `it is ${password}`, token: 12345678 },
    { message: `last \u00e9 "quoted" \\ and\ttab` },
  ];
  const content = rows.map((row) => `${JSON.stringify(row).replaceAll('é', '\\u00e9')}\n`).join('');
  const texts = await taskTexts(tree, { kind: 'jsonl', path: 'scratch/run.jsonl', text: 'message' }, content);
  assert.deepEqual(linesLeft(texts.join('\n'), lines), []);
  assert.ok(!texts.join('\n').includes(password));
  assert.equal(texts[0], 'first');
  assert.equal(texts.at(-1), rows.at(-1)?.message);
});
