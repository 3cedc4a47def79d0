// A proposed edit: where it goes in the text, and each reason for which it is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecentChange } from '../../../src/edits/history/edit.ts';
import { type CheckDeps, checkedEdit, type Refusal } from '../../../src/edits/large-model/check.ts';
import { recentChange } from '../support.ts';

const TEXT = 'const total = sum(list);\nsend(total);\n\nprint(total);\nprint(list);\n';
const SEND = 'send(total);';

type Options = Partial<CheckDeps> & {
  readonly path?: string;
  readonly text?: string;
  readonly offset?: number;
  readonly recent?: readonly RecentChange[];
  readonly line?: number;
};

function check(old: string, now: string, { text = TEXT, offset = 0, recent = [], ...rest }: Options = {}) {
  const { path = 'src/a.ts', line, ...deps } = rest;
  const place = { path, text, offset, changes: recent, newErrors: 0 };
  const all = { isKnownName: () => false, breaks: () => false, ...deps };
  return checkedEdit(place, { sure: 1, old, new: now, ...(line !== undefined && { line }) }, all);
}

/** The text with the edit, or why it is refused. */
function edited(old: string, now: string, options: Options = {}): string {
  const { text = TEXT } = options;
  const change = check(old, now, options);
  return typeof change === 'string' ? change : text.slice(0, change.start) + change.text + text.slice(change.end);
}

function assertRefused(reason: Refusal, old: string, now: string, options: Options = {}): void {
  assert.equal(check(old, now, options), reason, now);
}

const NOT_THERE = 'the old lines are not there';
const TWICE = 'the old lines stand there more than once';

test('the change has no lines that stay at its ends, and one that stays if there is nothing else', () => {
  const [start, end] = [TEXT.indexOf(SEND), TEXT.indexOf(SEND) + SEND.length];
  const whole = TEXT.trimEnd();
  assert.deepEqual(check(whole, whole.replace(SEND, 'list = 1')), { start, end, text: 'list = 1' });
  assert.deepEqual(check(SEND, `${SEND}\nsend(list);`), { start: end, end, text: '\nsend(list);' });
  assert.equal(edited('print(total);\nprint(list);', 'print(list);'), TEXT.replace('print(total);\n', ''));
  assert.equal(edited(SEND, ''), TEXT.replace(`${SEND}\n`, ''), 'an empty part is no line');
});

test('a change that the editor cannot show whole is refused before it is looked at', () => {
  const looked: string[] = [];
  const isKnownName = (name: string) => looked.push(name) > 0;
  const lines = (count: number) => Array.from({ length: count }, (_, i) => `send(name${i});`).join('\n');
  const names = Array.from({ length: 5000 }, (_, i) => `name${i}`).join(', ');
  for (const long of [lines(30), names, `send('${'x'.repeat(130)}');`])
    assertRefused('it is too long', SEND, long, { isKnownName });
  assert.deepEqual(looked, []);
  // A line that is long by itself, of which only a word is changed.
  const line = `send('${'x'.repeat(130)}', total);`;
  const expected = `${line.replace('total', 'list')}\n`;
  assert.equal(edited(line, line.replace('total', 'list'), { text: `${line}\n` }), expected);
});

test('the change has whole words that differ', () => {
  const total = { start: TEXT.indexOf(SEND) + 'send('.length, end: TEXT.indexOf(SEND) + 'send(total'.length };
  assert.deepEqual(check(SEND, 'send(list);'), { ...total, text: 'list' });
  assert.deepEqual(check(SEND, 'send(totals);'), { ...total, text: 'totals' });
  assert.deepEqual(check(SEND, 'send(total, list);'), { start: total.end, end: total.end, text: ', list' });
  assert.deepEqual(check(SEND, 'send();'), { ...total, text: '' });
});

test('finds the old lines only as whole lines, once, and in the window', () => {
  for (const part of ['send(list);', 'print(total)', '(total);', ` ${SEND}`, `${SEND} `])
    assertRefused(NOT_THERE, part, 'print();');
  const text = 'a\nb\nxa\na\nb\n';
  assertRefused(TWICE, 'a', 'b', { text });
  assertRefused(TWICE, 'a\na', 'b', { text: 'a\na\na\n' });
  for (const line of [1, 2, 9]) assertRefused(TWICE, 'a', 'b', { text, line });
  assert.equal(edited('a', 'c', { text, line: 3 }), 'a\nb\nxa\nc\nb\n');
  assert.equal(edited('xa', 'c', { text, line: 0 }), 'a\nb\nc\na\nb\n', 'a wrong number where it is not needed');
  assert.equal(edited('xa\na', 'b', { text }), 'a\nb\nb\nb\n');
  // The model was shown only the lines of the window.
  const lines = ['a;', ...Array.from({ length: 299 }, (_, i) => `${i + 1};`), 'a;'];
  const options = { text: lines.join('\n'), offset: lines.slice(0, 150).join('\n').length + 1 };
  for (const old of ['104;', '206;', '205;\n206;', '104;\n105;']) assertRefused(NOT_THERE, old, 'x', options);
  for (const old of ['105;', '205;']) assert.ok(edited(old, 'x', options).includes('\nx\n'), old);
  assert.notEqual(check('a;', 'x', { text: options.text }), TWICE);
});

