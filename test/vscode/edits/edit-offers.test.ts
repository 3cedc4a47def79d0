// The next edit in an editor: when it is offered, what is drawn and announced, and what the commands do.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../../src/common/log.ts';
import type { TabAction } from '../../../src/vscode/edits/offered-edits.ts';
import type { EditHistory, TextFile } from '../../../src/workspace/edits/edit.ts';
import type { NextEditsInput } from '../../../src/workspace/edits/next-edit.ts';
import { nextEdits } from '../../../src/workspace/edits/next-edits.ts';
import { desk } from '../../fakes/vscode-editor.ts';

const { Range, Selection } = await import('vscode');
const { EditOffers } = await import('../../../src/vscode/edits/edit-offers.ts');
const { Activity } = await import('../../../src/vscode/completion/activity.ts');

const uses = (name: string) =>
  `const ${name} = readLimit();\nlog(${name});\n\n\nif (${name} > 3) {\n  stop(${name});\n}\n`;

function setUp({ rule = 'open', isOn = true, nextEditsSetting = true, files = [] as TextFile[] } = {}) {
  const activity = new Activity();
  const state = {
    tab: undefined as TabAction,
    asked: 0,
    histories: [] as EditHistory[],
    changeSettings: (_affects: (name: string) => boolean) => {},
  };
  const session = {
    secrets: { values: async () => {}, textNow: (text: string) => text },
    setHistory: (history: EditHistory) => state.histories.push(history),
    nextEdits: (input: NextEditsInput) => {
      state.asked++;
      return nextEdits({ ...input, filesWith: () => files, least: 0, ms: 10_000 });
    },
  };
  const offers = new EditOffers({
    folders: { of: () => session } as never,
    rules: { of: async () => rule } as never,
    configuration: {
      for: () => ({ nextEdits: nextEditsSetting }),
      onDidChange: (listener: typeof state.changeSettings) => {
        state.changeSettings = listener;
        return { dispose() {} };
      },
    } as never,
    activity,
    log: silentLog,
    isOn: () => isOn,
    isSuggested: () => false,
    onOffered: () => {},
    onTabAction: (action) => {
      state.tab = action;
    },
  });
  disposables.push(offers);
  return { offers, activity, state };
}

const disposables: { dispose(): void }[] = [];
afterEach(() => {
  for (const one of disposables.splice(0)) one.dispose();
  desk.reset();
});

/** Runs until the document is recorded, or what was asked for is answered. */
async function settled(done: () => unknown): Promise<void> {
  while (!done()) await sleep(5);
}

async function opened(path: string, text: string) {
  const editor = await desk.open(path, text);
  // The journal is imported on first use.
  await import('../../../src/workspace/edits/journal.ts');
  await sleep(5);
  return editor;
}

async function renamed(files: TextFile[] = []) {
  const parts = setUp({ files });
  const editor = await opened('src/a.ts', uses('total'));
  desk.retype(editor, 'total', 'sum');
  desk.retype(editor, 'total', 'sum');
  await settled(() => parts.state.tab);
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
  await offers.apply();
  assert.deepEqual({ ...editor.selection.active }, { line: 4, character: 7 });
  assert.ok(desk.drawn(editor).includes('Tab: next edit, line 6'));
  await offers.apply();
  assert.equal(editor.document.getText(), uses('sum'));
  assert.equal(state.tab, undefined);
  assert.deepEqual(desk.drawn(editor), []);
  assert.ok(!desk.status.visible);
  assert.deepEqual(
    activity.rows.map(({ outcome }) => outcome),
    ['accepted', 'accepted'],
  );
});

test('one undo takes one applied edit back, which is not offered again', async () => {
  const { offers, editor, state } = await renamed();
  await offers.apply();
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
  await settled(() => state.tab);
  assert.ok(desk.drawn(editor).includes('Tab: next edit, line 5'));
});

test('the status bar names file and line of the edit, and follows it when it moves', async () => {
  const { editor, state } = await renamed();
  assert.equal(desk.status.text, '$(edit) Next edit: a.ts line 5');
  const { asked } = state;
  editor.document.change([{ range: new Range(0, 0, 0, 0) as never, text: '\n' }]);
  desk.cursor(editor, 1, 8);
  await settled(() => state.asked > asked && state.tab);
  assert.equal(desk.status.text, '$(edit) Next edit: a.ts line 6');
  await opened('src/b.ts', '');
  assert.equal(desk.status.text, '$(edit) Next edit: a.ts line 6');
  assert.match(desk.status.accessibilityInformation?.label ?? '', /^Next edit: a\.ts line 6/);
});

test('the hint names the key that works while the editor has a list of suggestions open', async () => {
  const { offers, editor } = await renamed();
  offers.onList(true);
  assert.ok(desk.drawn(editor).includes('Alt+Enter: next edit, line 5'), desk.drawn(editor).join());
  offers.onList(false);
  assert.ok(desk.drawn(editor).includes('Tab: next edit, line 5'));
});

test('the hint stands in a line that is in view', async () => {
  const { editor } = await renamed();
  const hint = 'Tab: next edit, line 5';
  assert.equal(desk.drawnAt(editor, hint)?.line, 1);
  desk.scroll(editor, 4, 6);
  assert.equal(desk.drawnAt(editor, hint)?.line, 4);
});

