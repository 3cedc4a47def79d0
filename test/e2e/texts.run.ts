// Text tasks in the workbench with the fake API: create, run, cancel, resume, correct by keyboard, run again. Then a
// task whose answers are texts.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { TASKS_FOLDER } from '../../src/text-tasks/task-file.ts';
import { textOf } from '../fakes/messages-validation.ts';
import { checkSentences, takePicture } from '../support/pictures.ts';
import { apiKey, startSession } from './session.ts';

const count = 360;
const labelled = 150;
const kinds = ['bug', 'wish'] as const;
const truthOf = (text: string) => (/crash|error|broken/.test(text) ? 'bug' : 'wish');

/** Each step needs the earlier ones. */
const session = await startSession({ 'easyAdaptation.baseModel': 'none' });
const { editor, step, project, api } = session;

const words = {
  bug: ['a crash while saving', 'an error message', 'a broken link'],
  wish: ['please remember the filter', 'support the arrow keys', 'add a second column'],
} as const;
const rows = Array.from({ length: count }, (_, i) => {
  const kind = kinds[i % 2] as (typeof kinds)[number];
  const text = `${words[kind][i % 3]} in the ${['list', 'page', 'menu', 'form'][i % 4]} of order ${1000 + i}`;
  return `${text},${i < labelled ? kind : ''}\n`;
});
writeFileSync(join(project, 'tickets.csv'), `title,kind\n${rows.join('')}`);
api.answerTexts((asked) => truthOf(/<text>([^<]*)<\/text>/.exec(asked)?.[1] ?? ''));

/** The first match in any webview: their order is up to the editor. */
function onAnyPage(selector: string): Promise<Locator> {
  return editor.eventually(`a page with ${selector}`, async () => {
    for (const frame of editor.page.frames()) {
      const found = frame.locator(selector);
      if ((await found.count()) > 0) return found;
    }
    throw new Error('no page shows it');
  });
}

const results = () => readFileSync(join(project, 'tickets.labels.csv'), 'utf8').trimEnd().split('\n').slice(1);
const answers = (task = 'tickets') => session.answers(task);
/** Texts that were sent and answered. */
const answeredTexts = () =>
  api.requests
    .filter(({ outcome, prompt }) => outcome === 'ok' && prompt === undefined)
    .map(({ body }) => textOf(body.messages.at(-1)?.content).split('\n').at(-1));

const table = () => editor.table();

step('New Text Task asks five questions, writes the file and ends in the table for labelling', async () => {
  await editor.command('Easy Adaptation: New Text Task');
  await editor.quickRow('A column of a CSV table').click();
  await editor.quickRow('tickets.csv').click();
  await editor.quickRow('title').click();
  await editor.quickInput().getByText('existing labels or answers').waitFor();
  await editor.shot('20-question');
  await editor.quickRow('kind').click();
  await editor.quickRow('A label').click();
  await editor.quickInput().getByText('Labels, each with a sentence').waitFor();
  await editor.answer('bug: Something is broken; wish: Something is missing');
  await editor.quickInput().getByText('Decision about each text').waitFor();
  await editor.answer('Sort the tickets.');
  const row = table().locator('.view [role=row]').first();
  await row.waitFor();
  assert.equal(await table().locator('[role=grid]').getAttribute('aria-rowcount'), `${count + 1}`);
  await table()
    .getByText(/After 150 labels, the local model is expected to get \d+% of the other 210 right/)
    .waitFor();
  const task = JSON.parse(readFileSync(join(project, TASKS_FOLDER, 'tickets.json'), 'utf8'));
  assert.deepEqual(task, {
    instruction: 'Sort the tickets.',
    labels: [
      { name: 'bug', meaning: 'Something is broken' },
      { name: 'wish', meaning: 'Something is missing' },
    ],
    source: { kind: 'csv', path: 'tickets.csv', text: 'title', label: 'kind' },
  });
  await editor.shot('21-labelling');
});

