// The next edit in an editor: when it is searched for and offered, what is drawn and announced, and what the commands
// do.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TextFile } from '../../../src/edits/history/edit.ts';
import { desk } from '../../fakes/vscode-editor.ts';
import { dispose, offer, opened, take, until } from './offers.ts';

const { Range, Selection } = await import('vscode');

const uses = (name: string) =>
  `const ${name} = readLimit();\nlog(${name});\n\n\nif (${name} > 3) {\n  stop(${name});\n}\n`;

const setUp = (options: Parameters<typeof offer>[0] = {}) => offer({ files: [], ...options });
afterEach(dispose);

async function renamed(files: TextFile[] = []) {
  const parts = setUp({ files });
  const editor = await opened('src/a.ts', uses('total'));
  desk.retype(editor, 'total', 'sum');
  desk.retype(editor, 'total', 'sum');
  await until(() => parts.state.tab);
  return { ...parts, editor };
}

test('marks the third place, hints at it, announces it and lists it', async () => {
  const { editor, activity, state } = await renamed();
  assert.equal(state.tab, 'jump');
  assert.deepEqual(desk.drawn(editor), ['(struck through)', 'sum', 'Tab: next edit, line 5']);
  assert.ok(desk.status.visible);
  assert.deepEqual(desk.status.accessibilityInformation, {
    label: 'Next edit: a.ts line 5: replace total by sum. Tab goes there, Escape dismisses it.',
    role: 'alert',
  });
  const [row] = activity.rows;
  assert.equal(row?.source, 'edit');
  assert.deepEqual(row?.edit, {
    removed: 'total',
    learnedFrom: [
      { removed: 'total', inserted: 'sum' },
      { removed: 'total', inserted: 'sum' },
    ],
    left: 2,
  });
  assert.equal(activity.totals().completions, 0);
});

test('no hint claims that an edit is the last one, since others may follow from it', async () => {
  const { offers, editor } = await renamed();
  await take(offers);
  await offers.goTo();
  assert.ok(desk.drawn(editor).includes('Tab: apply, Esc: dismiss'), desk.drawn(editor).join());
});

test('the row of an edit that is offered no more does not wait for an answer', async () => {
  const { editor, activity } = await renamed();
  const [shown] = activity.rows;
  assert.equal(shown?.outcome, 'pending');
  desk.retype(editor, 'total', 'sum');
  await until(() => activity.rows[0]?.id !== shown?.id);
  assert.equal(activity.get(shown?.id ?? '')?.outcome, 'ignored');
  assert.equal(activity.rows[0]?.outcome, 'pending');
});

test('a document that was shortened above the cursor is no error', async () => {
  const { editor, state } = await renamed();
  editor.selection = new Selection(6, 0, 6, 0);
  // The editor reports the change before the cursor has moved.
  editor.document.change([{ range: new Range(0, 0, 7, 0), text: '' }]);
  assert.equal(state.tab, undefined);
});

test('goes to the edit, applies it, and offers the next at once', async () => {
  const { offers, editor, activity, state } = await renamed();
  await offers.goTo();
  assert.deepEqual({ ...editor.selection.active }, { line: 4, character: 4 });
  assert.equal(state.tab, 'apply');
  await take(offers);
  assert.deepEqual({ ...editor.selection.active }, { line: 4, character: 7 });
  assert.ok(desk.drawn(editor).includes('Tab: next edit, line 6'));
  await take(offers);
  assert.equal(editor.document.getText(), uses('sum'));
  assert.equal(state.tab, 'wait', 'after the last one, too');
  assert.deepEqual(desk.drawn(editor), []);
  assert.ok(!desk.status.visible);
  assert.deepEqual(
    activity.rows.map(({ outcome }) => outcome),
    ['accepted', 'accepted'],
  );
});

test('the commands apply no edit before the cursor is at it', async () => {
  const { offers, editor } = await renamed();
  const before = editor.document.getText();
  await offers.apply();
  assert.equal(editor.document.getText(), before);
  await offers.apply();
  assert.notEqual(editor.document.getText(), before);
});

for (const end of ['a key', 'a move of the cursor', 'an undo'] as const)
  test(`after an applied edit Tab waits for the next one until there is ${end}`, async () => {
    const { offers, editor, state } = await renamed();
    await take(offers);
    await take(offers);
    assert.equal(state.tab, 'wait');
    if (end === 'a key') desk.retype(editor, ';', '; ');
    if (end === 'a move of the cursor') desk.cursor(editor, 2, 0);
    if (end === 'an undo') editor.document.undo();
    assert.equal(state.tab, undefined);
  });

