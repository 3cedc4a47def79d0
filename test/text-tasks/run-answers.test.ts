// A run of a task whose answers are texts: the folder's own answers are collected, the API is asked about each doubtful
// text once, and the local model learns from accepted answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appendLabel, readAnswers } from '../../src/text-tasks/given-labels.ts';
import { readResults } from '../../src/text-tasks/results-table.ts';
import { parseReport } from '../../src/text-tasks/task-report.ts';
import { collect, confirming, fakeTaskLlm, TaskTree, userOf } from './support.ts';

const nouns = ['list', 'page', 'menu', 'form', 'user', 'role'];
const verbs = ['read', 'drop', 'sort', 'copy', 'move', 'lock'];

/** One file for each verb. `documented` decides which functions have a comment. */
function makeFolder(documented: (index: number) => boolean): TaskTree {
  const tree = new TaskTree();
  verbs.forEach((verb, v) => {
    const functions = nouns.map((noun, n) => {
      const comment = documented(v * nouns.length + n) ? `/** ${commentOf(`${verb}_${noun}`)} */\n` : '';
      return `${comment}export function ${verb}_${noun}(id: number) {\n  return store.${verb}(id, '${noun}');\n}\n`;
    });
    tree.write({ [`src/${verb}.ts`]: functions.join('\n') });
  });
  tree.task('docs', docs);
  return tree;
}

const docs = {
  ...{ instruction: 'Say what the function does.', output: 'text', maximumLength: 100 },
  source: { kind: 'functions', glob: 'src/**/*.ts' },
};

function commentOf(name: string): string {
  const [verb, noun] = name.split('_');
  return `\`${name}\` asks the store to ${verb} one ${noun}.`;
}

function llm(onAsk: (count: number) => void = () => {}) {
  const asked: string[] = [];
  const answering = fakeTaskLlm((prompt, count) => {
    const name = /function (\w+)\([^<]*<\/text>(?:\n<draft>|$)/.exec(userOf(prompt))?.[1] ?? '';
    asked.push(name);
    onAsk(count);
    return prompt.read(`"${commentOf(name)}"`);
  });
  return { asked, ...answering };
}

async function run(tree: TaskTree, asks?: ReturnType<typeof llm>, signal = new AbortController().signal) {
  const { confirmed, confirm } = confirming();
  const stages = new Set<string>();
  const progress = ({ stage }: { stage: string }) => void stages.add(stage);
  const report = await tree.run('docs', { llm: asks, signal, confirm, progress, acceptsFew: true }, 20);
  const { reader, task } = await tree.open('docs');
  const rows = await collect(readResults(reader, report.path, task, await readAnswers(task, reader)));
  return { confirmed, report, rows, task, stages };
}

test("drafts every comment from the folder's own comments without a large model, and says how like they will be", async () => {
  const tree = makeFolder((i) => i % 3 !== 0);
  const { report, rows } = await run(tree);
  assert.deepEqual(
    {
      path: report.path,
      output: report.output,
      texts: report.texts,
      byPerson: report.byPerson,
      inDoubt: report.inDoubt,
    },
    { path: '.easyadaptation/tasks/docs.answers.csv', output: 'text', texts: 36, byPerson: 24, inDoubt: 0 },
  );
  const { expected } = report;
  assert.ok(expected && expected.labelled === 24 && expected.others === 12 && expected.low < expected.right);
  assert.match(tree.read(report.path), /^text,answer,who,how sure,in doubt,row\n/);
  const drafts = rows.filter(({ by }) => by === 'specialist');
  for (const { text, label } of drafts) {
    const name = /function (\w+)/.exec(text)?.[1] ?? '';
    assert.ok(label.startsWith(`\`${name}\` asks the store to `), label);
  }
  assert.ok(rows.every(({ text }) => !text.includes('/**')));
});

test("asks about as many texts as the user confirmed and about none twice, and sends the folder's comments as examples", async () => {
  const tree = makeFolder((i) => i % 3 !== 0);
  const controller = new AbortController();
  const first = llm((count) => count === 6 && controller.abort());
  await assert.rejects(run(tree, first, controller.signal));
  const second = llm();
  const { confirmed, report, rows, stages } = await run(tree, second);
  assert.ok(stages.has('The large model answers a sample'), [...stages].join(', '));
  const sent = second.prompts.map(userOf);
  assert.equal(new Set(sent).size, sent.length);
  const actual = confirmed.reduce((sum, { texts }) => sum + texts, 0);
  assert.equal(actual, new Set(second.asked).size);
  assert.ok(sent.some((text) => /<text similarity="0\.\d\d">/.test(text) && text.includes('<draft>\n`')));
  assert.ok(second.prompts.some(({ user }) => user[0]?.text.includes('Written here before:')));
  assert.ok(second.prompts.every(({ user }) => (user[0]?.text.match(/<\/answer>/g)?.length ?? 0) <= 5));
  assert.equal(report.judgedBy, 'person');
  assert.ok((report.curve.at(-1)?.right ?? 0) > 0.99 && (report.curve[0]?.right ?? 1) < 0.99);
  assert.deepEqual(parseReport(JSON.stringify(report)), report);
  const written = rows.filter(({ by }) => by === 'api');
  assert.ok(written.length > 0);
  for (const { text, label } of written) assert.equal(label, commentOf(/function (\w+)/.exec(text)?.[1] ?? ''));
  const third = llm();
  assert.equal((await run(tree, third)).report.runUsd, 0);
  assert.equal(third.asked.length, 0);
});

test('redacts answers of people, texts and the instruction before sending them', async () => {
  const tree = makeFolder((i) => i % 3 !== 0);
  const secret = 'Xk9pQ7zLmW2vB8nR4tY6';
  tree.write({ '.env': `API_KEY=${secret}\n` });
  tree.task('docs', { ...docs, instruction: `Say what the function does, not ${secret}.` });
  for (const verb of verbs)
    appendLabel(tree.root, 'docs', {
      text: `export function ${verb}_item(id: number) {\n  return store.${verb}(id, '${secret}');\n}`,
      label: `\`${verb}_item\` asks with ${secret}.`,
      by: 'person',
    });
  const asks = llm();
  const { task, rows } = await run(tree, asks);
  assert.ok(asks.prompts.some(({ user }) => /<answer>\n`\w+_item` asks with \*{5}/.test(user[0]?.text ?? '')));
  for (const prompt of asks.prompts) assert.ok(!JSON.stringify(prompt).includes(secret));
  assert.ok(!JSON.stringify([rows, task]).includes(secret));
  const callCount = asks.asked.length;
  assert.equal((await run(tree, asks)).report.runUsd, 0);
  assert.equal(asks.asked.length, callCount, 'redacted texts are recognized');
});

test('uses an answer of a person at once, and drafts later answers from it', async () => {
  const tree = makeFolder(() => false);
  const bare = await run(tree);
  assert.ok(bare.rows.every(({ label, inDoubt }) => label === '' && inDoubt));
  const first = bare.rows[0]?.text ?? '';
  appendLabel(tree.root, 'docs', { text: first, label: '`copy_list` is written by hand.', by: 'person' });
  const { rows, report } = await run(tree);
  assert.equal(report.byPerson, 1);
  assert.deepEqual(rows[0], {
    text: first,
    label: '`copy_list` is written by hand.',
    by: 'person',
    confidence: 1,
    inDoubt: false,
  });
  assert.equal(rows[1]?.label, '`copy_page` is written by hand.');
});
