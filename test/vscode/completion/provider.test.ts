// Requests that the editor does not repeat by itself: after a formatter's edit, after a closed list, and where the
// editor shows no suggestions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CompletionRequest, EditInLine, Nothing, Suggestion } from '../../../src/suggest/suggestion.ts';
import { nothing } from '../../../src/suggest/suggestion.ts';
import { desk } from '../../fakes/vscode-editor.ts';
import { suggestionOf } from '../../suggest/harness.ts';

const { GhostTextProvider, noLineOwner } = await import('../../../src/vscode/completion/provider.ts');

const TRIGGER = 'editor.action.inlineSuggest.trigger';
const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) };
const loaded = suggestionOf([{ text: 'load();', p: 0.9 }], { id: '1' });
const line = 'const user = ';
const { document } = await desk.open('/a.ts', line);
document.isDirty = true;
desk.cursor(desk.active, 0, line.length);
const cursor = desk.active.selection.active;
const triggered: string[] = [];
desk.servers.set(TRIGGER, () => triggered.push(TRIGGER));

/** @param answer what the service returns, and what happens meanwhile */
function setup(answer: () => Suggestion | Nothing, edit?: EditInLine | (() => EditInLine | undefined)) {
  const reasons: string[] = [];
  const requests: CompletionRequest[] = [];
  const withdrawn: string[] = [];
  const service = {
    suggest: async (request: CompletionRequest) => {
      requests.push(request);
      return answer();
    },
    withdrawn: () => withdrawn.push('withdrawn'),
  };
  triggered.length = 0;
  const deps = {
    ...{ isOn: () => true, onRequest() {}, onRequested() {}, onShown() {} },
    nextEdits: {
      ...noLineOwner,
      inLine: typeof edit === 'function' ? edit : () => edit,
      wordReplacedAt: () => 'users',
    },
    folders: { of: () => ({ service }), peek: () => ({ service }) },
    ...{ documents: { ruleOf: async () => 'local' }, lastSuggestion: { set() {} } },
    onNoSuggestion: (reason: string) => void reasons.push(reason),
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
    return loaded;
  });
  assert.deepEqual(await ask(), []);
  assert.deepEqual(triggered, []);
  await sleep(400);
  assert.deepEqual(triggered, [TRIGGER]);
});

test('a request that ended at the list is repeated when a better draft comes', async () => {
  const { provider, ask } = setup(() => nothing('nothing to show'));
  const range = { start: cursor.with(undefined, 0), end: cursor };
  await ask({ range, text: 'another text' });
  const { folder } = (await import('../../../src/vscode/editor/folder-of-document.ts')).placeOf(document.uri as never);
  await provider.repeat(folder);
  assert.deepEqual(triggered, [TRIGGER]);
});

test('where the editor requests nothing, a manual request is answered with the reason', async () => {
  const { provider, reasons } = setup(() => loaded);
  await provider.requestManually();
  await sleep(900);
  desk.reset();
  await provider.requestManually();
  assert.deepEqual(reasons, ['the editor asks for none', 'no document']);
});

test('a request names the word that was typed over, and the next edit that is offered in the line', async () => {
  const edit = { id: 'e', inserts: undefined };
  const { ask, requests } = setup(() => nothing('a next edit is offered here'), edit);
  assert.deepEqual(await ask(), []);
  assert.deepEqual([requests[0]?.nextEdit, requests[0]?.replaced], [edit, 'users']);
});

test('an answer that comes after a next edit was announced is shown only to a request by hand', async () => {
  for (const [triggerKind, shown] of [
    [1, 0],
    [0, 1],
  ] as const) {
    let edit: EditInLine | undefined;
    const answer = () => {
      edit = { id: 'e', inserts: undefined };
      return loaded;
    };
    const { ask, withdrawn } = setup(answer, () => edit);
    assert.equal((await ask(undefined, triggerKind)).length, shown);
    assert.equal(withdrawn.length, 1 - shown);
  }
});

test('ghost text gives way to a next edit without counting as rejected', async () => {
  const { provider, withdrawn } = setup(() => nothing('nothing to show'));
  const hidden: string[] = [];
  desk.servers.set('editor.action.inlineSuggest.hide', () => hidden.push('hidden'));
  await provider.giveWay(document as never);
  assert.deepEqual([withdrawn, hidden], [['withdrawn'], ['hidden']]);
});

test('the item of a very long line holds the end of it, not the whole line', async () => {
  desk.reset();
  const long = `${'x'.repeat(2999)}\u{1f389}${'y'.repeat(999)}`;
  const { document } = await desk.open('/long.json', long);
  desk.cursor(desk.active, 0, long.length);
  const { provider } = setup(() => loaded);
  const { active } = desk.active.selection;
  const [item] = await provider.provideInlineCompletionItems(
    ...([document, active, { triggerKind: 1 }, token] as unknown as Parameters<
      typeof provider.provideInlineCompletionItems
    >),
  );
  assert.equal(item?.insertText, `\u{1f389}${'y'.repeat(999)}load();`, 'no half of a character');
  assert.equal(item?.range?.start.character, 2999);
});
