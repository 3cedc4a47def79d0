// Our suggestions beside the editor's own list, in a TypeScript file with its language server: the list opens where we
// show nothing, and Tab still indents.
import assert from 'node:assert/strict';
import { startSession } from './session.ts';

const file = { path: 'src/activities/generateImage/adapter.ts', line: 128, column: 12 };

const { editor, step } = await startSession({
  // The editor's defaults, and the highest display threshold.
  'editor.quickSuggestions': { other: 'offWhenInlineCompletions', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': true,
  'easyAdaptation.minimumConfidence': 1,
});

const list = () => editor.page.locator('.suggest-widget.visible .monaco-list-row');

step('the editor’s list opens after a dot and in a word if we show nothing', async () => {
  await editor.ready();
  await editor.open(file.path, file.line, file.column);
  for (const key of ['End', 'Enter']) await editor.page.keyboard.press(key);
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
