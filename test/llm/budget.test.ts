// The spending limits of a month and of a run: reservations, refusals and their messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, type Result } from '../../src/common/errors.ts';
import { monthOf, type PaidCall } from '../../src/common/paid-call.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import { mostTokens, priceUsd, unknownModel } from '../../src/llm/protocol/models.ts';
import { knownModels, modelFacts } from '../../src/llm/providers/anthropic.ts';
import { Budget, promptHash, RecordingLlm } from '../../src/llm/recording.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { ManualClock } from '../fakes/clock.ts';
import { FakeLedger } from '../fakes/ledger.ts';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { llmCall } from '../storage/rows.ts';
import { assertFailed } from '../support/results.ts';
import { at, never } from './requests.ts';

const november = new Date(2026, 10, 20).getTime();

function fresh(limitUsd: number) {
  const clock = new ManualClock(november);
  const ledger = new FakeLedger();
  return { clock, ledger, budget: new Budget(() => ledger, limitUsd, clock) };
}

/** A paid call to the API, as stored in the table `llmCalls`. */
const paid = (costUsd: number): PaidCall => llmCall({ at: november, costUsd });

test('concurrent calls keep the limit, and unused reservations are released', () => {
  const { budget } = fresh(1);
  const first = budget.reserve(0.6, 'completion', 'm');
  assert.ok(first.ok);
  const second = budget.reserve(0.6, 'completion', 'm');
  assertFailed(second, 'over-budget', /\$1\.00 a month.*\$0\.60 is spent or reserved.*up to \$0\.60/);
  assert.equal(budget.exhausted, true);
  first.value.settle(paid(0.1));
  first.value.settle(paid(0.1));
  assert.ok(Math.abs(budget.spentUsd - 0.1) < 1e-12);
  assert.equal(budget.exhausted, false);
  assert.ok(budget.reserve(0.6, 'labelling', 'm').ok);
});

for (const usd of [-5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
  test(`refuses a reservation of ${usd} dollars with a code, and counts nothing`, () => {
    const { budget, ledger } = fresh(1);
    const held = budget.reserve(usd, 'completion', 'm');
    assertFailed(held, 'bad-request', /price/);
    assert.equal(ledger.open.size, 0);
    assert.equal(budget.spentUsd, 0);
  });

  test(`counts the reservation if a call's cost is ${usd}`, () => {
    const { budget } = fresh(1);
    const held = budget.reserve(0.3, 'completion', 'm');
    assert.ok(held.ok);
    held.value.settle(paid(usd));
    assert.equal(budget.spentUsd, 0.3);
  });
}

for (const usd of [0, -5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
  test(`a limit of ${usd} dollars allows no call, and a raised limit applies at once`, () => {
    const { budget } = fresh(usd);
    assert.equal(budget.exhausted, true);
    assert.ok(!budget.reserve(0.1, 'completion', 'm').ok);
    budget.setLimit(1);
    assert.equal(budget.exhausted, false);
    assert.ok(budget.reserve(0.1, 'completion', 'm').ok);
    budget.setLimit(usd);
    assert.ok(!budget.reserve(0.1, 'completion', 'm').ok);
  });

test('a call that is too expensive with one model is possible with another', () => {
  const { budget } = fresh(0.2);
  assert.ok(!budget.reserve(0.3, 'completion', 'dear').ok);
  assert.equal(budget.exhausted, true);
  budget.reset();
  assert.equal(budget.exhausted, false);
  assert.ok(budget.reserve(0.01, 'completion', 'cheap').ok);
});

test('months are calendar months in local time', () => {
  assert.equal(monthOf(new Date(2026, 10, 30, 23, 59, 59).getTime()), '2026-11');
  assert.equal(monthOf(new Date(2026, 11, 1).getTime()), '2026-12');
});

const texts: Readonly<Record<string, string>> = {
  code: 'export const total = items.reduce((sum, item) => sum + item.price, 0);\n'.repeat(300),
  digits: '3141592653589793 '.repeat(1000),
  Chinese: '数据库连接失败，请稍后重试。\n'.repeat(1000),
  emoji: '👩‍👩‍👧‍👦🏴‍☠️'.repeat(500),
};

for (const model of [...knownModels, 'somebody-elses-model']) {
  test(`${model}: no answer costs more than its reservation`, () => {
    const llm = connectLlm({ apiKey: 'k', model, timeoutMs: 1000 });
    const facts = modelFacts(model);
    for (const text of Object.values(texts)) {
      for (const multiline of [false, true]) {
        const prompt = completionPrompt(at(`${text}¦${text}`, { multiline }), facts);
        const { system, user } = prompt;
        // A token for every byte, and the answer up to its limit.
        const inputTokens = Buffer.byteLength([system, ...user].map((block) => block.text).join(''));
        const usage = { inputTokens, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: mostTokens(prompt, facts) };
        const worst = priceUsd(usage, facts);
        assert.ok(llm.ceilingUsd(prompt) >= worst);
        assert.ok(llm.ceilingUsd(prompt) > llm.estimateUsd(prompt));
        if (facts.thinking === 'always') assert.ok(llm.ceilingUsd(prompt) > (4096 * facts.output) / 1e6);
      }
    }
  });
}

const first = completionPrompt(at('const value = ¦'), unknownModel);

/** @param runUsd the limit of the run, US dollars */
function inRun(runUsd: number) {
  const { ledger, clock } = fresh(1);
  const scripted = new ScriptedLlm();
  scripted.ceiling = 0.005;
  const options = { purpose: 'labelling', folder: '/w', budget: new Budget(() => ledger, 1, clock, runUsd) } as const;
  return { ledger, scripted, llm: new RecordingLlm(scripted, ledger, options) };
}

const codeOf = (result: Result<unknown>) => (result.ok ? '' : result.error.code);

test('a limit of a run that is no number allows no call', async () => {
  const { scripted, llm } = inRun(Number.NaN);
  assert.equal(codeOf(await llm.ask(first, never)), 'over-budget');
  assert.equal(scripted.requests.length, 0);
});

test('a broken answer counts for the run, and a stored answer is free', async () => {
  const { scripted, ledger, llm } = inRun(0.01);
  scripted.ask = async (_prompt, _signal, _onText, onLost) => {
    onLost?.(llmAnswer('half', { costUsd: 0.006 }));
    return failed('timeout', 'too long');
  };
  assert.equal(codeOf(await llm.ask(first, never)), 'timeout');
  assert.equal(codeOf(await llm.ask(first, never)), 'over-budget');
  ledger.calls.push(llmCall({ requestHash: promptHash('scripted', first, llm.facts), costUsd: 0.004 }));
  assert.equal(codeOf(await llm.ask(first, never)), '');
});

test('a reservation that could not be settled counts for the run, because it stays in the ledger', async () => {
  const { ledger, llm } = inRun(0.009);
  ledger.broken = true;
  assert.equal(codeOf(await llm.ask(first, never)), '');
  assert.equal(codeOf(await llm.ask(first, never)), 'over-budget');
  assert.ok(ledger.spentInMonth(november) <= 0.009);
});
