// New text in lines of its own: drawn as ghost text where the cursor goes, applied only then, and as a whole.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { desk } from '../../fakes/vscode-editor.ts';
import { dispose, offer, opened, quiet, take, until } from './offers.ts';

const { Range, WorkspaceEdit } = await import('vscode');
afterEach(dispose);

const BEFORE = 'const one = 2;\n\nstep(() => {\n  open();\n  show();\n});\n';
const LINES = '\n  run(() => {\n    show();\n  });';
const AFTER = BEFORE.replace('\n  open();\n  show();', LINES);

/** A fix of two lines by three is offered below the cursor, if the editor shows ghost text. */
async function offered(hasGhostText = true) {
  desk.settings.set('inlineSuggest.enabled', hasGhostText);
  const parts = offer();
  const editor = await opened('src/a.ts', BEFORE.replace('2', '1'));
  const { document } = editor;
  desk.report(document, [{ range: new Range(3, 2, 3, 6) as never, message: 'Cannot find open.' }]);
  desk.servers.set('vscode.executeCodeActionProvider', () => {
    const edit = new WorkspaceEdit();
    edit.replace(document.uri as never, new Range(3, 2, 4, 9), LINES.trim());
    return [{ title: 'Run', isPreferred: true, edit }];
  });
  desk.retype(editor, '1', '2');
  if (hasGhostText) await until(() => parts.state.tab);
  else await quiet();
  return { ...parts, editor };
}

test('lines that replace others are drawn as lines before Tab applies them', async () => {
  const { offers, editor, state } = await offered();
  const before = editor.document.getText();
  assert.ok(desk.drawn(editor).includes('+ run(() => { … 3 lines'), desk.drawn(editor).join());
  await offers.goTo();
  assert.equal(state.lines, LINES);
  assert.deepEqual(desk.drawn(editor), ['(struck through)', 'Tab: apply, Esc: dismiss']);
  assert.equal(state.tab, 'apply');
  offers.onGhostText(false);
  await offers.apply();
  assert.equal(editor.document.getText(), before, 'what is not shown is not applied');
  await take(offers);
  assert.equal(editor.document.getText(), AFTER);
});

test('new lines are accepted with the editor’s own keys, too, and replace the old ones', async () => {
  const { offers, editor, activity } = await offered();
  await offers.goTo();
  const end = editor.selection.active as never;
  editor.document.change([{ range: new Range(end, end) as never, text: LINES }]);
  offers.accepted(activity.rows[0]?.id ?? '');
  await until(() => editor.document.getText() === AFTER);
});

test('of new lines that replace others no word is accepted alone: they are applied', async () => {
  const { offers, editor } = await offered();
  assert.equal(await offers.applyLines(), false);
  await offers.goTo();
  assert.equal(await offers.applyLines(), true);
  assert.equal(editor.document.getText(), AFTER);
});

test('a dismissed edit takes its ghost text away', async () => {
  const { offers, state } = await offered();
  await offers.goTo();
  offers.dismiss();
  assert.equal(state.taken, 1);
});

test('lines are not offered where the editor shows no ghost text', async () => {
  const { state } = await offered(false);
  assert.equal(state.tab, undefined);
});