test('changes or removes the last line with and without a line end, and nothing of an empty document', () => {
  assert.equal(edited('b', 'a', { text: 'a\nb' }), 'a\na');
  assert.equal(edited('b', 'a', { text: 'a\nb\n' }), 'a\na\n');
  assert.equal(edited('a\n', 'a\nb', { text: 'a\n' }), 'a\nb');
  assert.equal(edited('b', '', { text: 'a\nb' }), 'a');
  assert.equal(edited('b', '', { text: 'b' }), '');
  for (const old of ['', 'a']) assertRefused(NOT_THERE, old, 'b', { text: '' });
});

test('an old part of white space names no place', () => {
  assertRefused(NOT_THERE, '', 'send(list);');
  assertRefused(NOT_THERE, '  ', 'a', { text: 'a\n  \nb\n' });
});

test('refuses control characters, what changes nothing, and what undoes a recent edit, whatever its indent', () => {
  assertRefused('it changes nothing', SEND, SEND);
  for (const control of ['\u0000', '\u0007', '\r', '\u001b[31m', '\u007f', '\u009b'])
    assertRefused('it holds a control character', SEND, `send(${control}total);`);
  assert.equal(edited(SEND, `\t${SEND}\n`), TEXT.replace(SEND, `\t${SEND}\n`));

  const recent = [recentChange('send(list);', `  ${SEND}`), recentChange('', 'print(total);')];
  assertRefused('it undoes a recent edit', SEND, 'send(list);', { recent });
  assertRefused('it undoes a recent edit', 'print(total);', '', { recent });
  for (const [old, now] of Object.entries({ 'print(list);': 'send(list);', [SEND]: 'send(list, total);' }))
    assert.equal(edited(old, now, { recent }), TEXT.replace(old, now), 'only one side is that of an edit');
});

test('refuses a name that neither file, edits nor folder have, and that is not declared', () => {
  const recent = [recentChange('oldName', 'newName', 'src/b.ts')];
  const folder = ['folderName', ...'const let def func class for function'.split(' ')];
  const options = { recent, isKnownName: (name: string) => folder.includes(name) };
  const unknown =
    'send(total.strange)¦total.strange = 1¦strange()¦{ ...strange }¦send(); strange // send¦a.größe()¦a.$any¦send.newNames()';
  for (const now of unknown.split('¦')) assertRefused('it brings an unknown name', SEND, now, options);
  const known =
    'send() // strange¦send("a strange one")¦send(list)¦send.folderName()¦print.oldName()¦print.newName()¦send.xy()¦a.strange(b.strange)';
  const declared = [
    'const strange¦let strange = 1¦def strange():¦func strange()¦class strange¦for strange¦as strange¦strange = 1',
    'strange := 1¦{ strange: 1 }¦(strange) =>¦|strange|¦for (const item$ of list)¦function café() {}¦größe = 1',
  ].join('¦');
  for (const now of `${known}¦${declared}`.split('¦'))
    assert.equal(edited(SEND, now, options), TEXT.replace(SEND, now));
});

test('refuses a module that nobody has named in any form of import, and one letter of a known one changed', () => {
  const text = `import { a } from 'lodash';\nimport b from './b';\n${TEXT}`;
  const folder = { text, isKnownName: (name: string) => ['import', 'require', 'react', 'scope'].includes(name) };
  for (const now of [
    `import lodahs from 'lodahs';`,
    `import { lodahs } from "lodahs";\nlodahs();`,
    `import * as lodahs from 'lodahs';`,
    `const lodahs = require('lodahs');`,
    `const lodahs = await import('lodahs');`,
    `export { lodahs } from 'lodahs';`,
    `export { lodahs } from '@scope/lodahs';`,
    `import q from 'q';`,
  ])
    assertRefused('it brings an unknown name', SEND, now, folder);
  assertRefused('it brings an unknown name', "import { a } from 'lodash';", "import { a } from 'lodahs';", folder);
  const python = { ...folder, path: 'src/a.py' };
  for (const now of ['import lodahs', 'from lodahs import total', 'import total, lodahs as total'])
    assertRefused('it brings an unknown name', SEND, now, python);
  for (const now of [`import react from 'react';`, `import lodahs from './lodahs';`, `const lodahs = 'lodahs';`])
    assert.equal(edited(SEND, now, folder), text.replace(SEND, now));
});

test('a member of a module that the file imports is no unknown name, and one of another name is', () => {
  const text = `import "time"\nimport "net/http"\n${TEXT}`;
  const options = { path: 'a.go', text, isKnownName: (name: string) => ['time', 'http', 'net'].includes(name) };
  for (const now of ['send(time.Millisecond);', 'http.NotFound(total);'])
    assert.equal(edited(SEND, now, options), text.replace(SEND, now));
  for (const now of ['send(net.Millisecond);', 'send(a.time.Millisecond);', 'send(times.Millisecond);'])
    assertRefused('it brings an unknown name', SEND, now, options);
});

test('refuses what breaks the syntax, as the change is made', () => {
  const asked: unknown[] = [];
  assertRefused('it breaks the syntax', SEND, 'send(list);', { breaks: (change) => asked.push(change) > 0 });
  assert.deepEqual(asked, [check(SEND, 'send(list);')]);
});
