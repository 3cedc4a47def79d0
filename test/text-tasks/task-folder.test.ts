// A text task in a real folder: all kinds of sources, answers after a crash, and the exported model.
import assert from 'node:assert/strict';
import { appendFileSync, rmSync, symlinkSync } from 'node:fs';
import { before, test } from 'node:test';
import { VECTOR_WIDTH } from '../../src/neural/inference/sentence-encoder.ts';
import { loadLibrary, Session, Tensor } from '../../src/neural/runtime/session.ts';
import { chooseForm } from '../../src/text-tasks/choose-form.ts';
import { taskModel } from '../../src/text-tasks/export-task.ts';
import { appendLabel, readAnswers } from '../../src/text-tasks/given-labels.ts';
import { LabelReader } from '../../src/text-tasks/label-reader.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import { grams, PARTS } from '../../src/text-tasks/labels/hashed-grams.ts';
import { labelProbabilities } from '../../src/text-tasks/labels/text-specialist.ts';
import { labelModelOf, learnLabels } from '../../src/text-tasks/learn.ts';
import { collectTaskData } from '../../src/text-tasks/random-sample.ts';
import type { LabelTask } from '../../src/text-tasks/task-file.ts';
import type { TaskFolder } from '../../src/text-tasks/task-folder.ts';
import { measureTask } from '../../src/text-tasks/task-report.ts';
import { resultsOf } from '../../src/text-tasks/task-results.ts';
import { collect, labelTask, TaskTree } from './support.ts';

const tree = new TaskTree();
const writeFile = (path: string, text: string) => tree.write({ [path]: text });
const writeTask = (name: string, source: object) => tree.task(name, { source });
const openTask = async (name: string) => (await tree.open(name)) as TaskFolder & { readonly task: LabelTask };

const words = { bug: ['crash', 'error', 'broken'], wish: ['please', 'support', 'add'] } as const;
const rows = Array.from({ length: 160 }, (_, i) => {
  const kind = i % 2 === 0 ? 'bug' : 'wish';
  return { kind, text: `${words[kind][i % 3]} in the ${['list', 'page', 'menu', 'form'][i % 4]} number ${i}` };
});

before(() => {
  const table = rows.map(({ kind, text }, i) => `"${text}",${i < 80 ? kind : ''}\n`).join('');
  writeFile('issues.csv', `title,kind\n${table}"${rows[3]?.text.toUpperCase()}",\n`);
  writeTask('issues', { kind: 'csv', path: 'issues.csv', text: 'title', label: 'kind' });
});

test('yields each text of a table once, with its label and redacted', async () => {
  writeFile('secret.csv', 'title\nconst password = "hunter2-Xk9!pQ7zLm"\n');
  writeTask('secret', { kind: 'csv', path: 'secret.csv', text: 'title' });
  const texts = await collect((await openTask('issues')).texts());
  assert.equal(texts.length, 160);
  assert.deepEqual(texts[0], { text: rows[0]?.text, ownLabel: 'bug', row: 2 });
  assert.deepEqual(texts[100], { text: rows[100]?.text, row: 102 });
  const [hidden] = await collect((await openTask('secret')).texts());
  assert.match(hidden?.text ?? '', /\*{5}/);
  assert.doesNotMatch(hidden?.text ?? '', /hunter2/);
});

