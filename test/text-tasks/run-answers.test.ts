// A run of a task whose answers are texts: the folder's own answers are collected, the API is asked about each doubtful
// text once, and the local model learns from accepted answers.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ok, unwrap } from '../../src/common/errors.ts';
import { type Prompt, unknownModel } from '../../src/llm/protocol/models.ts';
import { appendLabel, readAnswers } from '../../src/text-tasks/given-labels.ts';
import type { TextSpending } from '../../src/text-tasks/large-model-calls.ts';
import { readResults } from '../../src/text-tasks/results-table.ts';
import { runTask } from '../../src/text-tasks/task.ts';
import { TaskFolder } from '../../src/text-tasks/task-folder.ts';
import { parseReport } from '../../src/text-tasks/task-report.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const nouns = ['list', 'page', 'menu', 'form', 'user', 'role'];
const verbs = ['read', 'drop', 'sort', 'copy', 'move', 'lock'];

/** One file for each verb. `documented` decides which functions have a comment. */
function makeFolder(documented: (index: number) => boolean): string {
  const root = mkdtempSync(join(tmpdir(), 'easy-adaptation-answers-'));
  folders.push(root);
  mkdirSync(join(root, 'src'));
  verbs.forEach((verb, v) => {
    const functions = nouns.map((noun, n) => {
      const comment = documented(v * nouns.length + n) ? `/** ${commentOf(`${verb}_${noun}`)} */\n` : '';
      return `${comment}export function ${verb}_${noun}(id: number) {\n  return store.${verb}(id, '${noun}');\n}\n`;
    });
    writeFileSync(join(root, 'src', `${verb}.ts`), functions.join('\n'));
  });
  mkdirSync(join(root, '.easyadaptation/tasks'), { recursive: true });
  const source = { kind: 'functions', glob: 'src/**/*.ts' };
  const task = { instruction: 'Say what the function does.', output: 'text', maximumLength: 100, source };
  writeFileSync(join(root, '.easyadaptation/tasks/docs.json'), JSON.stringify(task));
  return root;
}

function commentOf(name: string): string {
  const [verb, noun] = name.split('_');
  return `\`${name}\` asks the store to ${verb} one ${noun}.`;
}

function llm(onAsk: (count: number) => void = () => {}) {
  const asked: string[] = [];
  const prompts: Prompt[] = [];
  const ask = async (prompt: Prompt, signal: AbortSignal) => {
    signal.throwIfAborted();
    prompts.push(prompt);
    const name = /function (\w+)\([^<]*<\/text>(?:\n<draft>|$)/.exec(prompt.user[0]?.text ?? '')?.[1] ?? '';
    asked.push(name);
    onAsk(asked.length);
    const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const answer = { model: 'm', usage, costUsd: 0.002, latencyMs: 1, firstTokenMs: 1, truncated: false };
    return ok({ ...answer, text: prompt.read(`"${commentOf(name)}"`) });
  };
  return { asked, prompts, ask, facts: unknownModel, estimateUsd: () => 0.002 };
}

async function run(root: string, asks?: ReturnType<typeof llm>, signal = new AbortController().signal) {
  const confirmed: TextSpending[] = [];
  const folder = unwrap(await TaskFolder.open({ root, harvest: { trusted: true }, secrets: [] }, 'docs'));
  const confirm = async (spending: TextSpending) => confirmed.push(spending) > 0;
  const stages = new Set<string>();
  const progress = ({ stage }: { stage: string }) => void stages.add(stage);
  const report = unwrap(
    await runTask(folder, { llm: asks, signal, confirm, progress, acceptsFew: true, now: () => 7 }, 20),
  );
  const rows = [];
  for await (const row of readResults(folder.reader, report.path, await readAnswers(folder.task, folder.reader)))
    rows.push(row);
  return { confirmed, report, rows, folder, stages };
}

test("drafts every comment from the folder's own comments without a large model, and says how like they will be", async () => {
  const root = makeFolder((i) => i % 3 !== 0);
  const { report, rows } = await run(root);
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
  assert.match(readFileSync(join(root, report.path), 'utf8'), /^text,answer,who,how sure,in doubt,row\n/);
  const drafts = rows.filter(({ by }) => by === 'specialist');
  for (const { text, label } of drafts) {
    const name = /function (\w+)/.exec(text)?.[1] ?? '';
    assert.ok(label.startsWith(`\`${name}\` asks the store to `), label);
  }
  assert.ok(rows.every(({ text }) => !text.includes('/**')));
});

test("asks about as many texts as the user confirmed and about none twice, and sends the folder's comments as examples", async () => {
  const root = makeFolder((i) => i % 3 !== 0);
  const controller = new AbortController();
  await assert.rejects(
    run(
      root,
      llm((count) => count === 6 && controller.abort()),
      controller.signal,
    ),
  );
  const second = llm();
  const { confirmed, report, rows, stages } = await run(root, second);
  assert.ok(stages.has('The large model answers a sample'), [...stages].join(', '));
  const sent = second.prompts.map(({ user }) => user[0]?.text ?? '');
  assert.equal(new Set(sent).size, sent.length);
  assert.equal(
    confirmed.reduce((sum, { texts }) => sum + texts, 0),
    new Set(second.asked).size,
  );
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
  assert.equal((await run(root, third)).report.runUsd, 0);
  assert.equal(third.asked.length, 0);
});

test('redacts answers of people, texts and the instruction before sending them', async () => {
  const root = makeFolder((i) => i % 3 !== 0);
  const secret = 'Xk9pQ7zLmW2vB8nR4tY6';
  writeFileSync(join(root, '.env'), `API_KEY=${secret}\n`);
  const taskFile = join(root, '.easyadaptation/tasks/docs.json');
  const task = JSON.parse(readFileSync(taskFile, 'utf8'));
  writeFileSync(taskFile, JSON.stringify({ ...task, instruction: `Say what the function does, not ${secret}.` }));
  for (const verb of verbs)
    appendLabel(root, 'docs', {
      text: `export function ${verb}_item(id: number) {\n  return store.${verb}(id, '${secret}');\n}`,
      label: `\`${verb}_item\` asks with ${secret}.`,
      by: 'person',
    });
  const asks = llm();
  const { folder, rows } = await run(root, asks);
  assert.ok(asks.prompts.some(({ user }) => /<answer>\n`\w+_item` asks with \*{5}/.test(user[0]?.text ?? '')));
  for (const prompt of asks.prompts) assert.ok(!JSON.stringify(prompt).includes(secret));
  assert.ok(!JSON.stringify([rows, folder.task]).includes(secret));
  const callCount = asks.asked.length;
  assert.equal((await run(root, asks)).report.runUsd, 0);
  assert.equal(asks.asked.length, callCount, 'redacted texts are recognized');
});

test('uses an answer of a person at once, and drafts later answers from it', async () => {
  const root = makeFolder(() => false);
  const bare = await run(root);
  assert.ok(bare.rows.every(({ label, inDoubt }) => label === '' && inDoubt));
  const first = bare.rows[0]?.text ?? '';
  appendLabel(root, 'docs', { text: first, label: '`copy_list` is written by hand.', by: 'person' });
  const { rows, report } = await run(root);
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