test('two dismissals in a row pause the offers, and say so with a way back', async () => {
  const { offers, editor, state } = await renamed();
  offers.dismiss();
  assert.deepEqual(desk.questions, []);
  desk.retype(editor, 'sum', 'rows');
  desk.retype(editor, 'sum', 'rows');
  await settled(() => state.tab);
  offers.dismiss();
  assert.deepEqual(desk.questions, ['Next edits pause for ten minutes.']);
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
    await settled(() => state.tab);
  }
  assert.equal(desk.questions.length, 1);
});

test('a key takes the hint away until a pause in typing', async () => {
  const { editor, state } = await renamed();
  const { asked } = state;
  desk.retype(editor, ';', '; ');
  assert.equal(state.tab, undefined);
  await settled(() => state.asked > asked && state.tab);
  assert.equal(state.tab, 'jump');
});

test('goes to an edit in another file', async () => {
  const { offers, editor } = await renamed();
  const other = await opened('src/b.ts', 'export { total };\nsend(total);\n');
  await desk.show(editor.document);
  await offers.apply();
  await offers.apply();
  assert.ok(desk.drawn(editor).includes('Tab: next edit, b.ts line 1'), desk.drawn(editor).join());
  await offers.apply();
  assert.equal(desk.active.document, other.document);
  assert.match(other.document.getText(), /^export \{ sum \};/);
});

test('opens a file of the folder, and takes the place from its present text', async () => {
  const { offers, editor } = await renamed([{ path: 'src/b.ts', text: 'send(total);\n' }]);
  desk.write('src/b.ts', '\n\nsend(total);\n');
  await offers.apply();
  await offers.apply();
  assert.ok(desk.drawn(editor).includes('Tab: next edit, b.ts line 1'), desk.drawn(editor).join());
  await offers.apply();
  assert.equal(desk.active.document.getText(), '\n\nsend(sum);\n');
});

test('a file that is gone is not opened, and nothing is offered', async () => {
  const { offers, state } = await renamed([{ path: 'src/b.ts', text: 'send(total);\n' }]);
  await offers.apply();
  await offers.apply();
  assert.equal(await offers.goTo(), false);
  assert.equal(state.tab, undefined);
});

test('applies all after a preview', async () => {
  const { offers, editor } = await renamed();
  await offers.applyAll();
  const [refactoring] = desk.confirmed;
  assert.equal(refactoring?.edits.length, 2);
  for (const { metadata } of refactoring?.edits ?? [])
    assert.deepEqual(metadata, { needsConfirmation: false, label: 'repeated edit' });
  assert.equal(editor.document.getText(), uses('sum'));
});

test('applies all after a preview if the first file is gone', async () => {
  // More alike to the renamed places, so that it comes first.
  const gone = { path: 'src/b.ts', text: 'log(total);\n' };
  const { offers } = await renamed([gone, { path: 'src/c.ts', text: 'send(total);\n' }]);
  desk.write('src/c.ts', 'send(total);\n');
  await offers.apply();
  await offers.apply();
  await offers.applyAll();
  const [refactoring] = desk.confirmed;
  assert.deepEqual(
    refactoring?.edits.map(({ uri, text }) => [uri.path, text]),
    [['/work/src/c.ts', 'sum']],
  );
});

test('all are offered again after their preview was discarded', async () => {
  const { offers, editor, state } = await renamed();
  desk.isDiscarding = true;
  await offers.applyAll();
  assert.equal(desk.active.document, editor.document);
  assert.equal(state.tab, 'jump');
  desk.isDiscarding = false;
  await offers.applyAll();
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
  await settled(() => state.asked > asked);
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
  await settled(() => state.tab);
  const end = type(13, '\n  la');
  assert.equal(offers.insertionAt(document as never, end as never)?.text, "bel: 'blue',");
});

test('a formatter, a paste, our own imports, a change on disk and a checkout teach nothing', async () => {
  for (const change of ['tool', 'paste', 'imports', 'outside', 'checkout'] as const) {
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
    offers.dispose();
  }
});

test('a reverted file teaches nothing, whatever is typed after it', async () => {
  const { offers, editor } = await renamed();
  editor.document.revert();
  desk.retype(editor, ';', ' ;');
  assert.equal(await offers.goTo(), false);
});

test('an edit goes on when a setting changes that says nothing of what is recorded', async () => {
  for (const [name, examples] of [
    ['easyAdaptation.balance', 2],
    ['easyAdaptation.exclude', 1],
  ] as const) {
    const { offers, activity, state } = setUp();
    const editor = await opened(`src/${name}.ts`, uses('total'));
    desk.retype(editor, 'total', 's');
    state.changeSettings((setting) => setting === name);
    await sleep(5);
    desk.retype(editor, 's =', 'sum =');
    desk.retype(editor, 'total', 'sum');
    await offers.goTo();
    assert.equal(activity.rows[0]?.edit?.learnedFrom.length, examples, name);
    offers.dispose();
  }
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

test('nothing is offered in Restricted Mode, in ignored files, where it is off, or outside the folder', async () => {
  for (const where of ['restricted', 'ignored', 'setting', 'off', 'outside'] as const) {
    desk.isTrusted = where !== 'restricted';
    const { offers, state } = setUp({
      rule: where === 'ignored' ? 'off' : 'open',
      isOn: where !== 'off',
      nextEditsSetting: where !== 'setting',
    });
    const editor = await opened(where === 'outside' ? '/elsewhere/a.ts' : 'src/a.ts', uses('total'));
    desk.retype(editor, 'total', 'sum');
    desk.retype(editor, 'total', 'sum');
    await offers.goTo();
    assert.equal(state.asked, 0, where);
    offers.dispose();
    desk.reset();
  }
});
