// Every row and column of a source is in the results, and mistakes in its labels are said before anything is learned.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError, unwrap } from '../../src/common/errors.ts';
import { appendLabel, readAnswers } from '../../src/text-tasks/given-labels.ts';
import { readTask } from '../../src/text-tasks/in-folder.ts';
import { readLabelling } from '../../src/text-tasks/labelling.ts';
import { readResults } from '../../src/text-tasks/results-table.ts';
import { findingsOf, settleLabels } from '../../src/text-tasks/settle-labels.ts';
import type { TaskReport } from '../../src/text-tasks/task-report.ts';
import { resultsOf } from '../../src/text-tasks/task-results.ts';
import { never } from '../llm/requests.ts';
import { collect, TaskTree } from './support.ts';

const textOf = (i: number) => (i % 2 === 0 ? `an error in page ${i}` : `please add page ${i}`);
const labelOf = (i: number) => (i < 40 ? (['bug', 'wish'][i % 2] as string) : '');
const many = <T>(count: number, of: (i: number) => T) => Array.from({ length: count }, (_, i) => of(i));

function makeTask(file: string, content: string): TaskTree {
  const tree = new TaskTree({ [file]: content });
  const kind = file.endsWith('.jsonl') ? 'jsonl' : 'csv';
  tree.task('issues', { source: { kind, path: file, text: 'title', label: 'kind' } });
  return tree;
}

const linesOf = (tree: TaskTree, { path }: TaskReport) => tree.read(path).trimEnd().split('\n');

async function refusalOf(tree: TaskTree): Promise<string> {
  const error = await tree.run('issues', { acceptsFew: true }).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof CodedError, `${error}`);
  return `${error.code}: ${error.message}`;
}

test('repeated rows, other columns and rows without a text stay, in their order', async () => {
  const rows = [
    ...many(60, (i) => `${i},${textOf(i)},"1,5",${labelOf(i)},"say ""so"""`),
    '60,,"2,5",,',
    ...many(100, (i) => `${61 + i},${textOf(45)},"=1+1",,-3`),
  ];
  const tree = makeTask('issues.csv', `id,title,price,kind,note\n${rows.join('\n')}\n`);
  const report = await tree.run('issues', { acceptsFew: true });
  const [header, ...lines] = linesOf(tree, report);
  assert.equal(header, 'id,title,price,kind,note,label,who,how sure,in doubt');
  assert.equal(lines.length, rows.length);
  const changed = rows.filter((row, i) => !lines[i]?.startsWith(row.replaceAll('"=1+1"', '=1+1')));
  assert.deepEqual(changed, []);
  assert.ok(lines[60]?.endsWith(',,,,'), lines[60]);
  assert.match(lines[0] as string, /,bug,person,1\.000,$/);
  assert.match(lines[160] as string, /,wish,local model,0\.\d{3},$/);
  assert.equal(report.texts, 160);
  assert.ok(
    report.found?.some((fact) => /^1 row without a text \(the first is 62\)/.test(fact)),
    `${report.found}`,
  );
  const task = unwrap(await readTask((await tree.open('issues')).reader, 'issues'));
  const shown = await collect(readResults((await tree.open('issues')).reader, report.path, task, new Map()));
  assert.deepEqual([shown.length, shown[0]?.text, shown[0]?.label], [160, textOf(0), 'bug']);
});

test('a column that is called as one of ours keeps its name, and ours get the name of the task', async () => {
  const tree = makeTask(
    'issues.csv',
    `title,kind,label,who\n${many(60, (i) => `${textOf(i)},${labelOf(i)},x,me`).join('\n')}\n`,
  );
  const report = await tree.run('issues', { acceptsFew: true });
  assert.equal(linesOf(tree, report)[0], 'title,kind,label,who,label (issues),who (issues),how sure,in doubt');
  await tree.run('issues', { acceptsFew: true });
});

