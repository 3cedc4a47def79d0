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

type Session = Awaited<ReturnType<typeof renamed>>;

const actions = {
  'go to': ({ offers }) => offers.goTo(),
  take: ({ offers }) => take(offers),
  apply: ({ offers }) => offers.apply(),
  'apply those of the file': ({ offers }) => offers.applyInFile(),
  'apply all': ({ offers }) => offers.applyAll(),
  dismiss: ({ offers }) => offers.dismiss(),
  undo: ({ editor }) => editor.document.undo(),
  'rename the next': ({ editor }) => desk.retype(editor, 'total', 'sum'),
  'type a blank': ({ editor }) => desk.retype(editor, ';', '; '),
  'move the cursor': ({ editor }) => desk.cursor(editor, 2, 0),
  'open the list': ({ offers }) => offers.onList(true),
  // The editor reports the change before the cursor has moved.
  'delete all below the cursor': ({ editor }) => {
    editor.selection = new Selection(6, 0, 6, 0);
    editor.document.change([{ range: new Range(0, 0, 7, 0), text: '' }]);
  },
  'discard the preview': () => {
    desk.isDiscarding = true;
  },
  'wait for an offer': ({ state }) => until(() => state.tab),
  'wait for a search': async ({ state: { asked }, state }) => {
    await until(() => state.asked > asked);
    await sleep(5);
  },
} satisfies Readonly<Record<string, (session: Session) => unknown>>;

function seen({ editor, state, activity }: Session) {
  const { line, character } = editor.selection.active;
  return {
    tab: state.tab,
    drawn: desk.drawn(editor),
    text: editor.document.getText(),
    cursor: `${line} ${character}`,
    status: desk.status.visible ? desk.status.text : '',
    // Newest first.
    outcomes: activity.rows.map(({ outcome }) => outcome),
  };
}

const HALF = uses('sum').replace('(sum > 3)', '(total > 3)').replace('stop(sum)', 'stop(total)');
const NEXT = ['(struck through)', 'sum', 'Tab: next edit, line 6'];
/** What the user does after two of four places were renamed, and what there is to see then. */
const sessions: readonly [what: string, does: (keyof typeof actions)[], sees: Partial<ReturnType<typeof seen>>][] = [
  [
    'the third place is marked, hinted at, announced and listed',
    [],
    {
      tab: 'jump',
      drawn: ['(struck through)', 'sum', 'Tab: next edit, line 5'],
      status: '$(edit) Next edit: a.ts line 5 (Tab)',
      outcomes: ['pending'],
    },
  ],
  ['the cursor goes to the edit', ['go to'], { tab: 'apply', cursor: '4 4', text: HALF }],
  ['no edit is applied before the cursor is at it', ['apply'], { tab: 'apply', cursor: '4 4', text: HALF }],
  ['an applied edit has the next one follow at once', ['take'], { tab: 'jump', cursor: '4 7', drawn: NEXT }],
  [
    'no hint claims that an edit is the last one, since others may follow from it',
    ['take', 'go to'],
    { drawn: ['(struck through)', 'sum', 'Tab: apply, Esc: dismiss'] },
  ],
  [
    'after the last one Tab waits, and nothing is drawn',
    ['take', 'take'],
    { tab: 'wait', text: uses('sum'), drawn: [], status: '', outcomes: ['accepted', 'accepted'] },
  ],
  ['Tab waits until there is a key', ['take', 'take', 'type a blank'], { tab: undefined }],
  ['Tab waits until the cursor is moved', ['take', 'take', 'move the cursor'], { tab: undefined }],
  ['Tab waits until there is an undo', ['take', 'take', 'undo'], { tab: undefined }],
  ['one undo takes one applied edit back', ['take', 'undo'], { tab: undefined, text: HALF }],
  ['an edit that was taken back is not offered again', ['take', 'undo', 'go to'], { tab: undefined, text: HALF }],
  [
    'an edit that the user makes himself does not wait for an answer',
    ['rename the next', 'wait for an offer'],
    { outcomes: ['pending', 'ignored'], drawn: NEXT },
  ],
  ['a document that was shortened above the cursor is no error', ['delete all below the cursor'], { tab: undefined }],
  [
    'the hint names the key that works while the editor has a list of suggestions open',
    ['open the list'],
    { drawn: ['(struck through)', 'sum', 'Alt+Enter: next edit, line 5'] },
  ],
  [
    'the key stays the same at the edit',
    ['open the list', 'go to'],
    { drawn: ['(struck through)', 'sum', 'Alt+Enter: apply, Esc: dismiss'] },
  ],
  ['and is Tab again at the next one', ['open the list', 'go to', 'apply'], { drawn: NEXT }],
  ['a key takes the hint away', ['type a blank'], { tab: undefined }],
  ['a pause in typing brings it back', ['type a blank', 'wait for an offer'], { tab: 'jump' }],
  ['a dismissed edit is gone', ['dismiss'], { tab: undefined, drawn: [], outcomes: ['rejected'] }],
  ['and does not come again', ['dismiss', 'type a blank', 'wait for a search'], { drawn: [] }],
  [
    'those of the file are applied at once, and nothing is confirmed',
    ['apply those of the file'],
    { text: uses('sum'), drawn: [], outcomes: ['accepted'] },
  ],
  ['one undo takes those of the file back', ['apply those of the file', 'undo'], { tab: undefined, text: HALF }],
  [
    'which are not offered again, either',
    ['apply those of the file', 'undo', 'type a blank', 'go to'],
    { cursor: '0 25' },
  ],
  ['all are applied after a preview', ['apply all'], { text: uses('sum') }],
  ['all are offered again after it was discarded', ['discard the preview', 'apply all'], { tab: 'jump', text: HALF }],
  ['one undo takes all back', ['apply all', 'undo'], { tab: undefined, text: HALF }],
  ['which are not offered again', ['apply all', 'undo', 'type a blank', 'go to'], { tab: undefined, cursor: '0 25' }],
];
for (const [what, does, sees] of sessions)
  test(what, async () => {
    const session = await renamed();
    for (const action of does) await actions[action](session);
    const all = seen(session);
    assert.deepEqual({ ...all, ...sees }, all);
  });