test('one undo takes one applied edit back, which is not offered again', async () => {
  const { offers, editor, state } = await renamed();
  await take(offers);
  editor.document.undo();
  assert.equal(
    editor.document.getText(),
    uses('sum')
      .replace(/sum( > 3)/, 'total$1')
      .replace('stop(sum)', 'stop(total)'),
  );
  assert.equal(state.tab, undefined);
  assert.equal(await offers.goTo(), false);
});

test('changes right after a file is opened count, before it is known whether it is ignored', async () => {
  const { state } = setUp();
  const editor = await desk.open('src/a.ts', uses('total'));
  desk.retype(editor, 'total', 'sum');
  desk.retype(editor, 'total', 'sum');
  await until(() => state.tab);
  assert.ok(desk.drawn(editor).includes('Tab: next edit, line 5'));
});

test('the status bar names file, line and key of the edit, and follows it when it moves', async () => {
  const { editor, state } = await renamed();
  assert.equal(desk.status.text, '$(edit) Next edit: a.ts line 5 (Tab)');
  const { asked } = state;
  editor.document.change([{ range: new Range(0, 0, 0, 0) as never, text: '\n' }]);
  desk.cursor(editor, 1, 8);
  await until(() => state.asked > asked && state.tab);
  assert.equal(desk.status.text, '$(edit) Next edit: a.ts line 6 (Tab)');
  await opened('src/b.ts', '');
  assert.equal(desk.status.text, '$(edit) Next edit: a.ts line 6');
  assert.match(desk.status.accessibilityInformation?.label ?? '', /^Next edit: a\.ts line 6/);
});

test('the hint names the key that works while the editor has a list of suggestions open', async () => {
  const { offers, editor } = await renamed();
  offers.onList(true);
  assert.ok(desk.drawn(editor).includes('Alt+Enter: next edit, line 5'), desk.drawn(editor).join());
  await offers.goTo();
  assert.ok(desk.drawn(editor).includes('Alt+Enter: apply, Esc: dismiss'), 'the key stays the same at the edit');
  await offers.apply();
  assert.ok(desk.drawn(editor).includes('Tab: next edit, line 6'));
});

test('the hint stands in a line that is in view', async () => {
  const { editor } = await renamed();
  const hint = 'Tab: next edit, line 5';
  assert.equal(desk.drawnAt(editor, hint)?.line, 1);
  desk.scroll(editor, 4, 6);
  assert.equal(desk.drawnAt(editor, hint)?.line, 4);
});

test('going on after a pause offers the next edit at once', async () => {
  desk.answer = 'Go On';
  const { offers, editor, state } = await renamed();
  for (const [old, name] of [
    ['sum', 'rows'],
    ['rows', 'lines'],
  ] as const) {
    offers.dismiss();
    desk.retype(editor, old, name);
    desk.retype(editor, old, name);
    await until(() => state.tab);
  }
  assert.equal(desk.questions.length, 1);
});

test('the status bar shows a pause until it is ended', async () => {
  const { offers, editor, state } = await renamed();
  offers.dismiss();
  for (let use = 0; use < 2; use++) desk.retype(editor, 'sum', 'rows');
  await until(() => state.tab);
  offers.dismiss();
  assert.ok(desk.status.visible);
  assert.match(desk.status.text, /^\$\(bell-slash\) Next edits pause until \d/);
  desk.cursor(editor, 0, 0);
  assert.ok(desk.status.visible, 'a move of the cursor hides it');
  await offers.resume();
  assert.ok(!desk.status.visible || !/pause/.test(desk.status.text));
});

test('a key takes the hint away until a pause in typing', async () => {
  const { editor, state } = await renamed();
  const { asked } = state;
  desk.retype(editor, ';', '; ');
  assert.equal(state.tab, undefined);
  await until(() => state.asked > asked && state.tab);
  assert.equal(state.tab, 'jump');
});

test('goes to an edit in another file', async () => {
  const { offers, editor } = await renamed();
  const other = await opened('src/b.ts', 'export { total };\nsend(total);\n');
  await desk.show(editor.document);
  await take(offers);
  await take(offers);
  assert.ok(desk.drawn(editor).includes('Tab: next edit, b.ts line 1'), desk.drawn(editor).join());
  await take(offers);
  assert.equal(desk.active.document, other.document);
  assert.match(other.document.getText(), /^export \{ sum \};/);
});

test('opens a file of the folder, and takes the place from its present text', async () => {
  const { offers, editor } = await renamed([{ path: 'src/b.ts', text: 'send(total);\n' }]);
  desk.write('src/b.ts', '\n\nsend(total);\n');
  await take(offers);
  await take(offers);
  assert.ok(desk.drawn(editor).includes('Tab: next edit, b.ts line 1'), desk.drawn(editor).join());
  await take(offers);
  assert.equal(desk.active.document.getText(), '\n\nsend(sum);\n');
});

