// What a move of the cursor means: a key, or a place where it may come to rest.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CursorWatch } from '../../../src/vscode/completion/cursor-watch.ts';

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

test('a cursor that is put somewhere rests there after a moment, once; a move before that begins the moment anew', (context) => {
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
  // With the arrows, nothing typed.
  watch.moved(one);
  wait(200);
  assert.deepEqual(heard.slice(2), ['rest in one']);
});

test('each document has its own version, and the first sight of one is no key', (context) => {
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
