// What is offered unasked: in the panel what serves on a machine that says that it has eight cores, and what could be
// better; the import that a typed name lacks; and the calls that a new parameter leaves wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { threadCount } from '../../src/common/threads.ts';
import { readPackage } from '../../src/neural/models/list.ts';
import { storeTiming, timingKey } from '../../src/specialist/engine/timings.ts';
import { startSession } from './session.ts';

const calls = `export function areaOf(side: number): number {
  return side * side;
}

export const small = areaOf(1);

export const large = areaOf(20);
`;

const files = {
  'imports/tsconfig.json': '{ "include": ["*.ts"] }\n',
  'imports/rates.ts': 'export const halfRate = (rate: number) => rate / 2;\n',
  'imports/use.ts': 'export const rate = 4;\n',
  'imports/calls.ts': calls,
};

const { editor, step, project } = await startSession(
  { 'easyAdaptation.baseModel': 'auto', 'easyAdaptation.minimumConfidence': 1, 'typescript.validate.enable': true },
  {
    ...{ tuning: { cores: 8 }, files },
    prepare: (_, storage) => {
      const { manifest } = unwrap(readPackage(join(root, 'models/medium')));
      const key = timingKey(manifest.weights, 'own', threadCount('auto'));
      storeTiming(storage, key, { lineMs: 60, promptMs: 300, at: Date.now() });
    },
  },
);
const card = () => editor.panel().locator('.notice');

step('one card says what serves and what could be better, and leads to both lists', async () => {
  await editor.ready();
  await editor.command('Easy Adaptation: Show Panel');
  await card()
    .getByText(/Qwen2\.5-Coder 1\.5B \(1118 MB to download\)/)
    .waitFor();
  await card().getByText('Suggestions come from the medium model on this machine, 60 ms a line as measured.').waitFor();
  await card()
    .getByText(/with a key, about \$\d+\.\d+ an hour of typing as estimated/)
    .waitFor();
  assert.equal(await card().count(), 1);
  await editor.shot('09-code-model');
  await card().getByRole('button', { name: 'Choose the Large Model' }).click();
  await editor.quickRow('Set API Key').waitFor();
  await editor.page.keyboard.press('Escape');
  await card().getByRole('button', { name: 'Get a Code Model' }).click();
  await editor.quickRow('Qwen2.5-Coder 1.5B').waitFor();
  await editor.shot('09-code-models');
  await editor.page.keyboard.press('Escape');
});

step('the card goes once it is declined', async () => {
  await card().getByRole('button', { name: 'Don’t Show Again' }).click();
  await card().waitFor({ state: 'detached' });
});

step('the import that a typed name lacks is offered, and the keys of the hint add it', async () => {
  await editor.open('imports/use.ts', 1, 1);
  await editor.page.keyboard.press('End');
  await editor.type('\nexport const half = halfRate(rate);\n');
  // The cursor is before a line's text, where Tab indents.
  await editor.hint(/^Alt\+Enter: next edit, line 1$/);
  await editor.shot('edits-09-import');
  await editor.page.keyboard.press('Alt+Enter');
  await editor.hint(/^Alt\+Enter: apply/);
  await editor.page.keyboard.press('Alt+Enter');
  await editor.eventually('the import', async () => {
    await editor.page.keyboard.press('Control+s');
    const text = readFileSync(join(project, 'imports/use.ts'), 'utf8');
    assert.match(text, /^import \{ halfRate \} from ['"]\.\/rates['"];\n/);
  });
});

step('the calls that a new parameter leaves wrong are told, and Tab goes to the nearest', async () => {
  await editor.open('imports/calls.ts', 1, 36);
  // Until the old errors of a file are known.
  await editor.page.waitForTimeout(6000);
  await editor.type(', height: number');
  await editor.hint(/^Tab: 2 new errors, line 5$/);
  await editor.shot('edits-11-errors');
  await editor.page.keyboard.press('Tab');
  await editor.statusItem('Ln 5,').waitFor();
  await editor.hint(/^Tab: 2 new errors, line 7$/);
});
