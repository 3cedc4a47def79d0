// Text tasks in the workbench. First without a key, by keyboard alone: sixty commit subjects, five labels, learned and
// exported. Then with the fake API: create, run, cancel, resume, correct by keyboard, run again; answers that are texts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TASKS_FOLDER } from '../../src/text-tasks/task-file.ts';
import { textOf } from '../fakes/messages-validation.ts';
import { checkSentences, takePicture } from '../support/pictures.ts';
import { apiKey, startSession } from './session.ts';

const count = 360;
const labelled = 150;
const kinds = ['bug', 'wish'] as const;
const truthOf = (text: string) => (/crash|error|broken/.test(text) ? 'bug' : 'wish');

const commitKinds = ['fix', 'feature', 'docs', 'test', 'build'] as const;
/** Twelve subjects a label, in the order of `commitKinds`. */
const subjects = [
  'Fix a crash when the stream ends early; Fix the wrong order of tool calls; Do not lose the last chunk; Avoid a crash on empty messages; Fix a leak of listeners in the client; Do not send the same message twice; Fix the type of an optional argument; Keep the order of messages after a retry; Fix a wrong status after a timeout; Avoid an endless loop when a tool fails; Fix parsing of nested objects; Do not crash if the adapter is missing',
  'Add an adapter for local models; Support images in messages; Add an option to stop after a tool call; Support streams of objects; Let tools ask for approval; Add a hook for each chunk; Support several adapters at once; Add retries with a delay; Let the client resume a stream; Add a limit for tokens; Support summaries of long chats; Let users choose the model',
  'Document the options of the client; Explain streams in the guide; Correct a typo in the guide; Describe tool calls in the README; Document errors and their codes; Add an example to the guide of adapters; Explain retries in the README; Document how to write an adapter; Correct the links in the README; Describe the options of streams in the guide; Explain approval of tools; Document the limits of the API',
  'Test the order of tool calls; Cover empty messages with a test; Test retries against a fake server; Add a test for nested objects; Test that a stream resumes; Cover the adapters with golden files; Test the limit for tokens; Make the test of timeouts faster; Cover approval with a test; Test messages with images; Remove a test that depends on time; Test that errors have codes',
  'Bump the version of the compiler; Update dependencies; Release version 0.4; Run the linter in the build; Bump the bundler to the next major version; Publish the package from the pipeline; Update the lock file; Cache dependencies in the pipeline; Release version 0.5; Drop an unused dependency; Build for two module formats; Update the linter and its rules',
].map((text) => text.split('; '));
const subjectKinds = new Map(
  subjects.flatMap((some, i) => some.map((text) => [text, commitKinds[i] ?? 'fix'] as const)),
);

/** Each step needs the earlier ones. */
const session = await startSession(
  { 'easyAdaptation.baseModel': 'none' },
  {
    prepare(project) {
      const who = ['-c', 'user.name=Author', '-c', 'user.email=author@example.com'];
      for (const text of subjectKinds.keys())
        execFileSync('git', [...who, 'commit', '-q', '--allow-empty', '-m', text], { cwd: project });
    },
  },
);
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

const results = () => readFileSync(join(project, 'tickets.labels.csv'), 'utf8').trimEnd().split('\n').slice(1);
const answers = (task = 'tickets') => session.answers(task);
/** Texts that were sent and answered. */
const answeredTexts = () =>
  api.requests
    .filter(({ outcome, prompt }) => outcome === 'ok' && prompt === undefined)
    .map(({ body }) => textOf(body.messages.at(-1)?.content).split('\n').at(-1));

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
      assert.ok(subjectKinds.has(text), text);
    });
    await editor.page.keyboard.press(String(commitKinds.indexOf(subjectKinds.get(text) ?? 'fix') + 1));
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
  assert.equal(await table().locator('.keys button').count(), commitKinds.length);
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
  const right = local.filter(([text = '', label]) => subjectKinds.get(text) === label).length / local.length;
  assert.ok(right >= low - 0.005 && right <= high + 0.005, `${right} is not within ${low} and ${high}`);
  await editor.pressInNotification('commits: 60 texts are done', 'Show Results');
  await table().locator('select').first().selectOption('specialist');
  await editor.eventually('the local labels', async () =>
    assert.equal(await table().locator('[role=grid]').getAttribute('aria-rowcount'), '21'),
  );
  await table().getByText('Each label', { exact: true }).click();
  await editor.shot('45-results');
});

step('New Text Task asks five questions, writes the file and ends in the table for labelling', async () => {
  await editor.command('View: Close All Editors');
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
  await table().getByText('Each label', { exact: true }).click();
  const figures = await table().locator('.report-table tbody tr').allTextContents();
  assert.ok(
    figures.some((row) => /^bug\d+100%100%1\.00$/.test(row)),
    figures.join(),
  );
  const counts = await table().locator('.confusion tbody tr').allTextContents();
  assert.ok(
    counts.some((row) => /^bug\d+$/.test(row)),
    counts.join(),
  );
  await editor.shot('24-labels');
  await table().getByText('Each label', { exact: true }).click();
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
    assert.ok(results().some((line) => line.startsWith(`${text},`) && line.includes(`,${label},person,1.000`)));
  });
  assert.equal(answeredTexts().length, answered);
  await table().getByText('One correction').waitFor({ state: 'detached' });
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

step('labels that the task does not know are a question before anything is learned or sent', async () => {
  const names = ['bug', 'wish'] as const;
  const table = Array.from({ length: 80 }, (_, i) => {
    const name = names[i % 2] as (typeof names)[number];
    const label = i >= 60 ? '' : i % 20 === 7 ? 'wsh' : name;
    return `${i};${words[name][i % 3]} of invoice ${i};${label}\n`;
  });
  writeFileSync(join(project, 'typos.csv'), `id;title;kind\n${table.join('')}`);
  const labels = names.map((name) => ({ name, meaning: `It is a ${name}.` }));
  const source = { kind: 'csv', path: 'typos.csv', text: 'title', label: 'kind' };
  const file = join(project, TASKS_FOLDER, 'typos.json');
  writeFileSync(file, JSON.stringify({ instruction: 'Sort.', labels, source }));
  const sent = answeredTexts().length;
  await editor.command('Easy Adaptation: Run Text Task');
  await editor.quickRow('typos').click();
  const said = "3 rows with a label that the task does not know: 'wsh' (3, probably 'wish').";
  await editor.notifications().filter({ hasText: said }).waitFor();
  await editor.shot('50-mistakes');
  assert.equal(answeredTexts().length, sent);
  await editor.pressInNotification(said, 'Use Nearest');
  await editor.dialog().getByText('no call is saved').waitFor();
  await editor.shot('51-all-texts');
  await editor.dialog().getByRole('button', { name: 'Local Only' }).click();
  await editor.notifications().filter({ hasText: 'typos: 80 texts are done, 60 by people' }).waitFor();
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).labels[1].aliases, ['wsh']);
  const lines = readFileSync(join(project, 'typos.labels.csv'), 'utf8').trimEnd().split('\n');
  assert.equal(lines[0], 'id;title;kind;label;who;how sure;in doubt');
  assert.match(lines[8] ?? '', /^7;.*;wsh;wish;person;1\.000;$/);
});
