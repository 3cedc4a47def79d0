// The preferred fix of an error near the cursor: when it is asked for and offered, and which fixes are left out.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { desk } from '../../fakes/vscode-editor.ts';
import { dispose, offer, opened, quiet, take, until } from './offers.ts';

const vscode = await import('vscode');
const code = 'const one = 1;\n\nsend();\n';
afterEach(dispose);

type Action = Record<string, unknown>;

/** A server that finds an error on line 3, with fixes. `change`: the edits of the first fix. */
function serve(
  { document }: { document: unknown },
  action: Action = {},
  change: readonly [uri: unknown, range: unknown, text: string][] = [
    [undefined, new vscode.Range(0, 0, 0, 0), "import { send } from './send';\n"],
  ],
) {
  const state = { asked: 0 };
  const { uri } = document as { uri: never };
  desk.report(document as never, [{ range: new vscode.Range(2, 0, 2, 4) as never, message: 'Cannot find send.' }]);
  desk.servers.set('vscode.executeCodeActionProvider', () => {
    state.asked++;
    const edit = new vscode.WorkspaceEdit();
    for (const [file, range, text] of change) edit.replace((file ?? uri) as never, range as never, text);
    return [
      { title: 'Declare send', edit: new vscode.WorkspaceEdit() },
      { title: 'Add import from ./send', isPreferred: true, edit, ...action },
    ];
  });
  return state;
}

test('the preferred fix of an error near the cursor is offered after typing', async () => {
  const { offers, activity, state } = offer();
  const editor = await opened('src/a.ts', code);
  serve(editor);
  desk.retype(editor, '1', '2');
  await until(() => state.tab);
  assert.deepEqual(desk.drawn(editor), ["+ import { send } from './send';", 'Tab: next edit, line 1']);
  assert.equal(activity.rows[0]?.model, 'quick fix: Add import from ./send');
  assert.deepEqual(activity.rows[0]?.edit?.learnedFrom, []);
  await take(offers);
  assert.equal(editor.document.getText(), `import { send } from './send';\n${code.replace('1', '2')}`);
});

test('a fix is offered when its error is reported later, and gone when the text changes', async () => {
  const { state } = offer();
  const editor = await opened('src/a.ts', code);
  desk.retype(editor, '1', '2');
  await quiet();
  serve(editor);
  await until(() => state.tab);
  desk.report(editor.document, []);
  await until(() => !state.tab);
});

test('fixes that are not preferred, run a command, change several places or other files are not offered', async () => {
  const [here, there] = [new vscode.Range(0, 0, 0, 0), new vscode.Range(1, 0, 1, 0)];
  const elsewhere = new vscode.Location(vscode.workspace.workspaceFolders?.[0]?.uri as never, here).uri;
  const cases: [string, Action, Parameters<typeof serve>[2]?][] = [
    ['not preferred', { isPreferred: false }],
    ['command', { command: { command: 'other.run', title: '' } }],
    ['no edit', { edit: undefined }],
    [
      'two places',
      {},
      [
        [undefined, here, 'a'],
        [undefined, there, 'b'],
      ],
    ],
    ['another file', {}, [[elsewhere, here, 'a']]],
    ['long', {}, [[undefined, here, 'a'.repeat(1000)]]],
  ];
  for (const [name, action, change] of cases) {
    const { offers, state } = offer();
    const editor = await opened('src/a.ts', code);
    const server = serve(editor, action, change);
    desk.retype(editor, '1', '2');
    await until(() => server.asked);
    await quiet();
    assert.equal(state.tab, undefined, name);
    offers.dispose();
    desk.reset();
  }
});

/** The large model is asked 1.5 s after the last key. */
const asked = () => new Promise((resolve) => setTimeout(resolve, 3000));

for (const sure of [0.75, 0.85])
  test(`of a fix and the large model’s edit of the same text, the likelier is offered: ${sure} sure`, async () => {
    const start = code.indexOf('send');
    offer({ follows: { start, end: start + 4, text: 'post', sure } });
    const editor = await opened('src/a.ts', code);
    serve(editor, {}, [[undefined, new vscode.Range(2, 0, 2, 4), 'load']]);
    desk.retype(editor, '1', '2');
    await asked();
    const [word, other] = sure > 0.8 ? ['post', 'load'] : ['load', 'post'];
    const drawn = desk.drawn(editor);
    assert.ok(drawn.includes(word as string) && !drawn.includes(other as string), drawn.join());
  });

test('fixes that the user dismisses lower the estimate of the next one', async () => {
  const start = code.indexOf('send');
  const { offers, state } = offer({ follows: { start, end: start + 4, text: 'post', sure: 0.75 } });
  const editor = await opened('src/a.ts', code);
  serve(editor, {}, [[undefined, new vscode.Range(2, 0, 2, 4), 'load']]);
  desk.retype(editor, '1', '2');
  await until(() => state.tab);
  offers.dismiss();
  serve(editor, { title: 'Load' }, [[undefined, new vscode.Range(2, 0, 2, 4), 'load']]);
  desk.retype(editor, '2', '3');
  await asked();
  assert.ok(desk.drawn(editor).includes('post'), desk.drawn(editor).join());
});

test('a fix that was dismissed is not offered in another file', async () => {
  const { offers, state } = offer();
  const [here, there] = [await opened('src/a.ts', code), await opened('src/in/b.ts', code)];
  await desk.show(here.document);
  serve(here, { title: 'Add import from "./send"' });
  desk.retype(here, '1', '2');
  await until(() => state.tab);
  offers.dismiss();
  await desk.show(there.document);
  serve(there, { title: 'Add import from "../send"' }, [
    [undefined, new vscode.Range(0, 0, 0, 0), "import { send } from '../send';\n"],
  ]);
  desk.retype(there, '1', '2');
  await quiet();
  assert.deepEqual(desk.drawn(there), []);
});

test('the fix of TypeScript, which counts its use with a command, is offered', async () => {
  const { state } = offer();
  const editor = await opened('src/a.ts', code);
  serve(editor, { command: { command: '_typescript.applyCodeActionCommand', title: '' } });
  desk.retype(editor, '1', '2');
  await until(() => state.tab);
});

for (const where of ['no typing', 'undo', 'the word', 'far', 'warning', 'restricted'] as const)
  test(`no fix is asked for where none is wanted: ${where}`, async () => {
    desk.isTrusted = where !== 'restricted';
    offer();
    const editor = await opened('src/a.ts', where === 'far' ? code.replace('\n\n', '\n'.repeat(9)) : code);
    const { document } = editor;
    const server = serve(editor);
    const line = where === 'far' ? 9 : 2;
    const range = new vscode.Range(line, 0, line, 4) as never;
    const severity = where === 'warning' ? 1 : 0;
    desk.report(document, [{ range, message: 'Cannot find send.', ...{ severity } }]);
    if (where === 'the word') desk.retype(editor, 'send', 'send');
    else if (where !== 'no typing') desk.retype(editor, '1', '2');
    if (where === 'undo') document.undo();
    await quiet();
    assert.equal(server.asked, 0, where);
  });