test('reads texts from files, sections, TODO notes and commits', async () => {
  writeFile('mails/bug/one.txt', 'It does not start.');
  writeFile('mails/wish/two.txt', 'It should start faster.');
  writeFile('docs/a.md', '# One\ntext\n# Two\nmore\n');
  writeFile('src/a.ts', '// TODO: mend it\nexport const a = 1;\n');
  writeTask('mails', { kind: 'files', glob: 'mails/**/*.txt', labelFromFolder: true });
  writeTask('docs', { kind: 'sections', glob: 'docs/**' });
  writeTask('todos', { kind: 'todos', glob: 'src/**/*.ts' });
  writeTask('commits', { kind: 'commits', labelFromType: true });
  const texts = async (name: string) => collect((await openTask(name)).texts());
  assert.deepEqual(await texts('mails'), [
    { text: 'It does not start.', ownLabel: 'bug' },
    { text: 'It should start faster.', ownLabel: 'wish' },
  ]);
  assert.deepEqual(await texts('docs'), [{ text: '# One\ntext' }, { text: '# Two\nmore' }]);
  assert.deepEqual(await texts('todos'), [{ text: 'TODO: mend it' }]);
  await assert.rejects(texts('commits'), /no history/);
  tree.git('init');
  tree.git('commit', '--allow-empty', '-m', 'bug(list): empty list');
  tree.git('commit', '--allow-empty', '-m', 'Just do it');
  assert.deepEqual(await texts('commits'), [{ text: 'Just do it' }, { text: 'empty list', ownLabel: 'bug' }]);
});

test('reports a missing column, a link and a missing task file', async () => {
  writeTask('column', { kind: 'csv', path: 'issues.csv', text: 'body' });
  await assert.rejects(async () => collect((await openTask('column')).texts()), {
    code: 'corrupt',
    message: /issues.csv has no column 'body'/,
  });
  symlinkSync('/etc/passwd', tree.at('link.txt'));
  writeTask('link', { kind: 'lines', path: 'link.txt' });
  await assert.rejects(async () => collect((await openTask('link')).texts()), { code: 'unreadable' });
  const missing = await tree.tryOpen('none');
  assert.ok(!missing.ok && missing.error.code === 'unreadable');
});

test('refuses an excluded table before reading it, and names one that git ignores', async () => {
  const options = { trusted: true, filesExclude: { '**/hidden': true } };
  writeFile('.gitignore', 'open/ignored.csv\n');
  writeFile('.easyadaptationignore', 'private/\n');
  const paths = ['private/customers.csv', 'a/hidden/customers.csv', '.env.csv', 'open/ignored.csv', 'open/plain.csv'];
  const found = [];
  for (const path of [...paths, '.npmrc']) {
    writeFile(
      path,
      path === '.npmrc' ? '//registry/:_authToken=npm_Xk9pQ7zLmW2vB8nR4tY6uC1dF3gH5jK0aS\n' : 'title\none\n',
    );
    writeTask('named', path === '.npmrc' ? { kind: 'lines', path } : { kind: 'csv', path, text: 'title' });
    const task = await tree.tryOpen('named', options);
    if (task.ok) found.push([path, task.value.ignoredByGit]);
    else assert.match(task.error.message, /is excluded by .*Name another file in the task, or allow this one\./);
  }
  assert.deepEqual(found, [
    ['open/ignored.csv', 'open/ignored.csv'],
    ['open/plain.csv', undefined],
  ]);
  for (const path of ['.gitignore', '.easyadaptationignore', '.npmrc', '.env.csv']) rmSync(tree.at(path));
});

test('reads the last stored label of each text, and skips a truncated line', async () => {
  const { task, reader } = await openTask('issues');
  appendLabel(tree.root, 'issues', { text: 'a', label: 'bug', by: 'api', model: 'm' });
  appendFileSync(tree.at(`${tree.pathOf('issues')}.answers.jsonl`), '{"text":"b","lab');
  appendLabel(tree.root, 'issues', { text: 'c', label: 'bug', by: 'person' });
  appendLabel(tree.root, 'issues', { text: 'C', label: 'wish', by: 'person' });
  appendLabel(tree.root, 'issues', { text: 'd', label: 'gone', by: 'person' });
  assert.deepEqual(
    [...(await readAnswers(task, reader)).values()],
    [
      { text: 'a', api: 'bug', answers: { bare: 'bug' }, paid: { model: 'm', usd: 0 } },
      { text: 'c', person: 'wish' },
    ],
  );
});

