// Our suggestions beside the editor's own list, in a TypeScript file with its language server: the list opens where we
// show nothing, and Tab still indents.
import assert from 'node:assert/strict';
import { forAllTests, type Session } from './session.ts';

let session: Session;
const file = { path: 'src/activities/generateImage/adapter.ts', line: 128, column: 12 };

const step = forAllTests(
  async (started) => {
    session = started;
    const { editor } = session;
    await session.evidence('list-begin', async () => {
      await editor.eventually('Ready', async () =>
        assert.match((await editor.ourStatus().textContent()) ?? '', /Ready/),
      );
      await editor.open(file.path, file.line, file.column);
      await editor.page.keyboard.press('End');
      await editor.page.keyboard.press('Enter');
    });
  },
  {
    // The editor's defaults, and the highest display threshold.
    'editor.quickSuggestions': { other: 'offWhenInlineCompletions', comments: 'off', strings: 'off' },
    'editor.suggestOnTriggerCharacters': true,
    'easyAdaptation.minimumConfidence': 1,
  },
);

const list = () => session.editor.page.locator('.suggest-widget.visible .monaco-list-row');

step('the editor’s list opens after a dot and in a word if we show nothing', async () => {
  const { editor } = session;
  // Text that does not occur in the package.
  for (const typed of ['Atomics.', 'Atomi']) {
    await editor.eventually(`the list at ${typed}`, async () => {
      await editor.page.keyboard.press('Escape');
      await editor.page.keyboard.press('Shift+Home');
      await editor.page.keyboard.press('Delete');
      await editor.type(typed);
      await list().first().waitFor({ timeout: 10_000 });
    });
    assert.equal(await editor.ghost(), '');
  }
  await editor.page.keyboard.press('Escape');
});

step('Tab on an empty line indents', async () => {
  const { editor } = session;
  await editor.page.keyboard.press('Shift+Home');
  await editor.page.keyboard.press('Delete');
  await editor.eventually('an empty line', async () => assert.equal((await editor.currentLine()).trim(), ''));
  const indent = (await editor.currentLine()).length;
  await editor.page.keyboard.press('Tab');
  await editor.eventually('a deeper indent', async () => {
    const line = await editor.currentLine();
    assert.equal(line.trim(), '');
    assert.ok(line.length > indent, `${line.length} columns after ${indent}`);
  });
});
