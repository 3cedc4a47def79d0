// A new user's text task without a key, by keyboard alone: sixty commit subjects, five labels, learned and exported.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TASKS_FOLDER } from '../../src/text-tasks/task-file.ts';
import { startSession } from './session.ts';

const labels = ['fix', 'feature', 'docs', 'test', 'build'] as const;
/** Twelve subjects a label, in the order of `labels`. */
const subjects = [
  'Fix a crash when the stream ends early; Fix the wrong order of tool calls; Do not lose the last chunk; Avoid a crash on empty messages; Fix a leak of listeners in the client; Do not send the same message twice; Fix the type of an optional argument; Keep the order of messages after a retry; Fix a wrong status after a timeout; Avoid an endless loop when a tool fails; Fix parsing of nested objects; Do not crash if the adapter is missing',
  'Add an adapter for local models; Support images in messages; Add an option to stop after a tool call; Support streams of objects; Let tools ask for approval; Add a hook for each chunk; Support several adapters at once; Add retries with a delay; Let the client resume a stream; Add a limit for tokens; Support summaries of long chats; Let users choose the model',
  'Document the options of the client; Explain streams in the guide; Correct a typo in the guide; Describe tool calls in the README; Document errors and their codes; Add an example to the guide of adapters; Explain retries in the README; Document how to write an adapter; Correct the links in the README; Describe the options of streams in the guide; Explain approval of tools; Document the limits of the API',
  'Test the order of tool calls; Cover empty messages with a test; Test retries against a fake server; Add a test for nested objects; Test that a stream resumes; Cover the adapters with golden files; Test the limit for tokens; Make the test of timeouts faster; Cover approval with a test; Test messages with images; Remove a test that depends on time; Test that errors have codes',
  'Bump the version of the compiler; Update dependencies; Release version 0.4; Run the linter in the build; Bump the bundler to the next major version; Publish the package from the pipeline; Update the lock file; Cache dependencies in the pipeline; Release version 0.5; Drop an unused dependency; Build for two module formats; Update the linter and its rules',
].map((text) => text.split('; '));
const truth = new Map(subjects.flatMap((some, i) => some.map((text) => [text, labels[i] ?? 'fix'] as const)));

/** Each step needs the earlier ones. */
const { editor, step, project, answers } = await startSession(
  { 'easyAdaptation.baseModel': 'none' },
  {
    prepare(project) {
      const who = ['-c', 'user.name=Author', '-c', 'user.email=author@example.com'];
      for (const text of truth.keys())
        execFileSync('git', [...who, 'commit', '-q', '--allow-empty', '-m', text], { cwd: project });
    },
  },
);

const table = () => editor.table();

const stored = () => answers('commits');
const activeText = async () => (await table().locator('.full-text').textContent()) ?? '';

/** Labels texts by their digits, until so many labels are stored. */
async function labelTo(count: number): Promise<void> {
  const byText = new Map(stored().map(({ text, label }) => [text, label]));
  for (let given = [...byText.values()].filter((label) => label !== '').length; given < count; given++) {
    let text = '';
    await editor.eventually('a text under the cursor', async () => {
      text = await activeText();
      assert.ok(truth.has(text), text);
    });
    await editor.page.keyboard.press(String(labels.indexOf(truth.get(text) ?? 'fix') + 1));
    await editor.eventually('the next text', async () => {
      assert.equal(stored().at(-1)?.text, text);
      assert.notEqual(await activeText(), text);
    });
  }
}

step('New Text Task ends in the table of the texts, with their labels as digits', async () => {
  await editor.command('Easy Adaptation: New Text Task');
  await editor.quickRow('Commit messages').click();
  await editor.quickInput().getByText('Is the type before the colon the label').waitFor();
  await editor.quickRow('No').click();
  await editor.quickRow('A label').click();
  await editor.quickInput().getByText('Labels, each with a sentence').waitFor();
  await editor.answer('fix: A mended fault; feature: Something new; docs: Documentation; test: Tests; build: Upkeep');
  await editor.quickInput().getByText('Decision about each text').waitFor();
  await editor.answer('Say what kind of change the commit is.');
  await table().getByText('0 of 20; 40 are better.').waitFor();
  assert.equal(await table().locator('[role=grid]').getAttribute('aria-rowcount'), '61');
  assert.equal(await table().locator('.keys button').count(), labels.length);
  await editor.shot('40-labelling');
});

