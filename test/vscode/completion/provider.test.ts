// Requests that the editor does not repeat by itself: after a formatter's edit, after a closed list, and where the editor
// shows no suggestions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { desk } from '../../fakes/vscode-editor.ts';

const { GhostTextProvider } = await import('../../../src/vscode/completion/provider.ts');

const TRIGGER = 'editor.action.inlineSuggest.trigger';
const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) };
const line = 'const user = ';
const { document } = await desk.open('/a.ts', line);
document.isDirty = true;
desk.cursor(desk.active, 0, line.length);
const cursor = desk.active.selection.active;
const triggered: string[] = [];
desk.servers.set(TRIGGER, () => triggered.push(TRIGGER));

/** @param answer what the service returns, and what happens meanwhile */
function setup(answer: () => { readonly id: string; readonly text: string } | undefined, isLineTaken = false) {
  const reasons: string[] = [];
  const requests: { readonly replaced?: string }[] = [];
  const withdrawn: string[] = [];
  const service = {
    complete: async (request: (typeof requests)[number]) => {
      requests.push(request);
      return answer();
    },
    withdrawn: () => withdrawn.push('withdrawn'),
  };
  triggered.length = 0;
  const deps = {
    ...{ isOn: () => true, onRequest() {}, onRequested() {}, onShown() {} },
    nextEdits: { insertionAt: () => undefined, ownsLine: () => isLineTaken, wordReplacedAt: () => 'users' },
    folders: { of: () => ({ service }), peek: () => ({ service }) },
    ...{ documents: { ruleOf: async () => 'local' }, lastSuggestion: { set() {} } },
    onNoSuggestion: (reason: string) => void reasons.push(reason),
    onList: () => {},
  };
  const provider = new GhostTextProvider(deps as never);
  const ask = (selectedCompletionInfo?: object, triggerKind = 1) =>
    provider.provideInlineCompletionItems(
      document as never,
      cursor as never,
      { triggerKind, selectedCompletionInfo } as never,
      token as never,
    );
  return { provider, ask, reasons, requests, withdrawn };
}

test('a request is repeated if a formatter changed the text before its answer', async () => {
  const { ask } = setup(() => {
    document.version++;
    return { id: '1', text: 'load();' };
  });
  assert.deepEqual(await ask(), []);
  assert.deepEqual(triggered, []);
  await sleep(400);
  assert.deepEqual(triggered, [TRIGGER]);
});

test('a request that ended at the list is repeated when a better draft comes', async () => {
  const { provider, ask } = setup(() => undefined);
  const range = { start: cursor.with(undefined, 0), end: cursor };
  await ask({ range, text: 'another text' });
  const { folder } = (await import('../../../src/vscode/editor/document.ts')).placeOf(document.uri as never);
  await provider.repeat(folder);
  assert.deepEqual(triggered, [TRIGGER]);
});

test('where the editor requests nothing, a manual request is answered in a message or with a reason', async () => {
  const { provider, reasons } = setup(() => ({ id: '1', text: 'load();' }));
  await provider.requestManually();
  await sleep(900);
  assert.match(desk.questions[0] ?? '', /load\(\);/);
  const nothing = setup(() => undefined);
  await nothing.provider.requestManually();
  await sleep(900);
  assert.deepEqual(nothing.reasons, ['nothing']);
  desk.reset();
  await provider.requestManually();
  assert.deepEqual(reasons, ['no-document']);
});

test('where a next edit is offered in the line, ghost text comes only by hand', async () => {
  const { ask, requests } = setup(() => ({ id: '1', text: 'load();' }), true);
  assert.deepEqual(await ask(), []);
  assert.equal(requests.length, 0);
  const byHand = await ask(undefined, 0);
  assert.equal(byHand.length, 1);
  assert.equal(requests[0]?.replaced, 'users');
});

test('ghost text gives way to a next edit without counting as rejected', async () => {
  const { provider, withdrawn } = setup(() => undefined);
  const hidden: string[] = [];
  desk.servers.set('editor.action.inlineSuggest.hide', () => hidden.push('hidden'));
  await provider.giveWay(document as never);
  assert.deepEqual([withdrawn, hidden], [['withdrawn'], ['hidden']]);
});

test('a suggestion in a message is inserted only while the text is unchanged', async () => {
  desk.reset();
  const { document } = await desk.open('/b.ts', line);
  desk.cursor(desk.active, 0, line.length);
  const { provider, reasons } = setup(() => ({ id: '1', text: 'load();' }));
  for (const isChanged of [false, true]) {
    desk.answer = 'Insert';
    desk.onQuestion = () => isChanged && document.version++;
    await provider.requestManually();
    await sleep(900);
  }
  assert.equal(document.getText(), `${line}load();`);
  assert.deepEqual(reasons, ['changed']);
});

test('the item of a very long line holds the end of it, not the whole line', async () => {
  desk.reset();
  const long = `${'x'.repeat(2999)}\u{1f389}${'y'.repeat(999)}`;
  const { document } = await desk.open('/long.json', long);
  desk.cursor(desk.active, 0, long.length);
  const { provider } = setup(() => ({ id: '1', text: 'load();' }));
  const { active } = desk.active.selection;
  const [item] = await provider.provideInlineCompletionItems(
    ...([document, active, { triggerKind: 1 }, token] as unknown as Parameters<
      typeof provider.provideInlineCompletionItems
    >),
  );
  assert.equal(item?.insertText, `\u{1f389}${'y'.repeat(999)}load();`, 'no half of a character');
  assert.equal(item?.range?.start.character, 2999);
});
