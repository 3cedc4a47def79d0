// The errors that a change has left: when they are told, where Tab goes, and which text is offered there.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { desk } from '../../fakes/vscode-editor.ts';
import { dispose, offer, opened, take, until } from './offers.ts';

const vscode = await import('vscode');
afterEach(dispose);

/** The documents were opened so long ago that their errors are known, ms. */
const OPENED_MS = 6000;
const now = performance.now.bind(performance);
let later = 0;
performance.now = () => now() + later;
async function known(path: string, text: string) {
  const editor = await opened(path, text);
  later += OPENED_MS;
  return editor;
}

type Editor = Awaited<ReturnType<typeof opened>>;

const declared = 'interface Book {\n  name: string;\n}\n\n';
const uses = `${'first(book.name);\n'}${'\n'.repeat(9)}second(book.name);\n`;
const lines = { first: 4, second: 14 };

/** The server finds an error in each of these lines. */
function report({ document }: Editor, at: readonly number[], parts: Record<string, unknown> = {}) {
  const error = { code: 2339, message: 'Property name does not exist.', ...parts };
  const place = (line: number) => {
    const from = document.lineAt(line).text.indexOf('name');
    return new vscode.Range(line, from, line, from + 4) as never;
  };
  desk.report(
    document,
    at.map((line) => ({ range: place(line), ...error })),
  );
}

/** Longer than the rest after which new errors are told. */
const quiet = () => sleep(1400);
const hints = (editor: Editor) => desk.drawn(editor).filter((text) => text.includes('error'));

/** A field was renamed where it is declared, and its uses in two files are wrong. */
async function renamed(options: Parameters<typeof offer>[0] = {}) {
  const parts = offer(options);
  const other = await known('src/b.ts', 'third(book.name);\nfourth(book.name);\nfifth(book.name);\n');
  const editor = await known('src/a.ts', declared + uses);
  desk.retype(editor, 'name', 'title');
  const wrong = () => {
    report(editor, Object.values(lines));
    report(other, [0]);
  };
  wrong();
  return { ...parts, editor, other, wrong };
}

test('new errors in open files are told with their number, and Tab goes from one to the next', async () => {
  const { editor, offers, state, activity } = await renamed();
  await until(() => state.tab);
  assert.deepEqual(desk.drawn(editor), ['Tab: 3 new errors, line 5']);
  assert.equal(desk.status.text, '$(edit) 3 new errors: a.ts line 5 (Tab)');
  await offers.goTo();
  assert.equal(editor.selection.active.line, lines.first);
  assert.deepEqual(hints(editor), ['Tab: 3 new errors, line 15']);
  await offers.goTo();
  assert.deepEqual(hints(editor), ['Tab: 3 new errors, b.ts line 1']);
  await offers.apply();
  assert.equal(desk.active.document.uri.path, '/work/src/b.ts');
  assert.equal(editor.document.getText(), declared.replace('name', 'title') + uses);
  assert.deepEqual(activity.rows, []);
});

test('they are gone as soon as the server finds them no more', async () => {
  const { editor, other, state } = await renamed();
  await until(() => state.tab);
  report(other, []);
  await until(() => hints(editor).join() === 'Tab: 2 new errors, line 5');
  report(editor, []);
  await until(() => !state.tab && hints(editor).length === 0);
});

test('they are told once typing rests, and the next key takes them away until then', async () => {
  const { editor, state, wrong } = await renamed();
  await until(() => state.tab);
  const typedAt = performance.now();
  desk.retype(editor, 'string', 'number');
  wrong();
  assert.deepEqual(hints(editor), []);
  await until(() => hints(editor).length > 0);
  assert.ok(performance.now() - typedAt >= 1000);
});

