// The fake Messages API refuses what the real one refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultModel } from '../../src/llm/providers/anthropic.ts';
import { refuse } from '../fakes/messages-validation.ts';

test('refuses requests that the real API refuses', () => {
  const fine = { model: defaultModel, max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] };
  assert.equal(refuse(fine), undefined);
  const prefill = [...fine.messages, { role: 'assistant', content: '<insert>' }];
  for (const [change, status, message] of [
    [{ model: 'claude-nobody' }, 404, /model/],
    [{ max_tokens: 0 }, 400, /max_tokens/],
    [{ messages: [] }, 400, /message/],
    [{ messages: [{ role: 'user', content: ' ' }] }, 400, /non-whitespace/],
    [{ stop_sequences: ['\n'] }, 400, /non-whitespace/],
    [{ messages: prefill }, 400, /prefill/],
    [
      { model: 'claude-haiku-4-5', messages: [fine.messages[0], { role: 'assistant', content: 'a ' }] },
      400,
      /trailing/,
    ],
    [{ temperature: 0 }, 400, /temperature/],
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, 400, /enabled/],
    [{ model: 'claude-opus-5-5', thinking: { type: 'disabled' } }, 400, /disabled/],
    [{ thinking: { type: 'between_tools' } }, 400, /between_tools/],
  ] as const) {
    const refused = refuse({ ...fine, ...change });
    assert.equal(refused?.status, status, JSON.stringify(change));
    assert.match(refused?.message ?? '', message);
  }
  assert.equal(refuse({ ...fine, model: 'claude-haiku-4-5', messages: prefill }), undefined);
});
