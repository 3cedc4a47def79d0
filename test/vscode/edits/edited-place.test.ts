// Where the large model is asked for the edit that follows, and what it is told of the errors there.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { desk } from '../../fakes/vscode-editor.ts';
import { dispose, offer, opened, until } from './offers.ts';

const vscode = await import('vscode');
afterEach(dispose);

const error = (line: number, message: string) => ({ range: new vscode.Range(line, 0, line, 4) as never, message });

test('an error anywhere in the file is new if it came after the change, and one that moved is not', async () => {
  const { offers } = offer();
  const editor = await opened('src/a.ts', `const one = 1;\n${'\n'.repeat(90)}send();\n`);
  desk.report(editor.document, [error(5, 'old')]);
  desk.retype(editor, '1', '2');
  desk.report(editor.document, [error(91, 'new'), error(6, 'old')]);
  assert.deepEqual(offers.askedPlace()?.place.errors, [
    { line: 6, message: 'old', isNew: false },
    { line: 91, message: 'new', isNew: true },
  ]);
});

test('it is asked in a second file after white space alone, with what was changed in the first', async () => {
  const { offers, state } = offer({ follows: { start: 0, end: 3, text: 'let two', sure: 0.9 } });
  const first = await opened('src/a.h', 'int one();\n');
  desk.retype(first, 'one', 'two');
  const second = await opened('src/a.c', 'one\n\nrest\n');
  assert.equal(state.tab, undefined);
  desk.retype(second, '\n\n', '\n\n\n');
  const place = offers.askedPlace()?.place;
  assert.equal(place?.path, 'src/a.c');
  assert.deepEqual(
    place?.changes.map(({ path, after }) => [path, after]),
    [['src/a.h', 'int two();\n']],
  );
  await until(() => state.tab);
  assert.ok(desk.drawn(second).includes('let two'), desk.drawn(second).join());
});

test('nowhere while text is selected, before any change, or after an undo', async () => {
  const { offers } = offer();
  const editor = await opened('src/a.ts', 'const one = 1;\n');
  assert.equal(offers.askedPlace(), undefined);
  desk.retype(editor, '1', '2');
  assert.ok(offers.askedPlace());
  const { selection } = editor;
  editor.selection = new vscode.Selection(0, 0, 0, 5) as never;
  assert.equal(offers.askedPlace(), undefined);
  editor.selection = selection;
  assert.ok(offers.askedPlace());
});
