// Keys and resting cursors, and the text that an editor command inserted, read off the editor's events.
import assert from 'node:assert/strict';
import '../../fakes/vscode-editor.ts';
import { type TestContext, test } from 'node:test';

const { CursorWatch } = await import('../../../src/vscode/completion/early-requests.ts');
interface Editor {
  readonly id: string;
  readonly document: { version: number };
}

const { insertedTexts } = await import('../../../src/vscode/completion/surface.ts');

/** A move or key in an editor, a time that passes (ms), 'active': the second editor; and what was heard at the end. */
const sessions: readonly (readonly [name: string, events: readonly (string | number)[], heard: readonly string[]])[] = [
  [
    'a rest is reported once, after no move for the whole interval',
    ['move', 150, 'move', 260, 10_000],
    ['rest in one'],
  ],
  ['a rest is not reported before', ['move', 150, 'move', 150], []],
  [
    'a key is reported at once and cancels a pending rest',
    ['move', 'key', 'key', 10_000],
    ['key in one', 'key in one'],
  ],
  ['a move after a key is a rest', ['move', 'key', 'move', 200], ['key in one', 'rest in one']],
  ['the first event of a document is no key', ['key', 200], ['rest in one']],
  ['an editor that becomes active rests', ['move', 'key', 'active', 200], ['key in one', 'rest in two']],
  ['after disposal nothing is reported', ['move', 'dispose', 10_000], []],
];
for (const [name, events, expected] of sessions)
  test(name, (context: TestContext) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const heard: string[] = [];
    const [one, two] = ['one', 'two'].map((id) => ({ id, document: { version: 1 } })) as [Editor, Editor];
    const watch = new CursorWatch<Editor>({
      onKey: ({ id }) => heard.push(`key in ${id}`),
      onRest: ({ id }) => heard.push(`rest in ${id}`),
    });
    for (const event of events) {
      if (typeof event === 'number') context.mock.timers.tick(event);
      else if (event === 'dispose') watch.dispose();
      else if (event === 'active') watch.startRest(two);
      else {
        if (event === 'key') one.document.version++;
        watch.moved(one);
      }
    }
    assert.deepEqual(heard, expected);
  });

test('each inserted text has its end offset and its length with normalized line ends', () => {
  assert.deepEqual(insertedTexts([{ rangeOffset: 4, text: 'ab' }]), [{ end: 6, length: 2 }]);
  assert.deepEqual(insertedTexts([{ rangeOffset: 4, text: 'a\r\nb' }]), [{ end: 8, length: 3 }]);
  // Two cursors: the upper insertion shifts the lower one.
  assert.deepEqual(
    insertedTexts([
      { rangeOffset: 20, text: 'abc' },
      { rangeOffset: 5, text: 'abc' },
    ]),
    [
      { end: 8, length: 3 },
      { end: 26, length: 3 },
    ],
  );
  assert.deepEqual(insertedTexts([]), []);
  assert.deepEqual(insertedTexts([{ rangeOffset: 4, text: '' }]), []);
});
