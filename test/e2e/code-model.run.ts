// The offer of a code model in the panel, on a machine that says that it has eight cores.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { threadCount } from '../../src/common/threads.ts';
import { readPackage } from '../../src/neural/models/list.ts';
import { storeTiming, timingKey } from '../../src/specialist/engine/timings.ts';
import { forAllTests, type Session } from './session.ts';

let session: Session;

const step = forAllTests(
  (started) => {
    session = started;
  },
  { 'easyAdaptation.baseModel': 'auto' },
  {
    tuning: { cores: 8 },
    prepare: (_, storage) => {
      const { manifest } = unwrap(readPackage(join(root, 'models/medium')));
      const key = timingKey(manifest.weights, 'own', threadCount('auto'));
      storeTiming(storage, key, { lineMs: 60, promptMs: 300, at: Date.now(), load: 0 });
    },
  },
);
const card = () => session.editor.panel().locator('.notice').first();

step('the first card offers a code model with its size and computed wait, and leads to the list', async () => {
  const { editor } = session;
  await editor.eventually('Ready', async () => assert.match((await editor.ourStatus().textContent()) ?? '', /Ready/));
  await editor.command('Easy Adaptation: Show Panel');
  await card()
    .getByText(/Qwen2\.5-Coder 1\.5B \(1118 MB to download\), about 265 ms a line as computed/)
    .waitFor();
  await editor.shot('09-code-model');
  await card().getByRole('button', { name: 'Get a Code Model' }).click();
  await editor.quickRow('Qwen2.5-Coder 1.5B').waitFor();
  await editor.shot('09-code-models');
  await editor.page.keyboard.press('Escape');
  await editor.eventually('no offer any more', async () =>
    assert.doesNotMatch((await card().textContent()) ?? '', /Qwen/),
  );
});
