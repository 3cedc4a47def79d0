// A command asks for consent to the text that it sends: in the first question, or once if only completions were
// allowed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SendingCommand } from '../../../src/vscode/api/consent.ts';
import { Permissions } from '../../../src/vscode/api/permissions.ts';
import type { FolderRef } from '../../../src/vscode/editor/folder-ref.ts';
import { dialogs } from '../../fakes/vscode-dialogs.ts';
import { memory } from '../memory.ts';

const { RunRequests } = await import('../../../src/vscode/adapt/run-requests.ts');

const [key, host] = ['file:///a', 'api.example'];
const folder = { key } as FolderRef;

function opened() {
  const permissions = new Permissions(memory(), () => {});
  const state = () =>
    permissions.mayCall(key, host) ? 'available' : permissions.hasDeclined(key, host) ? 'declined' : 'unasked';
  const question = () => ({ folder: key, name: 'a', host, model: 'm' });
  const requests = new RunRequests({
    api: { state, question, settings: () => ({}), limitUsd: 1 },
    ...{ permissions, configuration: { for: () => ({}) }, neural: { tuning: {} } },
  } as never);
  const ask = async (command: SendingCommand, press: string) => {
    dialogs.reset();
    dialogs.answer = press;
    const access = await requests.apiFor(folder, command);
    return { access, messages: [...dialogs.shown] };
  };
  return { permissions, ask };
}

test('the first question lists the text of the command and of completions', async () => {
  const { ask } = opened();
  const { access, messages } = await ask('commit message', 'Allow for This Folder');
  assert.deepEqual(access, { settings: {}, budgetUsd: 1 });
  assert.equal(messages.length, 1);
  assert.match(messages[0]?.text ?? '', /let commands and completions in "a" use the large model/);
  assert.match(
    messages[0]?.detail ?? '',
    /the diffs of up to 100 staged files.*completions in this folder may use this model as well\. Each call to m at api\.example/,
  );
  assert.deepEqual((await ask('commit message', '')).messages, [], 'once');
  assert.equal((await ask('comment', 'Call the Large Model')).messages.length, 1, 'another command sends other text');
});

test('consent to completions does not cover the text of a command', async () => {
  const { permissions, ask } = opened();
  await permissions.allow(key, host);
  const first = await ask('comment', 'Local Only');
  assert.equal(first.access, undefined);
  assert.match(first.messages[0]?.detail ?? '', /the function at the cursor/);
  assert.ok((await ask('comment', 'Call the Large Model')).access);
  const again = await ask('comment', '');
  assert.ok(again.access && again.messages.length === 0);
  assert.equal((await ask('text task', '')).messages.length, 0, 'a text task asks with its price');
});

test('a user who declined is not asked again', async () => {
  const { ask } = opened();
  assert.equal((await ask('comment', 'Stay Local')).access, undefined);
  const { access, messages } = await ask('comment', 'Call the Large Model');
  assert.ok(access === undefined && messages.length === 0);
});