for (const [file, separator, said, between] of [
  ['issues.csv', ';', 'semicolons', ';'],
  ['issues.tsv', '\t', 'tabs', ','],
] as const)
  test(`columns that are separated by ${said} are read, and it is said`, async () => {
    const rows = many(60, (i) => [`${textOf(i)}, or so`, '1,5', labelOf(i)].join(separator));
    const tree = makeTask(file, `${['title', 'price', 'kind'].join(separator)}\n${rows.join('\n')}\n`);
    const report = await tree.run('issues', { acceptsFew: true });
    const [header, first] = linesOf(tree, report);
    assert.equal(header, ['title', 'price', 'kind', 'label', 'who', 'how sure', 'in doubt'].join(between));
    assert.ok(first?.startsWith(`"${textOf(0)}, or so"${between}"1,5"${between}bug${between}bug`), first);
    assert.ok(resultsOf(report).notes.includes(`The columns are separated by ${said}.`));
    assert.ok(!report.path.endsWith('tsv'));
  });

test('JSONL keeps its lines; numbers are labels; a line without a text is kept and said', async () => {
  const lines = many(60, (i) => {
    const label = i < 40 ? `,"kind":${i % 2}` : '';
    return `{"id":12345678901234567890,"title":"${textOf(i)}"${label}}`;
  });
  lines.splice(3, 0, '{"id":7}');
  const tree = new TaskTree({ 'issues.jsonl': `${lines.join('\n')}\n` });
  const labels = ['0', '1'].map((name) => ({ name, meaning: `It is ${name}.` }));
  tree.task('issues', { labels, source: { kind: 'jsonl', path: 'issues.jsonl', text: 'title', label: 'kind' } });
  const report = await tree.run('issues', { acceptsFew: true });
  assert.equal(report.path, 'issues.labels.jsonl');
  const results = linesOf(tree, report);
  const changed = lines.filter((line, i) => !results[i]?.startsWith(line.slice(0, -1)));
  assert.deepEqual(changed, []);
  assert.equal(results[3], '{"id":7,"label":"","who":"","how sure":"","in doubt":""}');
  assert.equal(report.byPerson, 40);
  assert.ok(report.found?.some((fact) => /1 row without a text \(the first is 4\)/.test(fact)));
  const { reader, task } = await tree.open('issues');
  const shown = await collect(readResults(reader, report.path, task, await readAnswers(task, reader)));
  assert.deepEqual([shown.length, shown[1]?.label], [60, '1']);
  assert.equal((await tree.run('issues', { acceptsFew: true })).path, report.path);
});

test('labels that the task does not know are listed, before anything is learned, and taught as is wished', async () => {
  const typos = (i: number) => (i >= 40 && i < 60 ? ['bugg', 'wsh', 'zebra'][i % 3] : labelOf(i));
  const content = `title,kind\n${many(80, (i) => `${textOf(i)},${typos(i)}`).join('\n')}\n`;
  const tree = makeTask('issues.csv', content);
  const said = await refusalOf(tree);
  assert.match(said, /^source-mistakes: Nothing was learned yet\. 20 rows with a label that the task does not know: /);
  for (const each of ["'wsh' (7, probably 'wish')", "'bugg' (6, probably 'bug')", "'zebra' (7)"])
    assert.ok(said.includes(each), said);
  const settle = async (how: 'correct' | 'add') => {
    const folder = await tree.open('issues');
    const { task } = folder;
    assert.ok('labels' in task);
    const unknown = (await findingsOf(folder, never)).unknownLabels(task);
    unwrap(await settleLabels(folder.reader, task, unknown, how));
  };
  await settle('correct');
  assert.match(await refusalOf(tree), /7 rows with a label that the task does not know: 'zebra' \(7\)\. Correct/);
  await settle('add');
  assert.equal((await tree.run('issues', { acceptsFew: true })).byPerson, 60);
  assert.equal(tree.read('issues.csv'), content, 'the source is never changed');
});

test('a shortened label is recognised: hw of hardware', async () => {
  const tree = new TaskTree({
    'issues.csv': `title,kind\n${many(40, (i) => `${textOf(i)},${['hw', 'sw'][i % 2]}`).join('\n')}\n`,
  });
  const labels = ['hardware', 'software'].map((name) => ({ name, meaning: `It is ${name}.` }));
  tree.task('issues', { labels, source: { kind: 'csv', path: 'issues.csv', text: 'title', label: 'kind' } });
  assert.match(await refusalOf(tree), /40 rows .*'hw' \(20, probably 'hardware'\), 'sw' \(20, probably 'software'\)/);
});

