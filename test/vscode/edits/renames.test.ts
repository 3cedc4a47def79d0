// The rename of a declaration's references: when the language server is asked, and what is offered of its answer.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { desk } from '../../fakes/vscode-editor.ts';
import { dispose, offer, opened, quiet, take, until } from './offers.ts';

const vscode = await import('vscode');

const code = 'const total = read();\n\nsend(total);\n\nprint({ total });\n';
afterEach(dispose);

/** A server that knows every word `total` of the open files as one symbol, declared at the first one. */
function serve({ declaresAt = 6, extra = '' } = {}) {
  const state = { asked: 0 };
  desk.servers.set('vscode.executeDefinitionProvider', (uri: never) => [
    new vscode.Location(uri, new vscode.Range(0, declaresAt, 0, declaresAt + 5)),
  ]);
  desk.servers.set('vscode.executeDocumentRenameProvider', (_uri: never, _at: never, name: string) => {
    state.asked++;
    const edit = new vscode.WorkspaceEdit();
    for (const document of vscode.workspace.textDocuments)
      for (const { index } of document.getText().matchAll(/\btotal\b/g)) {
        const range = new vscode.Range(document.positionAt(index), document.positionAt(index + 5));
        const isShorthand = document.getText().slice(0, index).endsWith('{ ');
        edit.replace(document.uri, range, `${isShorthand ? 'total: ' : ''}${name}${extra}`);
      }
    return edit;
  });
  return state;
}

/** Another name was typed at the declaration, and its first reference is offered. */
async function renamedDeclaration() {
  const parts = offer();
  const server = serve();
  const editor = await opened('src/a.ts', code);
  desk.cursor(editor, 0, 8);
  await until(() => server.asked);
  desk.retype(editor, 'total', 'sum');
  await until(() => parts.state.tab);
  return { ...parts, server, editor };
}

test('the references of a declaration are offered after another name was typed there', async () => {
  const { offers, activity, editor, server } = await renamedDeclaration();
  assert.deepEqual(desk.drawn(editor), ['(struck through)', 'sum', 'Tab: next edit, line 3']);
  assert.equal(activity.rows[0]?.model, 'rename of `total`');
  await take(offers);
  assert.ok(desk.drawn(editor).includes('Tab: next edit, line 5'), desk.drawn(editor).join());
  await take(offers);
  assert.equal(editor.document.getText(), 'const sum = read();\n\nsend(sum);\n\nprint({ total: sum });\n');
  assert.equal(server.asked, 1);
});

test('a reference that the user types over himself, with pauses, does not end the rename of the others', async () => {
  const { editor } = await renamedDeclaration();
  desk.retype(editor, 'total', 's');
  for (const [typed, longer] of ['s', 'su', 'sum'].entries()) {
    if (typed > 0) desk.retype(editor, `send(${longer.slice(0, -1)}`, `send(${longer}`);
    await quiet();
  }
  assert.ok(desk.drawn(editor).includes('Tab: next edit, line 5'), desk.drawn(editor).join());
});

test('all references are applied after a preview, in other files, too, but not in ignored ones', async () => {
  const { offers, state } = offer({ off: 'src/off.ts' });
  const server = serve();
  const other = await opened('src/b.ts', 'use(total);\n');
  const ignored = await opened('src/off.ts', 'use(total);\n');
  const editor = await opened('src/a.ts', code);
  desk.cursor(editor, 0, 8);
  await until(() => server.asked);
  desk.retype(editor, 'total', 'sum');
  await until(() => state.tab);
  await offers.applyAll();
  assert.equal(desk.confirmed[0]?.edits.length, 3);
  assert.deepEqual(desk.confirmed[0]?.edits[0]?.metadata, { needsConfirmation: false, label: 'rename of `total`' });
  assert.equal(editor.document.getText(), 'const sum = read();\n\nsend(sum);\n\nprint({ total: sum });\n');
  assert.equal(other.document.getText(), 'use(sum);\n');
  assert.equal(ignored.document.getText(), 'use(total);\n');
});

test('a name that the user renames before the server answers is offered when it has', async () => {
  const { state } = offer();
  serve();
  const answer = desk.servers.get('vscode.executeDocumentRenameProvider');
  let release = () => {};
  desk.servers.set('vscode.executeDocumentRenameProvider', (...args) => {
    const edit = answer?.(...args);
    return new Promise((resolve) => {
      release = () => resolve(edit);
    });
  });
  const editor = await opened('src/a.ts', code);
  const idle = release;
  desk.cursor(editor, 0, 8);
  await until(() => release !== idle);
  desk.retype(editor, 'total', 'sum');
  await quiet();
  assert.equal(state.tab, undefined);
  release();
  await until(() => state.tab);
});

for (const where of ['use', 'keys', 'ignored', 'restricted'] as const)
  test(`the server is not asked for a rename: ${where}`, async () => {
    desk.isTrusted = where !== 'restricted';
    offer({ off: where === 'ignored' ? 'src/a.ts' : '' });
    const server = serve({ declaresAt: where === 'use' ? 40 : 6 });
    const editor = await opened('src/a.ts', code);
    if (where === 'keys') desk.retype(editor, 'total', 'sum');
    else desk.cursor(editor, 0, 8);
    await quiet();
    assert.equal(server.asked, 0, where);
  });

for (const answer of ['refusal', 'more'] as const)
  test(`nothing is offered if the server refuses, or replaces more than names: ${answer}`, async () => {
    const { state } = offer();
    const server = serve({ extra: answer === 'more' ? '_renamed0 and total_renamed0' : '' });
    if (answer === 'refusal')
      desk.servers.set('vscode.executeDocumentRenameProvider', () => {
        server.asked++;
        throw new Error('You cannot rename this element.');
      });
    const editor = await opened('src/a.ts', code);
    desk.cursor(editor, 0, 8);
    await until(() => server.asked);
    desk.retype(editor, 'total', 'sum');
    await quiet();
    assert.equal(state.tab, undefined);
  });

test('a new word that is typed asks the server nothing', async () => {
  offer();
  let asked = 0;
  desk.servers.set('vscode.executeDefinitionProvider', () => {
    asked++;
    return [];
  });
  const editor = await opened('src/a.ts', `${code};\n`);
  desk.retype(editor, ';', 'total', 3);
  await quiet();
  assert.equal(asked, 0);
});
