// The panel's page may run the commands that the surfaces name for it, and no others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandForPanel, type Surface } from '../../src/vscode/editor/surface.ts';

const surfaces: readonly Surface[] = [
  { commands: { adapt: () => {}, deleteData: () => {} }, inPanel: ['adapt'] },
  { commands: { snooze: () => {} } },
];
const rows: readonly [command: string, id: string | undefined][] = [
  ['adapt', 'easyAdaptation.adapt'],
  ['manageTrust', 'workbench.trust.manage'],
  ['deleteData', undefined],
  ['snooze', undefined],
  ['workbench.action.terminal.new', undefined],
  ['easyAdaptation.adapt', undefined],
];
for (const [command, id] of rows)
  test(`a page that asks for '${command}' ${id === undefined ? 'gets nothing' : `runs ${id}`}`, () => {
    assert.equal(commandForPanel(surfaces, command), id);
  });