test('an offer is spoken, and its row tells what it was learned from', async () => {
  const { activity } = await renamed();
  const label = 'Next edit: a.ts line 5: replace total by sum. Tab goes there, Escape dismisses it.';
  assert.deepEqual(desk.status.accessibilityInformation, { label, role: 'alert' });
  const [row] = activity.rows;
  const edit = { removed: 'total', inserted: 'sum' };
  assert.deepEqual([row?.source, row?.edit], ['edit', { removed: 'total', learnedFrom: [edit, edit], left: 2 }]);
  assert.equal(activity.totals().completions, 0);
});

test('a refactoring needs no confirmation of each edit, and keeps the editor', async () => {
  const { offers, editor } = await renamed();
  await offers.applyAll();
  assert.equal(desk.active.document, editor.document);
  const metadata = desk.confirmed.at(-1)?.edits.map((edit) => edit.metadata);
  assert.deepEqual(metadata, Array(2).fill({ needsConfirmation: false, label: 'repeated edit' }));
});

test('changes right after a file is opened count, before it is known whether it is ignored', async () => {
  const { state } = setUp();
  const editor = await desk.open('src/a.ts', uses('total'));
  desk.retype(editor, 'total', 'sum');
  desk.retype(editor, 'total', 'sum');
  await until(() => state.tab);
  assert.ok(desk.drawn(editor).includes('Tab: next edit, line 5'));
});

test('from three places of a file on, the key that applies all of them is named', async () => {
  const { state } = setUp();
  const editor = await opened('src/a.ts', `${uses('total')}count(total);\n`);
  desk.retype(editor, 'total', 'sum');
  desk.retype(editor, 'total', 'sum');
  await until(() => state.tab);
  const drawn = ['(struck through)', 'sum', 'Tab: next edit, line 5', 'Alt+Shift+Enter: all 3'];
  assert.deepEqual(desk.drawn(editor), drawn);
  assert.equal(desk.status.text, '$(edit) Next edit: a.ts line 5 (Tab, Alt+Shift+Enter: all 3)');
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

test('nothing is offered while a text is selected', async () => {
  const { editor, offers, state } = await renamed();
  editor.selection = new Selection(1, 0, 1, 3);
  assert.deepEqual([state.tab, desk.drawn(editor), desk.status.visible], [undefined, [], false]);
  assert.equal(await offers.goTo(), false);
  await sleep(500);
  assert.deepEqual(desk.drawn(editor), []);
  desk.cursor(editor, 1, 3);
  await until(() => state.tab);
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