test('one text with two labels is said, and counts as none if the user goes on', async () => {
  const rows = [...many(60, (i) => `${textOf(i)},${labelOf(i)}`), `${textOf(0)},wish`];
  const tree = makeTask('issues.csv', `title,kind\n${rows.join('\n')}\n`);
  assert.match(
    await refusalOf(tree),
    /1 text with two labels, which then count as none: 'an error in page 0' \(bug, wish\)/,
  );
  const report = await tree.run('issues', { acceptsFew: true, acceptsMistakes: true });
  assert.equal(report.byPerson, 39);
  assert.ok(report.found?.some((fact) => fact.includes('two labels')));
});

test('two columns of one name are said, and rows with too many fields', async () => {
  const rows = many(60, (i) => `${textOf(i)},${labelOf(i)},x`);
  const tree = makeTask('issues.csv', `title,kind,kind\n${rows.join('\n')}\n`);
  assert.match(await refusalOf(tree), /'kind' is the name of two columns: the first is read\./);
  const long = makeTask(
    'issues.csv',
    `kind,title\n${many(60, (i) => `${labelOf(i)},${textOf(i)}${i % 20 === 7 ? ', at once' : ''}`).join('\n')}\n`,
  );
  const report = await long.run('issues', { acceptsFew: true });
  assert.ok(
    report.found?.some((fact) => /^3 rows with more fields than columns \(the first is 9\)/.test(fact)),
    `${report.found}`,
  );
  assert.ok(linesOf(long, report)[8]?.startsWith('wish,"please add page 7, at once"'), linesOf(long, report)[8]);
});

test('a single label is nothing to learn: all others would get it', async () => {
  const rows = many(200, (i) => `${textOf(i)},${i < 20 ? 'bug' : ''}`);
  const tree = makeTask('issues.csv', `title,kind\n${rows.join('\n')}\n`);
  assert.match(await refusalOf(tree), /^nothing-to-learn: All 20 labelled texts of 'issues' are 'bug', so every text/);
});

test('a table for labelling opens while there is only one label, without a local model', async () => {
  const tree = makeTask(
    'issues.csv',
    `title,kind\n${many(60, (i) => `${textOf(i)},${i < 25 ? 'bug' : ''}`).join('\n')}\n`,
  );
  const { rows, labelled, expected } = await readLabelling(await tree.open('issues'), never);
  assert.deepEqual([rows.length, labelled, expected], [60, 25, undefined]);
  assert.ok(rows.every(({ source }) => source === 'person' || source === ''));
});

test('types of commits that are no labels are no mistakes', async () => {
  const tree = new TaskTree({ 'a.txt': 'a' });
  tree.task('issues', { source: { kind: 'commits', labelFromType: true } });
  tree.git('init');
  for (let i = 0; i < 24; i++)
    tree.git('commit', '--allow-empty', '-m', `${['bug', 'wish', 'wip'][i % 3]}: subject ${i}`);
  assert.equal(await tree.run('issues', { acceptsFew: true }).catch(({ code }) => code), 'nothing-to-learn');
});

test('repeated lines stay with their numbers; empty ones are no rows', async () => {
  const tree = new TaskTree({ 'issues.txt': `${many(60, textOf).join('\n')}\n\n${textOf(0)}\n` });
  tree.task('issues', { source: { kind: 'lines', path: 'issues.txt' } });
  for (let i = 0; i < 40; i++) appendLabel(tree.root, 'issues', { text: textOf(i), label: labelOf(i), by: 'person' });
  const report = await tree.run('issues', { acceptsFew: true });
  const [header, ...lines] = linesOf(tree, report);
  assert.equal(header, 'text,label,who,how sure,in doubt,row');
  assert.deepEqual([lines.length, lines.at(-1)], [61, `${textOf(0)},bug,person,1.000,,62`]);
});