test('a file that is gone is not opened, and nothing is offered', async () => {
  const { offers, editor } = await renamed([{ path: 'src/b.ts', text: 'send(total);\n' }]);
  await take(offers);
  await take(offers);
  assert.equal(await offers.goTo(), false);
  assert.deepEqual(desk.drawn(editor), []);
});

test('applies all after a preview if the first file is gone', async () => {
  // More alike to the renamed places, so that it comes first.
  const gone = { path: 'src/b.ts', text: 'log(total);\n' };
  const { offers } = await renamed([gone, { path: 'src/c.ts', text: 'send(total);\n' }]);
  desk.write('src/c.ts', 'send(total);\n');
  await take(offers);
  await take(offers);
  await offers.applyAll();
  const [refactoring] = desk.confirmed;
  assert.deepEqual(
    refactoring?.edits.map(({ uri, text }) => [uri.path, text]),
    [['/work/src/c.ts', 'sum']],
  );
});

test('applies all after a preview, and offers all again after it was discarded', async () => {
  const { offers, editor, state } = await renamed();
  desk.isDiscarding = true;
  await offers.applyAll();
  assert.equal(desk.active.document, editor.document);
  assert.equal(state.tab, 'jump');
  desk.isDiscarding = false;
  await offers.applyAll();
  const { edits = [] } = desk.confirmed.at(-1) ?? {};
  assert.deepEqual(
    edits.map(({ metadata }) => metadata),
    Array(2).fill({ needsConfirmation: false, label: 'repeated edit' }),
  );
  assert.equal(editor.document.getText(), uses('sum'));
});

test('one undo takes all applied edits back, which are not offered again', async () => {
  const { offers, editor } = await renamed();
  await offers.applyAll();
  editor.document.undo();
  assert.equal(editor.document.getText().match(/total/g)?.length, 2);
  desk.retype(editor, ';', '; ');
  assert.equal(await offers.goTo(), false);
});

for (const [path, isTold] of [
  ['src/a.ts', true],
  ['notes/private.ts', false],
] as const)
  test(`the local models, whose drafts go into prompts, ${isTold ? 'learn' : 'learn nothing'} of ${path}`, async () => {
    const { state } = setUp({ local: 'notes/private.ts' });
    const editor = await opened(path, uses('total'));
    for (let use = 0; use < 2; use++) desk.retype(editor, 'total', 'sum');
    await until(() => state.tab);
    desk.retype(editor, '3', '4');
    const told = state.histories.flatMap(({ edits, replaced }) => (replaced ? [...edits, replaced] : edits));
    assert.equal(told.length > 0, isTold);
  });

test('the local models are told of finished edits, and of none after a checkout', async () => {
  const { editor, state } = await renamed();
  const told = () => state.histories.at(-1)?.edits.map(({ inserted }) => inserted);
  assert.deepEqual(told(), [], 'one burst, which is not finished');
  desk.retype(editor, '3', '4');
  assert.deepEqual(told(), ['sum', 'sum']);
  const count = state.histories.length;
  desk.retype(editor, '4', '5');
  assert.equal(state.histories.length, count, 'the edit under way is no news');
  desk.checkout();
  assert.deepEqual(told(), []);
});

test('a dismissed edit is gone, and counts as rejected', async () => {
  const { offers, editor, activity, state } = await renamed();
  offers.dismiss();
  assert.equal(state.tab, undefined);
  assert.deepEqual(desk.drawn(editor), []);
  assert.equal(activity.rows[0]?.outcome, 'rejected');
  const { asked } = state;
  desk.retype(editor, ';', '; ');
  await until(() => state.asked > asked);
  await sleep(5);
  assert.deepEqual(desk.drawn(editor), []);
});

test('the rest of an insertion is offered where the user types it', async () => {
  const { offers, state } = setUp();
  const object = (name: string, option = '') => `add({\n  name: '${name}',\n${option}  size: 1,\n});\n\n`;
  const names = ['red', 'green', 'blue'];
  const editor = await opened('src/a.ts', names.map((name) => object(name)).join(''));
  const { document } = editor;
  const type = (line: number, text: string) => {
    let [position, at] = [{ line, character: document.lineAt(line).text.length }, 0];
    for (const piece of text.match(/\n {2}|./g) ?? []) {
      at = document.offsetAt(position as never) + piece.length;
      document.change([
        { range: { start: position, end: position, isEmpty: true, isSingleLine: true } as never, text: piece },
      ]);
      position = document.positionAt(at);
    }
    desk.cursor(editor, position.line, position.character);
    return position;
  };
  type(1, "\n  label: 'red',");
  type(7, "\n  label: 'green',");
  await until(() => state.tab);
  const end = type(13, '\n  la');
  assert.equal(offers.inLine(document as never, end as never, true)?.inserts, "bel: 'blue',");
});

