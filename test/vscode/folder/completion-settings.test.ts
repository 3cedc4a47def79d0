// The editor's settings as the completion service gets them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completionSettings } from '../../../src/vscode/folder/completion-settings.ts';
import { readSettings, type Settings } from '../../../src/vscode/settings/settings.ts';

const settingsWith = (changed: Partial<Settings>) =>
  completionSettings({ ...readSettings(() => undefined), ...changed }, true);

test('local first holds below the middle of the slider', () => {
  assert.equal(settingsWith({}).localFirst, true);
  assert.equal(settingsWith({ balance: 0.49 }).localFirst, true);
  assert.equal(settingsWith({ balance: 0.5 }).localFirst, false);
  assert.equal(settingsWith({ balance: 1 }).localFirst, false);
});

test('only the large model first prefetches from it', () => {
  assert.deepEqual([settingsWith({}).prefetchFromApi, settingsWith({ balance: 1 }).prefetchFromApi], [false, true]);
});
