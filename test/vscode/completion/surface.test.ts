// What is announced without an action of the user.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { dialogs } from '../../fakes/vscode-dialogs.ts';
import { memory } from '../memory.ts';

const { announceOther } = await import('../../../src/vscode/completion/surface.ts');

beforeEach(() => dialogs.reset());

test('that Copilot completes, too, is said once, and its setting is one press away', async () => {
  const remembered = memory();
  dialogs.answer = 'Open Settings';
  for (let start = 0; start < 2; start++) await announceOther(remembered, (id) => id === 'GitHub.copilot-chat');
  assert.equal(dialogs.messages.length, 1);
  assert.match(dialogs.messages[0] ?? '', /^GitHub Copilot completes here, too: .*Alt\+\\ asks both\./);
  assert.deepEqual(dialogs.commands, [['workbench.action.openSettings', 'github.copilot.enable']]);
});

test('nothing is said where no other extension completes', async () => {
  const remembered = memory();
  await announceOther(remembered, () => false);
  assert.deepEqual([dialogs.messages, remembered.keys()], [[], []]);
});
