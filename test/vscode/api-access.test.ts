// What a command sends is said before it is sent: in the first question, or where completions alone were allowed, once.
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import type { SendingCommand } from '../../src/vscode/api/consent.ts';
import { Permissions } from '../../src/vscode/api/permissions.ts';
import type { FolderRef } from '../../src/vscode/editor/folder-ref.ts';
import { memory } from './memory.ts';

interface Said {
  readonly title: string;
  readonly detail: string;
}

/** What the editor was asked to show, and the button that is pressed. */
const editor = { said: [] as Said[], press: '' };
Object.assign(globalThis, { editorOfTest: editor });
const source = `
export const l10n = { t: (text, ...args) => text.replace(/\\{(\\d)\\}/g, (_, i) => args[i]) };
export const window = {
  showInformationMessage: async (title, { detail }, ...buttons) => {
    editorOfTest.said.push({ title, detail });
    return buttons.find((each) => (each.title ?? each) === editorOfTest.press);
  },
};`;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode'
      ? { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true }
      : next(specifier, context),
});
const { apiAccess } = await import('../../src/vscode/texts/api-access.ts');

const [key, host] = ['file:///a', 'api.example'];
const folder = { key } as FolderRef;

function opened() {
  const permissions = new Permissions(memory(), () => {});
  const state = () =>
    permissions.mayCall(key, host) ? 'available' : permissions.hasDeclined(key, host) ? 'declined' : 'unasked';
  const question = () => ({ folder: key, name: 'a', host, model: 'm' });
  const api = () => (state() === 'available' ? { settings: {}, budgetUsd: 1, runUsd: 1, places: 1 } : undefined);
  const deps = { api: { state, question }, permissions } as unknown as Parameters<typeof apiAccess>[0];
  const requests = { api } as unknown as Parameters<typeof apiAccess>[1];
  const ask = async (command: SendingCommand, press: string) => {
    Object.assign(editor, { said: [], press });
    const access = await apiAccess(deps, requests, folder, command);
    return { access, said: editor.said };
  };
  return { permissions, ask };
}

test('nobody was asked: the question says what the command sends, and what is allowed with it', async () => {
  const { ask } = opened();
  const { access, said } = await ask('commit message', 'Allow for This Folder');
  assert.deepEqual(access, { settings: {}, budgetUsd: 1 });
  assert.equal(said.length, 1);
  assert.match(said[0]?.title ?? '', /let commands and completions in "a" use the large model/);
  assert.match(
    said[0]?.detail ?? '',
    /the diffs of up to 100 staged files.*completions in this folder may use this model as well\. Each call to m at api\.example/,
  );
  assert.deepEqual((await ask('commit message', '')).said, [], 'once');
  assert.equal((await ask('comment', 'Call the Large Model')).said.length, 1, 'another command sends something else');
});

test('a yes to completions does not cover what a command sends', async () => {
  const { permissions, ask } = opened();
  await permissions.allow(key, host);
  const first = await ask('comment', 'Local Only');
  assert.equal(first.access, undefined);
  assert.match(first.said[0]?.detail ?? '', /the function at the cursor/);
  assert.ok((await ask('comment', 'Call the Large Model')).access);
  const again = await ask('comment', '');
  assert.ok(again.access && again.said.length === 0);
  assert.equal((await ask('text task', '')).said.length, 0, 'its price is asked about with what it sends');
});

test('who stays local is not asked again', async () => {
  const { ask } = opened();
  assert.equal((await ask('comment', 'Stay Local')).access, undefined);
  const { access, said } = await ask('comment', 'Call the Large Model');
  assert.ok(access === undefined && said.length === 0);
});