for (const change of ['tool', 'paste', 'imports', 'outside', 'checkout'] as const)
  test(`what the user has not typed teaches nothing: ${change}`, async () => {
    const { offers } = setUp();
    const editor = await opened(`src/${change}.ts`, uses('total'));
    const { document } = editor;
    const placeOf = (nth: number) => {
      const at = [...document.getText().matchAll(/total/g)][nth]?.index as number;
      return { range: { start: document.positionAt(at), end: document.positionAt(at + 5) } as never, text: 'sum' };
    };
    if (change === 'tool') document.change([placeOf(0), { ...placeOf(1), text: 'count' }]);
    if (change === 'imports')
      for (const nth of [0, 0])
        await offers.asTool(async () => {
          document.change([placeOf(nth)]);
          return true;
        });
    if (change === 'outside') for (const nth of [0, 0]) document.change([placeOf(nth)], { isOutside: true });
    if (change === 'paste')
      for (const nth of [0, 0])
        document.change([{ ...placeOf(nth), text: 'sumOfAllTheThingsThatSomebodyHadCopiedBefore()' }]);
    if (change === 'checkout') {
      desk.retype(editor, 'total', 'sum');
      desk.retype(editor, 'total', 'sum');
      desk.checkout();
    }
    assert.equal(await offers.goTo(), false, change);
  });

test('a reverted file teaches nothing, whatever is typed after it', async () => {
  const { offers, editor } = await renamed();
  editor.document.revert();
  desk.retype(editor, ';', ' ;');
  assert.equal(await offers.goTo(), false);
});

for (const [name, examples] of [
  ['easyAdaptation.balance', 2],
  ['files.exclude', 1],
] as const)
  test(`an edit goes on when a setting changes that says nothing of what is recorded: ${name}`, async () => {
    const { offers, activity, state } = setUp();
    const editor = await opened(`src/${name}.ts`, uses('total'));
    desk.retype(editor, 'total', 's');
    state.changeSettings((setting) => setting === name);
    await sleep(5);
    desk.retype(editor, 's =', 'sum =');
    desk.retype(editor, 'total', 'sum');
    await offers.goTo();
    assert.equal(activity.rows[0]?.edit?.learnedFrom.length, examples, name);
  });

test('a save, and an undo back to the saved text, keep the edits', async () => {
  const { offers, editor } = await renamed();
  const { document } = editor;
  document.save();
  desk.retype(editor, ';', ' ;', 2);
  assert.equal(await offers.goTo(), true);
  while (document.isDirty) document.undo();
  desk.retype(editor, ';', ' ;', 2);
  assert.equal(await offers.goTo(), true);
});

for (const where of ['restricted', 'ignored', 'setting', 'off', 'outside'] as const)
  test(`nothing is offered where it may not be: ${where}`, async () => {
    desk.isTrusted = where !== 'restricted';
    const { offers, state } = setUp({
      rule: where === 'ignored' ? 'off' : 'open',
      isOn: where !== 'off',
      settings: { nextEdits: where !== 'setting' },
    });
    const editor = await opened(where === 'outside' ? '/elsewhere/a.ts' : 'src/a.ts', uses('total'));
    desk.retype(editor, 'total', 'sum');
    desk.retype(editor, 'total', 'sum');
    await offers.goTo();
    assert.equal(state.asked, 0, where);
  });

test('an edit in the cursor’s line owns it, and other ghost text gives way; between two keys nothing does', async () => {
  const { offers, state } = setUp({ files: [] });
  const editor = await opened('src/a.ts', 'const total = readLimit();\nlog(total);\nif (total > 3) stop(total);\n');
  const { document } = editor;
  const owns = () => offers.inLine(document as never, editor.selection.active as never, false) !== undefined;
  for (let use = 0; use < 3; use++) desk.retype(editor, 'total', 'count');
  offers.onGhostText(true);
  assert.equal(owns(), false);
  await until(() => state.taken > 0);
  assert.equal(owns(), true);
  assert.deepEqual([state.taken, state.tab], [1, 'jump']);
  assert.ok(
    desk.drawn(editor).some((text) => text.startsWith('Tab: next edit, line 3')),
    'the hint is not covered',
  );
  editor.selection = new Selection(1, 0, 1, 0);
  assert.equal(owns(), false);
});