step('a digit labels the text under the cursor, and Backspace takes the label back', async () => {
  const first = await activeText();
  await editor.page.keyboard.press('1');
  await table().getByText('1 of 20;').waitFor();
  assert.deepEqual(stored().at(-1), { text: first, label: 'fix', by: 'person' });
  await editor.page.keyboard.press('Backspace');
  await table().getByText('0 of 20;').waitFor();
  assert.deepEqual(stored().at(-1), { text: first, label: '', by: 'person' });
  assert.equal(await activeText(), first);
});

step('a run with too few labels says how many are missing', async () => {
  await labelTo(12);
  await table().getByText('12 of 20;').waitFor();
  await table().getByRole('button', { name: 'Run Text Task' }).click();
  const advice = "12 texts of 'commits' have a label. Label 8 more";
  await editor.notifications().filter({ hasText: advice }).waitFor();
  await editor.shot('41-too-few');
  await editor.pressInNotification(advice, 'Label Texts');
  await table().getByText('12 of 20;').waitFor();
  await table().locator('[role=grid]').focus();
});

step('from twenty labels on, the local model answers beside each row and is fitted again', async () => {
  await labelTo(25);
  await table()
    .getByText(/After 2\d labels, the local model is expected to get \d+% of the other \d+ right/)
    .waitFor();
  await table().locator('.grid-row .source', { hasText: 'local model' }).first().waitFor();
  await editor.shot('42-learned');
  await labelTo(40);
  await table()
    .getByText(/After 40 labels/)
    .waitFor();
  await editor.shot('43-forty');
});

step('the run ends with one sentence whose interval holds the accuracy, and the results are exported', async () => {
  await table().getByRole('button', { name: 'Run Text Task' }).click();
  const end = editor
    .notifications()
    .filter({ hasText: 'commits: 60 texts are done, 40 by people, 20 by the local model.' });
  const [, least, most] = /\((\d+) to (\d+)%/.exec((await end.textContent()) ?? '') ?? [];
  await editor.shot('44-end');
  const [low, high] = [Number(least) / 100, Number(most) / 100];
  const csv = readFileSync(join(project, TASKS_FOLDER, 'commits.labels.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  const local = csv
    .slice(1)
    .map((line) => line.split(','))
    .filter(([, , who]) => who === 'local model');
  assert.equal(csv.length, 61);
  assert.equal(local.length, 20);
  const right = local.filter(([text = '', label]) => truth.get(text) === label).length / local.length;
  assert.ok(right >= low - 0.005 && right <= high + 0.005, `${right} is not within ${low} and ${high}`);
  await editor.pressInNotification('commits: 60 texts are done', 'Show Results');
  await table().locator('select').first().selectOption('specialist');
  await editor.eventually('the local labels', async () =>
    assert.equal(await table().locator('[role=grid]').getAttribute('aria-rowcount'), '21'),
  );
  await editor.shot('45-results');
});

step('at 300 px the texts wrap and stay, and source and doubt are hidden', async () => {
  const { page } = editor;
  await table().getByRole('button', { name: 'Label Texts' }).click();
  await table()
    .getByText(/After 40 labels/)
    .waitFor();
  const frame = table().locator('html');
  const { width: page0 } = page.viewportSize() ?? { width: 1280 };
  const inner = await frame.evaluate((html) => html.clientWidth);
  await page.setViewportSize({ width: page0 - inner + 300, height: 800 });
  await editor.eventually('the narrow table', async () => {
    const width = await frame.evaluate((html) => html.clientWidth);
    assert.ok(width < 400, `${width} px`);
    const text = table().locator('.view .cell.text').first();
    const box = await text.boundingBox();
    assert.ok(box && box.width >= 90, `the text has ${box?.width} px`);
    assert.equal(await text.evaluate((cell) => getComputedStyle(cell).whiteSpaceCollapse), 'collapse');
    for (const name of ['source', 'doubt'])
      assert.equal(await table().locator(`.view .cell.${name}`).first().isVisible(), false);
  });
  await editor.shot('46-narrow');
});