const silent: Readonly<Record<string, (editor: Editor) => unknown>> = {
  'an error that was there before': (editor) => {
    report(editor, [lines.second]);
    desk.retype(editor, 'name', 'title');
    report(editor, [lines.second]);
  },
  'an error that was there, and moved with its line': (editor) => {
    report(editor, [lines.second]);
    desk.retype(editor, 'name', 'title\n');
    report(editor, [lines.second + 1]);
  },
  'an error that was there, and has another message now': (editor) => {
    report(editor, [lines.second]);
    desk.retype(editor, 'name', 'title');
    report(editor, [lines.second], { message: 'Property name does not exist on Book.' });
  },
  'an error in the change itself': (editor) => {
    desk.retype(editor, 'name', 'title =');
    report(editor, [1, lines.second]);
  },
  'a warning': (editor) => {
    desk.retype(editor, 'name', 'title');
    report(editor, [lines.second], { severity: 1 });
  },
  'errors after an undo': (editor) => {
    desk.retype(editor, 'name', 't');
    editor.document.undo();
    report(editor, [lines.second]);
  },
  'errors without a change': (editor) => report(editor, [lines.second]),
  'an error in the line of the cursor': (editor) => {
    desk.retype(editor, 'name', 'title');
    desk.cursor(editor, lines.second, 0);
    report(editor, [lines.second]);
  },
  'errors of a file that was opened later': async (editor) => {
    desk.retype(editor, 'name', 'title');
    report(await opened('src/later.ts', uses), [0]);
    await desk.show(editor.document);
  },
  'errors of a file that was opened a moment before': async (editor) => {
    const other = await opened('src/b.ts', uses);
    await desk.show(editor.document);
    desk.retype(editor, 'name', 'title');
    report(other, [0]);
  },
};
for (const [what, does] of Object.entries(silent))
  test(`nothing is told of ${what}`, async () => {
    offer();
    const editor = await known('src/a.ts', declared + uses);
    await does(editor);
    await quiet();
    assert.deepEqual(hints(editor), []);
  });

test('a file that was opened while errors are left counts at the next change', async () => {
  const { editor, state, wrong } = await renamed();
  await until(() => state.tab);
  const third = await known('src/c.ts', uses);
  report(third, [0]);
  await desk.show(editor.document);
  desk.retype(editor, 'string', 'number');
  wrong();
  report(third, [0, 10]);
  await until(() => hints(editor).join() === 'Tab: 4 new errors, line 5');
});

test('dismissed errors are not told again, those of a later change are', async () => {
  const { editor, other, offers, state, wrong } = await renamed();
  await until(() => state.tab);
  offers.dismiss();
  desk.retype(editor, 'string', 'number');
  wrong();
  await quiet();
  assert.deepEqual(hints(editor), []);
  desk.retype(editor, 'number', 'string');
  wrong();
  report(other, [0, 1]);
  await until(() => hints(editor).join() === 'Tab: new error, b.ts line 2');
});

test('where a rule knows the text of a new error, the text is offered', async () => {
  const { editor, offers } = await renamed({ files: [], least: 'usual' });
  await until(() => desk.drawn(editor).includes('Tab: next edit, line 5'));
  await take(offers);
  assert.ok(editor.document.getText().includes('first(book.title)'));
});

for (const after of [[1], [1, 2]])
  test(`the preferred fix of a new error far away is offered${after.length > 1 ? ', but not again if it brings another' : ''}`, async () => {
    const { editor, offers, other, state } = await renamed();
    desk.servers.set('vscode.executeCodeActionProvider', (uri: unknown, range: never) => {
      const edit = new vscode.WorkspaceEdit();
      if (`${uri}` === `${other.document.uri}`) edit.replace(uri as never, range, 'title');
      return [{ title: 'Change to title', isPreferred: true, edit }];
    });
    await until(() => state.tab);
    await until(() => desk.drawn(editor).includes('Tab: next edit, b.ts line 1'));
    await take(offers);
    assert.equal(other.document.getText(), 'third(book.title);\nfourth(book.name);\nfifth(book.name);\n');
    report(other, after);
    const hint = after.length > 1 ? 'Tab: 4 new errors, line 2' : 'Tab: next edit, line 2';
    await until(() => desk.drawn(other).includes(hint));
  });
