// A job uses the editor's models through the channel to its owner process: text in order, cancellation, errors with
// their codes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking, type Question, type Reply, serve } from '../../src/common/remote.ts';
import { editorHandlers, type RelayRequests, relayedModels } from '../../src/jobs/relay.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import type { EditorModels } from '../../src/llm/protocol/wire.ts';
import { at, complete, never } from '../llm/requests.ts';

/** Both ends of the channel. Messages are cloned, as the real channel does. */
function joinedEnds(models: EditorModels | undefined) {
  const messages: (Question | Reply)[] = [];
  const owner = serve(editorHandlers(models), (reply) => {
    messages.push(reply);
    setImmediate(() => receive(structuredClone(reply)));
  });
  const { ask, receive } = asking<RelayRequests>((question) => {
    messages.push(question);
    setImmediate(() => owner.receive(structuredClone(question)));
  });
  return { job: relayedModels(ask), owner, messages };
}

function models(ask: EditorModels['ask']): EditorModels {
  return { list: async () => ['vendor/one'], ask };
}

async function relayed(editor: EditorModels, signal = never) {
  const settings = { provider: 'editor', apiKey: '', model: 'vendor/one', timeoutMs: 5_000 };
  return complete(connectLlm(settings, { editor }), at('const sum = ¦;\n', { multiline: true }), signal);
}

test('an answer arrives in pieces, without a cost and without a key', async () => {
  const receivedArguments: string[] = [];
  const { job } = joinedEnds(
    models(async function* (model, text) {
      receivedArguments.push(model, text);
      yield '<insert>a';
      yield ' + b</insert>';
    }),
  );
  const result = await relayed(job);
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual([result.value.text, result.value.costUsd], ['a + b', 0]);
  assert.equal(receivedArguments[0], 'vendor/one');
  assert.match(receivedArguments[1] ?? '', /You complete text[\s\S]*The cursor is at/);
});

test('a refusal of the editor becomes a failure with its code', async () => {
  for (const [name, wanted] of [
    ['Blocked', 'no-credit'],
    ['NoPermissions', 'no-consent'],
    ['NotFound', 'bad-request'],
    ['TypeError', 'overloaded'],
  ] as const) {
    const { job } = joinedEnds(
      models(async function* () {
        yield '';
        throw Object.assign(new Error('what it says'), { name });
      }),
    );
    const result = await relayed(job);
    assert.ok(!result.ok && result.error.code === wanted, JSON.stringify(result));
    assert.match(result.error.message, /what it says/);
  }
});

test('cancelling in the job, or ending the job, cancels the request to the editor’s model', async () => {
  const ended: string[] = [];
  const waitingModels = models(async function* (model, _, signal) {
    yield 'begun';
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        ended.push(model);
        reject(signal.reason);
      });
    });
  });
  const { job, messages } = joinedEnds(waitingModels);
  const controller = new AbortController();
  const asking = relayed(job, controller.signal);
  while (!messages.some(({ kind }) => kind === 'progress')) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new Error('typed on'));
  await assert.rejects(asking, /typed on/);
  while (ended.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(messages.some(({ kind }) => kind === 'cancel'));

  const other = joinedEnds(waitingModels);
  const abandonedCall = relayed(other.job).catch(() => undefined);
  while (!other.messages.some(({ kind }) => kind === 'progress')) await new Promise((resolve) => setImmediate(resolve));
  void other.owner.stop();
  while (ended.length === 1) await new Promise((resolve) => setImmediate(resolve));
  void abandonedCall;
  assert.equal(ended.length, 2);
});
