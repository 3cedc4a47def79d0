// Names and messages of a folder and a server that contain VS Code command links: they are shown as text, and a click
// runs nothing.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Locator } from 'playwright-core';
import { TASKS_FOLDER } from '../../src/text-tasks/task-file.ts';
import { apiKey, startSession } from './session.ts';

const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-foreign-text-'));
/** A file that the command in the links would write. */
const marker = join(folder, 'marker');
const commands = [
  'workbench.action.terminal.new',
  { command: 'workbench.action.terminal.sendSequence', args: { text: `touch ${marker}\n` } },
];
/** A file name cannot contain '/', so the marker's path is encoded in the query. */
const query = encodeURIComponent(JSON.stringify({ commands })).replace(/[()']/g, escape);
const link = (word: string) => `[${word}](command:runCommands?${query})`;

const server = createServer((request, response) => {
  request.resume();
  const isList = request.method === 'GET';
  const list = { data: [{ type: 'model', id: link('modelName'), display_name: link('modelName') }], has_more: false };
  const error = { type: 'error', error: { type: 'invalid_request_error', message: link('serverError') } };
  response.writeHead(isList ? 200 : 400, { 'content-type': 'application/json' });
  response.end(JSON.stringify(isList ? list : error));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const labels = ['a', 'b'].map((name) => ({ name, meaning: `Texts of the kind ${name}.` }));
const source = { kind: 'csv', path: 'tickets.csv', text: 'kind' };
const { editor, step: tested } = await startSession(
  { 'easyAdaptation.baseUrl': `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
  {
    // Files that somebody could commit.
    files: {
      [`${link('fileName').slice(0, 200)}).csv`]: `text,${link('columnName')}\nhello,a\n`,
      'tickets.csv': `${link('columnName')},kind\nhello,a\nworld,b\n`,
      [`${TASKS_FOLDER}/broken.json`]: JSON.stringify({ instruction: 'Sort.', labels, source, [link('fieldName')]: 1 }),
    },
  },
);

/** Asserts that `word` is shown in `element` and is not a link. */
async function assertPlain(element: Locator, word: string): Promise<void> {
  const { page } = editor;
  const shown = element.getByText(`[${word}] (command:`).first();
  await shown.waitFor();
  const actual = await page.locator('a[href^="command:"], a[data-href^="command:"]').filter({ hasText: word }).count();
  assert.equal(actual, 0);
  const links = element.locator('a[href], a[data-href], .monaco-link').filter({ hasText: word });
  assert.equal(await links.count(), 0, `a link with ${word}`);
}

function step(name: string, body: () => Promise<void>): void {
  tested(name, async () => {
    await body();
    await editor.page.waitForTimeout(500);
    assert.equal(existsSync(marker), false, 'a command of the folder was run');
    assert.equal(await editor.page.locator('.terminal-wrapper').count(), 0, 'a terminal was opened');
  });
}

step('the error of a task file quotes its field as text', async () => {
  await editor.command('Easy Adaptation: Run Text Task');
  await editor.quickRow('broken').click();
  await assertPlain(editor.notifications(), 'fieldName');
  await editor.notifications().getByText('[fieldName]').click();
  await editor.dismissNotifications();
});

step('New Text Task lists files and columns as text', async () => {
  await editor.command('Easy Adaptation: New Text Task');
  await editor.quickRow('A column of a CSV table').click();
  await assertPlain(editor.quickInput(), 'fileName');
  await editor.quickRow('tickets.csv').click();
  await assertPlain(editor.quickInput(), 'columnName');
  await editor.quickRow('[columnName]').click();
  await editor.quickInput().getByText('existing labels or answers').waitFor();
  await editor.page.keyboard.press('Escape');
});

step("a server's error and its names of models are shown as text", async () => {
  await editor.setKey(apiKey);
  await assertPlain(editor.notifications(), 'serverError');
  // No consent is asked after a test call that failed.
  assert.equal(await editor.dialog().count(), 0);
  await editor.notifications().getByText('[serverError]').click();
  await editor.dismissNotifications();
  await editor.command('Easy Adaptation: Choose the Large Model');
  await editor.quickRow('Anthropic').click();
  await assertPlain(editor.quickInput(), 'modelName');
  await editor.page.keyboard.press('Escape');
});

step('the tooltip of the status bar has no link', async () => {
  await editor.ourStatus().hover();
  await editor.page.locator('.monaco-hover, .workbench-hover').getByText('Easy Adaptation').first().waitFor();
  assert.equal(await editor.page.locator('.monaco-hover a[data-href^="command:"]').count(), 0);
});
