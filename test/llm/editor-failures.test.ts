// Failures of the editor's language models: codes, messages, and answers that are kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../src/common/errors.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import { failureKinds } from '../../src/llm/protocol/failures.ts';
import type { LlmAnswer } from '../../src/llm/protocol/models.ts';
import type { EditorModels } from '../../src/llm/protocol/wire.ts';
import { editorError } from '../../src/llm/providers/editor.ts';
import { assertFailed } from '../support/results.ts';
import { position } from './asking.ts';
import { complete, never } from './requests.ts';

/** As `vscode.LanguageModelError` is made: of its static functions, or by who sets the name of one. */
function ofEditor(code: string, message: string, name = 'LanguageModelError', cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { name, code });
}

const thrown: readonly (readonly [unknown, ErrorCode, RegExp])[] = [
  [ofEditor('NoPermissions', 'consent was not given'), 'no-consent', /consent was not given.*Allow it/],
  [ofEditor('Blocked', 'this extension is blocked for a while'), 'no-credit', /blocked.*Choose the Large Model/],
  [ofEditor('NotFound', "model 'copilot/x' is gone"), 'bad-request', /is gone.*Choose the Large Model/],
  [
    ofEditor('', 'You have exceeded your premium request allowance', 'ChatQuotaExceeded'),
    'no-credit',
    /Add credit on its website, or wait/,
  ],
  [ofEditor('', 'Sorry, slow down', 'ChatRateLimited'), 'rate-limited', /slow down.*pause/],
  [ofEditor('Unknown', 'wrapped', 'LanguageModelError', ofEditor('', '', 'ChatRateLimited')), 'rate-limited', /pause/],
  [new Error('429 Too Many Requests'), 'rate-limited', /pause/],
  [new Error('Your quota for this month is used up'), 'no-credit', /quota/],
  [new Error('Message exceeds token limit'), 'bad-request', /token limit/],
  [new Error('ECONNREFUSED 127.0.0.1:11434'), 'overloaded', /ECONNREFUSED.*pause/],
  [new TypeError('x is undefined'), 'overloaded', /x is undefined/],
  ['a string', 'overloaded', /a string/],
  [undefined, 'overloaded', /cannot answer now/],
];

/** @param before what it says first */
function models(before: readonly string[], then: (signal: AbortSignal) => Promise<void>): EditorModels {
  return {
    list: async () => ['vendor/one'],
    async *ask(_model, _text, signal) {
      yield* before;
      await then(signal).catch((error: unknown) => {
        signal.throwIfAborted();
        throw editorError(error);
      });
    },
  };
}

function ask(editor: EditorModels, over: { timeoutMs?: number; stallMs?: number; lost?: LlmAnswer[] } = {}) {
  const { timeoutMs = 60_000, stallMs = timeoutMs, lost = [] } = over;
  const settings = { provider: 'editor', apiKey: '', model: 'vendor/one', timeoutMs };
  const llm = connectLlm(settings, { editor, stallMs });
  return complete(llm, position, never, undefined, (answer) => lost.push(answer));
}

test('classifies errors before the first word and in the middle of an answer', async () => {
  for (const [error, code, says] of thrown) {
    for (const before of [[], ['<insert>a']]) {
      const lost: LlmAnswer[] = [];
      const result = await ask(
        models(before, () => Promise.reject(error)),
        { lost },
      );
      assert.ok(!result.ok, JSON.stringify(result));
      assert.equal(result.error.code, code, result.error.message);
      assert.match(result.error.message, says);
      assert.ok(failureKinds[code], code);
      // It costs nothing, but what had come is not lost.
      const actual = lost.map(({ text, costUsd }) => [text, costUsd]);
      assert.deepEqual(actual, before.length === 0 ? [] : [['a', 0]]);
    }
  }
});

test('ends a request if the model is silent or never stops', async () => {
  const silent = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  for (const before of [[], ['<insert>a']]) {
    for (const over of [{ timeoutMs: 60 }, { stallMs: 60 }]) {
      const result = await ask(models(before, silent), over);
      assert.ok(!result.ok && result.error.code === 'timeout', JSON.stringify(result));
    }
  }
  let pieces = 0;
  const endless: EditorModels = {
    list: async () => [],
    async *ask() {
      for (; ; pieces++) yield 'x'.repeat(1_000);
    },
  };
  const result = await ask(endless);
  assert.ok(!result.ok && result.error.code === 'malformed', JSON.stringify(result));
  assert.ok(pieces < 1_000, String(pieces));
});

test('an empty answer is valid, and without an editor the request fails', async () => {
  const empty = await ask(models([], async () => {}));
  assert.ok(empty.ok ? empty.value.text === '' : empty.error.code === 'malformed', JSON.stringify(empty));
  const nobody = await complete(
    connectLlm({ provider: 'editor', apiKey: '', model: 'vendor/one', timeoutMs: 1_000 }),
    position,
    never,
  );
  assertFailed(nobody, 'bad-request', /only inside the editor/);
});
