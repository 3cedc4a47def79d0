// The spending limit of one run: kept by concurrent calls, and not used by stored answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed } from '../../src/common/errors.ts';
import { withinRun } from '../../src/llm/budget.ts';
import { labelBatch } from '../../src/llm/label.ts';
import { unknownModel } from '../../src/llm/protocol/models.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { settled } from '../fakes/clock.ts';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { at, never } from './requests.ts';

const prompts = Array.from({ length: 20 }, (_, i) => completionPrompt(at(`const value${i} = ¦`), unknownModel));
const first = prompts[0] as (typeof prompts)[number];

for (const concurrency of [1, 4, 20]) {
  test(`${concurrency} concurrent calls stop at the limit and not earlier`, async () => {
    // A call may cost five times what it does cost.
    const scripted = new ScriptedLlm(async () => {
      await settled();
      return '1;';
    });
    scripted.ceiling = 0.005;
    const llm = withinRun(scripted, 0.0125);
    const { answered, stopped, costUsd } = await labelBatch(llm, prompts, {
      ...{ concurrency, signal: never, onAnswer: () => {} },
    });
    assert.equal(stopped?.code, 'over-budget');
    assert.match(stopped.message, /limit of \$0\.0125 for this run.*--run-budget/);
    // One more would have been let in only with 0.005 left.
    assert.deepEqual([answered, scripted.requests.length], [8, 8]);
    assert.ok(costUsd <= 0.0125);
  });
}

test('a limit or a price that is no number allows no call', async () => {
  for (const [ceiling, limit] of [
    [0.005, Number.NaN],
    [Number.NaN, 1],
  ] as const) {
    const scripted = new ScriptedLlm();
    scripted.ceiling = ceiling;
    const refused = await withinRun(scripted, limit).ask(first, never);
    assert.equal(refused.ok ? '' : refused.error.code, 'over-budget');
    assert.equal(scripted.requests.length, 0);
  }
});

test('a broken answer counts, and a stored answer is free', async () => {
  const scripted = new ScriptedLlm();
  scripted.ceiling = 0.005;
  scripted.ask = async (_prompt, _signal, _onText, onLost) => {
    onLost?.(llmAnswer('half', { costUsd: 0.006 }));
    return failed('timeout', 'too long');
  };
  const knows = { known: false };
  const llm = withinRun(Object.assign(scripted, { knows: () => knows.known }), 0.01);
  assert.equal(((await llm.ask(first, never)) as { error?: { code: string } }).error?.code, 'timeout');
  assert.equal(((await llm.ask(first, never)) as { error?: { code: string } }).error?.code, 'over-budget');
  scripted.ask = async () => ({ ok: true, value: llmAnswer('1;', { costUsd: 0, fromStore: true }) });
  knows.known = true;
  assert.ok((await llm.ask(first, never)).ok);
});
