// Asking the large model about texts stays within the budget. Each answer is stored, and no text is asked about twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed } from '../../src/common/errors.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import type { Prompt } from '../../src/llm/protocol/models.ts';
import { Budget, RecordingLlm } from '../../src/llm/recording.ts';
import { type EvidenceForm, parseLabel } from '../../src/prompts/label/label-prompt.ts';
import { addLabel, appendLabel, type KnownLabels, readAnswers } from '../../src/text-tasks/given-labels.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import { LargeModelCalls, type TaskLlm } from '../../src/text-tasks/large-model-calls.ts';
import type { LabelTask } from '../../src/text-tasks/task-file.ts';
import type { TaskFolder } from '../../src/text-tasks/task-folder.ts';
import { FolderReader } from '../../src/workspace/files/folder-reader.ts';
import { FakeLedger } from '../fakes/ledger.ts';
import { chat } from '../fakes/stream-formats.ts';
import { Tree } from '../support/tree.ts';
import { fakeTaskLlm, userOf } from './support.ts';

const { root } = new Tree();

const task: LabelTask = {
  name: 'issues',
  instruction: 'Sort the issues.',
  labels: [
    { name: 'bug', meaning: 'Something is broken.' },
    { name: 'feature request', meaning: 'Something is missing.' },
  ],
  source: { kind: 'lines', path: 'issues.txt' },
};
const texts = Array.from({ length: 12 }, (_, i) => `issue ${i} about ${['lists', 'menus', 'pages'][i % 3]}`);

function llm(most: number) {
  const answering = fakeTaskLlm((_, count) => (count % 5 === 0 ? 'I cannot say' : 'Bug.'));
  const ask: typeof answering.ask = async (prompt, signal) => {
    const answer = answering.ask(prompt, signal);
    return answering.prompts.length > most ? failed('over-budget', 'The limit is reached.') : answer;
  };
  return { ...answering, ask, asked: answering.prompts };
}

/** Asks about texts in one form. Returns the calls, with what they cost and why they ended. */
async function ask(llm: TaskLlm, form: EvidenceForm, some: readonly string[], known = new Map<number, KnownLabels>()) {
  const folder = { reader: await FolderReader.open(root), task, texts: () => some.map((text) => ({ text })) };
  const taskData = { known, texts: some.length, unlabelled: some };
  const { signal } = new AbortController();
  const calls = new LargeModelCalls(folder as unknown as TaskFolder, llm, taskData, signal, () => {});
  const spending = { what: 'rest', texts: some.length, usd: 1 } as const;
  await calls.askDoubtful({ spending, keys: new Set(some.map(keyOf)), price: 1, form });
  return calls;
}

test('stops at the budget with all answers stored, and asks only about the other texts next time', async () => {
  appendLabel(root, task.name, { text: 'menus do not open', label: 'bug', by: 'person' });
  const reader = await FolderReader.open(root);
  const first = llm(8);
  const { spentUsd, stopped } = await ask(first, 'informed', texts, await readAnswers(task, reader));
  assert.equal(stopped?.code, 'over-budget');
  assert.ok(Math.abs(spentUsd - 0.008) < 1e-9);
  assert.match(userOf(first.asked[0] as Prompt), /Labelled here before:\n<example>menus do not open<\/example> => bug/);
  const known = [...(await readAnswers(task, reader)).values()];
  assert.equal(known.length, 9);
  assert.equal(known.filter(({ api, paid }) => paid && api === undefined).length, 1, 'an answer named no label');
  assert.equal(
    known.filter(({ paid }) => paid?.model === 'm' && paid.usd === 0.001 && paid.form === 'informed').length,
    8,
  );
  const second = llm(100);
  await ask(second, 'informed', texts, await readAnswers(task, reader));
  const textOf = (prompt: Prompt) => /<text>.*/.exec(userOf(prompt))?.[0];
  const paid = first.asked.slice(0, 8).map(textOf);
  assert.equal(second.asked.length, 4);
  assert.ok(second.asked.every((prompt) => !paid.includes(textOf(prompt))));
});

test('a text is asked about once in each form, and is never an example for itself', async () => {
  const known = new Map<number, KnownLabels>();
  for (let i = 0; i < 30; i++) addLabel(known, { text: `text ${i}`, label: 'bug', by: 'person' });
  addLabel(known, { text: 'alone', label: 'feature request', by: 'person' });
  const asks = llm(99);
  for (const form of ['bare', 'bare', 'informed', 'informed'] as const) await ask(asks, form, ['alone'], known);
  assert.equal(asks.asked.length, 2);
  const informed = userOf(asks.asked[1] as Prompt);
  assert.match(informed, /<example>text \d+<\/example> => bug/);
  assert.doesNotMatch(informed, /<example>alone/);
  assert.deepEqual(Object.keys([...known.values()].at(-1)?.answers ?? {}), ['bare', 'informed']);
});

test('records answers of a real connection, so that a repeated text costs nothing', async () => {
  let calls = 0;
  const bodies: string[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    calls += 1;
    bodies.push(String(init?.body));
    const headers = { 'content-type': 'text/event-stream' };
    return new Response(chat.start() + chat.delta(' Bug.\n') + chat.end(), { headers });
  };
  const store = new FakeLedger();
  const settings = { provider: 'mistral', apiKey: 'key-of-a-test', model: '', timeoutMs: 5_000 };
  const recording = new RecordingLlm(connectLlm(settings, { fetch }), store, {
    purpose: 'labelling',
    folder: root,
    budget: new Budget(() => store, 1),
  });
  for (const costly of [true, false]) {
    const { spentUsd } = await ask(recording, 'bare', texts.slice(0, 3));
    assert.deepEqual([spentUsd > 0, calls], [costly, 3]);
  }
  assert.deepEqual([store.calls.length, store.open.size], [3, 0]);
  assert.equal(store.calls[0]?.path, '.easyadaptation/tasks/issues.json');
  const { messages, max_tokens } = JSON.parse(bodies[0] as string);
  // As instructions, although the model supports fill-in-the-middle.
  assert.match(messages[0].content, /^Sort the issues\.[\s\S]*- feature request: Something is missing\./);
  assert.equal(max_tokens, 24);
});

test('finds the one label that an answer names, alone or in a sentence', () => {
  const labelOf = (answer: string) => parseLabel(answer, task.labels);
  assert.deepEqual(
    ['bug', ' **Bug**.\n', 'Feature Request', 'It is a bug, I think.', 'bug or feature request', 'debug', ''].map(
      labelOf,
    ),
    [0, 0, 1, 0, undefined, undefined, undefined],
  );
});