test('labels every text, and prefers the label of a person', async () => {
  const folder = await openTask('issues');
  const { task, reader } = folder;
  const corrected = rows[101]?.text as string;
  const answers = new Map(await readAnswers(task, reader));
  answers.set(keyOf(corrected), { text: corrected, person: 'bug', api: 'wish' });
  const learned = learnLabels(task, await collectTaskData(task, folder.texts(), answers));
  const complete = await collect(labelModelOf(task, learned, new LabelReader(learned.specialist)).rows(folder.texts()));
  assert.equal(complete.length, 160);
  const right = complete.slice(80).filter(({ label }, i) => label === rows[80 + i]?.kind).length;
  assert.ok(right > 70, `${right} of 80`);
  const actual = complete.find(({ text }) => text === corrected);
  assert.deepEqual(actual, { text: corrected, label: 'bug', by: 'person', confidence: 1, inDoubt: false, row: 103 });
});

test('learns from at most ten thousand labels, and the results say so', () => {
  const task = labelTask('t');
  const known = new Map(
    Array.from({ length: 10_200 }, (_, key) => [
      key,
      { text: `${key % 2 ? 'crash' : 'add'}`, person: key % 2 ? 'wish' : 'bug' },
    ]),
  );
  const learned = learnLabels(task, { known, texts: known.size, unlabelled: [] });
  assert.equal(learned.crossValidated.length, 10_000);
  const measured = measureTask(learned, chooseForm(task, known));
  const counts = {
    ...{ task: 't', finishedAt: 0, path: 'p', runUsd: 0 },
    ...{ texts: 10_200, byPerson: 10_200, byApi: 0, inDoubt: 0 },
  };
  assert.match(resultsOf({ ...counts, ...measured }).notes.join(' '), /learned from 10,000 of the labels/);
});

test('exports a model with the same probabilities as the local model, with vectors and without', async () => {
  const issues = await openTask('issues');
  const taskData = await collectTaskData(issues.task, issues.texts(), new Map());
  const vectorOf = (text: string) => Float32Array.from({ length: VECTOR_WIDTH }, (_, i) => Math.sin(i * text.length));
  const vectors = new Map([...taskData.known].map(([key, { text }]) => [key, vectorOf(text)]));
  await loadLibrary();
  const texts = ['please add a list', 'error: broken page', 'nothing known', ''];
  const parts = texts.map(grams);
  const maximumCount = Math.max(1, ...parts.flat().map((part) => new Set(part).size));
  const columns = new Int32Array(texts.length * PARTS * maximumCount);
  const tf = new Float32Array(columns.length);
  parts.flat().forEach((part, at) => {
    [...new Set(part)].forEach((column, i) => {
      columns[at * maximumCount + i] = column;
      tf[at * maximumCount + i] = 1 + Math.log(part.filter((other) => other === column).length);
    });
  });
  const shape = [texts.length, PARTS, maximumCount];
  const rows = Tensor.host(Float32Array.from(texts.flatMap((text) => [...vectorOf(text)])), [
    texts.length,
    VECTOR_WIDTH,
  ]);
  for (const options of [{}, { vectors }]) {
    const { specialist } = learnLabels(issues.task, taskData, options);
    const session = await Session.load({ bytes: taskModel(specialist) }, { device: 'cpu', threads: 1 });
    const feeds = { columns: Tensor.host(columns, shape), tf: Tensor.host(tf, shape), vectors: rows };
    const { probabilities } = await session.run(feeds);
    texts.forEach((text, i) => {
      labelProbabilities(specialist, { text, vector: vectorOf(text) }).forEach((p, label) => {
        assert.ok(Math.abs(p - ((probabilities as Tensor).floats[2 * i + label] as number)) < 1e-4, `${text}: ${p}`);
      });
    });
    await session.dispose();
  }
});