step('the lines of a file are offered as a source, and without a large model no comment is copied', async () => {
  writeFileSync(join(project, 'wishes.txt'), 'a list\na page\n');
  await editor.command('Easy Adaptation: New Text Task');
  await editor.quickRow('The lines of a file').click();
  await editor.quickRow('wishes.txt').click();
  await editor.quickRow('A label').waitFor();
  await editor.page.keyboard.press('Escape');
  const said = (name: string) => `/** Reads ${name}. */\nfunction ${name}(id) {\n  return at(id);\n}\n`;
  const text = `${said('list')}${said('page')}function menu(id) {\n  return at(id);\n}\n`;
  writeFileSync(join(project, 'said.js'), text);
  await editor.open('said.js', 10, 4);
  await editor.command('Easy Adaptation: Write Doc Comment');
  await editor.notifications().filter({ hasText: 'No comment was written. Type its first words' }).waitFor();
  await editor.dismissNotifications();
  assert.equal(readFileSync(join(project, 'said.js'), 'utf8'), text);
});

step('a run shows its price first, and a cancelled run keeps its answers', async () => {
  await editor.setKey(apiKey);
  await editor.allowFolder();
  api.setPace({ firstTokenMs: 150 });
  await editor.command('Easy Adaptation: Run Text Task');
  await editor.quickRow('tickets').click();
  await editor.dialog().getByText('random texts?').waitFor();
  await editor
    .dialog()
    .getByText(/It costs about \$0\.\d+/)
    .waitFor();
  await editor.shot('22-price');
  assert.equal(answeredTexts().length, 0);
  await editor.dialog().getByRole('button', { name: 'Call the Large Model' }).click();
  const progress = editor.notifications().filter({ hasText: 'Running tickets' });
  await progress.filter({ hasText: /labels a sample/ }).waitFor();
  await editor.eventually('some answers', async () => assert.ok(answeredTexts().length > 10));
  await editor.shot('23-running');
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await progress.waitFor({ state: 'detached' });
  assert.ok(!existsSync(join(project, 'tickets.labels.csv')));
  assert.ok(answers().length > 5);
});

step('the next run sends no text twice, and every text gets a label', async () => {
  api.setPace({ firstTokenMs: 0 });
  await editor.command('Easy Adaptation: Run Text Task');
  await editor.quickRow('tickets').click();
  await editor.dialog().getByText('random texts?').waitFor();
  const question = (await editor.dialog().getByText('random texts?').textContent()) ?? '';
  const textsLeft = Number(/label (\d+) random texts/.exec(question)?.[1]);
  // A text that was asked about in some of its forms is asked about in the others.
  const begun = new Set(answers().map(({ text }) => text)).size;
  assert.ok(textsLeft >= 300 - begun && textsLeft < 300, `${question} ${begun} texts were begun`);
  await editor.dialog().getByRole('button', { name: 'Call the Large Model' }).click();
  await editor.eventually('the results', async () => {
    const rest = editor.dialog().getByRole('button', { name: 'Call the Large Model' });
    if (await rest.isVisible()) await rest.click();
    assert.equal(results().length, count);
  });
  const asked = answers().map(({ text, form }) => `${form} ${text}`);
  assert.ok(new Set(answers().map(({ text }) => text)).size >= 300, `${asked.length} prompts were sent`);
  assert.equal(new Set(asked).size, asked.length, 'no answer twice');
  const right = results().filter((line) => line.includes(`,${truthOf(line)},`)).length;
  assert.ok(right > 0.97 * count, `${right} of ${count} are right`);
  await editor.eventually('the table of all', async () =>
    assert.equal(await table().locator('[role=grid]').getAttribute('aria-rowcount'), String(count + 1)),
  );
  await table()
    .getByText(/If the large model answers \d+% of the texts, .* are right/)
    .waitFor();
  await table()
    .locator('.picture li')
    .filter({ hasText: /^Local model\d+% \(\d+% to \d+%\), expected \d+%/ })
    .waitFor();
  await table().getByText('Results of the last run').click();
  await table().getByText('Cost so far').waitFor();
  await table()
    .getByText(/Measured on 99 random texts/)
    .waitFor();
  await editor.shot('24-table');
  await table().getByText('Results of the last run').click();
  checkSentences('walkthrough/texts', await table().locator('header button, [role=columnheader]').allTextContents());
  await takePicture(editor.page, 'walkthrough/texts', editor.page.locator('.editor-group-container').first(), 460);
});

