// Keys and resting cursors, and the text that an editor command inserted, read off the editor's events.
import assert from 'node:assert/strict';
import '../../fakes/vscode-editor.ts';
import { type TestContext, test } from 'node:test';

const { CursorWatch } = await import('../../../src/vscode/completion/prefetch.ts');
const { insertedTexts } = await import('../../../src/vscode/completion/accept-part.ts');

function set(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const heard: string[] = [];
  const editor = (name: string) => ({ name, document: { version: 1 } });
  type Editor = ReturnType<typeof editor>;
  const watch = new CursorWatch<Editor>({
    onKey: ({ name }) => heard.push(`key in ${name}`),
    onRest: ({ name }) => heard.push(`rest in ${name}`),
  });
  const press = (at: Editor) => {
    at.document.version++;
    watch.moved(at);
  };
  const wait = (ms: number) => context.mock.timers.tick(ms);
  return { heard, watch, press, wait, one: editor('one'), two: editor('two') };
}

test('a rest is reported once, after the cursor has not moved for the whole interval', (context) => {
  const { heard, watch, wait, one } = set(context);
  watch.moved(one);
  wait(150);
  watch.moved(one);
  wait(150);
  assert.deepEqual(heard, []);
  wait(60);
  assert.deepEqual(heard, ['rest in one']);
  wait(10_000);
  assert.equal(heard.length, 1);
});

test('a key is reported at once and cancels a pending rest', (context) => {
  const { heard, watch, press, wait, one } = set(context);
  watch.moved(one);
  press(one);
  press(one);
  assert.deepEqual(heard, ['key in one', 'key in one']);
  wait(10_000);
  assert.equal(heard.length, 2);
  // A move without a key.
  watch.moved(one);
  wait(200);
  assert.deepEqual(heard.slice(2), ['rest in one']);
});

test('versions are compared per document, and its first event is not a key', (context) => {
  const { heard, watch, press, wait, one, two } = set(context);
  two.document.version = 7;
  watch.moved(one);
  watch.moved(two);
  press(one);
  watch.startRest(two);
  wait(200);
  assert.deepEqual(heard, ['key in one', 'rest in two']);
});

test('after disposal nothing is reported', (context) => {
  const { heard, watch, wait, one } = set(context);
  watch.moved(one);
  watch.dispose();
  wait(10_000);
  assert.deepEqual(heard, []);
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
