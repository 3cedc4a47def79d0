// What a session in the workbench reaches, as the system sees it: its home folder is empty, it is in local-only mode, and
// nothing says that this is a test.
import assert from 'node:assert/strict';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needPackages } from '../../build/debian.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { readTrace, strayed, tracing, userEnvironment } from '../support/trace.ts';
import { startSession } from './session.ts';

await needPackages(['strace']);
const base = realpathSync(temporaryFolder());
const [calls, home, temporary] = [join(base, 'calls'), join(base, 'home'), join(base, 'temporary')];
mkdirSync(temporary);

/** What VS Code itself writes below the home folder. */
const ofVsCode = [
  ...['.cache/Microsoft', '.cache/Microsoft/DeveloperTools', '.cache/Microsoft/DeveloperTools/deviceid'],
  ...['.local', '.local/share'],
].map((name) => join(home, name));
const toolsOfVsCode = join(home, '.local/share/code-server');

const { editor, step, folder, stop } = await startSession(
  { 'easyAdaptation.localOnly': true, 'easyAdaptation.minimumConfidence': 0 },
  {
    env: { ...userEnvironment(home), TMPDIR: temporary },
    under: tracing(calls),
    tuning: { startsAtOnce: 1, maxSteps: 3 },
  },
);

step('one completes, takes a suggestion, looks at the panel and adapts the folder', async () => {
  await editor.ready();
  await editor.open('src/activities/generateImage/adapter.ts', 128, 12);
  const { keyboard } = editor.page;
  for (const key of ['End', 'Shift+ArrowUp', 'Shift+Home']) await keyboard.press(key);
  await editor.type('protected again(): string {\nreturn this.');
  await editor.waitForGhost(/./);
  await keyboard.press('Tab');
  await editor.command('Easy Adaptation: Show Panel');
  await editor.command('Easy Adaptation: Adapt to This Repo');
  await editor
    .notifications()
    .filter({ hasText: /(Kept|Not kept): / })
    .waitFor({ timeout: 20 * 60_000 });
});

test('the session reached no computer, and wrote only what is its own', async () => {
  await stop();
  const { connections, names, written } = readTrace(calls);
  assert.deepEqual(names, []);
  const actual = connections.filter((address) => !address.startsWith('127.0.0.1:'));
  assert.deepEqual(actual, []);
  const elsewhere = strayed(written, home, folder, temporary, toolsOfVsCode);
  const found = elsewhere.filter((path) => !ofVsCode.includes(path));
  assert.deepEqual(found, []);
  assert.ok(written.some((path) => path.includes('/globalStorage/easy-adaptation.easy-adaptation/store.sqlite')));
});