step('a label corrected by key is stored at once, and the next run learns from it', async () => {
  const grid = table().locator('[role=grid]');
  await table().locator('select').first().selectOption('specialist');
  await grid.focus();
  await editor.page.keyboard.press('Home');
  await editor.page.keyboard.press('ArrowDown');
  const active = table().locator(`#${await grid.getAttribute('aria-activedescendant')}`);
  const labelBefore = await active.locator('.label').textContent();
  const text = (await active.locator('.text').textContent()) ?? '';
  const [digit, label] = labelBefore === 'bug' ? ['2', 'wish'] : ['1', 'bug'];
  await editor.page.keyboard.press(digit);
  await editor.eventually('the correction', async () => {
    assert.equal(await active.locator('.label').textContent(), label);
    assert.deepEqual(answers().at(-1), { text, label, by: 'person' });
  });
  await table().getByText('One correction').waitFor();
  await editor.shot('25-corrected');
  const answered = answeredTexts().length;
  await table().getByRole('button', { name: 'Run Text Task' }).click();
  await editor.eventually('the next results', async () => {
    const rest = editor.dialog().getByRole('button', { name: 'Local Only' });
    if (await rest.isVisible()) await rest.click();
    assert.ok(results().some((line) => line.startsWith(`${text},${label},person,1.000`)));
  });
  assert.equal(answeredTexts().length, answered);
  await table().getByText('One correction').waitFor({ state: 'detached' });
});

step('an adaptation ends with a report of both models in the panel', async () => {
  await editor.command('Easy Adaptation: Adapt to This Repo');
  await editor.dialog().getByRole('button', { name: 'Start With the Large Model' }).click();
  const end = editor.notifications().filter({ hasText: 'no neural model was adapted' });
  await end.getByRole('button', { name: 'Show Report' }).click();
  // The table is also a webview.
  const page = await onAnyPage('.card.report');
  await page.getByRole('heading', { name: 'What it cost' }).waitFor();
  const [pair = '', outcome = ''] = await page.locator('section p').allTextContents();
  // Three shares of lines right: the large model alone, with what the folder knows, and together with the local model.
  assert.match(
    pair,
    /^Here the large model alone completes \d+% .* knowing your folder, \d+% .* \d+% at \d+% fewer calls\.$/,
  );
  assert.match(outcome, /no neural model was adapted/);
  const names = [
    ...(await page.locator('.chart li').allTextContents()),
    ...(await page.getByRole('rowheader').allTextContents()),
  ];
  for (const name of ['Now: ', 'Large model: ', 'Together, ', 'Money'])
    assert.ok(
      names.some((each) => each.startsWith(name)),
      `${name} is missing in ${names.join('; ')}`,
    );
  await editor.shot('28-report');
});

step('an answer of a task with text answers can be edited and accepted by keyboard', async () => {
  const changes = Array.from({ length: 100 }, (_, i) => {
    const [verb, noun] = [['add', 'drop', 'mend', 'speed up'][i % 4], ['list', 'page', 'menu'][i % 3]];
    return `${verb} the ${noun} of view ${i},${i < 60 ? `"Now we ${verb} the ${noun}, in view ${i}."` : ''}\n`;
  });
  writeFileSync(join(project, 'changes.csv'), `change,note\n${changes.join('')}`);
  await editor.command('Easy Adaptation: New Text Task');
  await editor.quickRow('A column of a CSV table').click();
  await editor.quickRow('changes.csv').click();
  await editor.quickRow('change').click();
  await editor.quickInput().getByText('existing labels or answers').waitFor();
  await editor.quickRow('note').click();
  await editor.quickRow('A line').click();
  await editor.quickInput().getByText('Text to write about each text').waitFor();
  await editor.answer('Write the line of the release notes.');
  await table().getByText('After 60 answers').waitFor();
  const text = (await table().locator('.grid-row.active .text').textContent()) ?? '';
  const edited = 'Now that view is by hand.';
  await editor.page.keyboard.press('Enter');
  // Select All goes through the workbench and would run after the next key.
  await table().locator('.answer textarea:focus').fill(edited);
  await editor.page.keyboard.press('Control+Enter');
  await editor.eventually('the stored answer', async () =>
    assert.deepEqual(answers('changes').at(-1), { text, label: edited, by: 'person' }),
  );
  await editor.shot('30-answers');
});
