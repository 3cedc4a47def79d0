// The simulated large model of `bench -- typing --llm recorded`: as right as its recordings, as slow, and paid for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Recording } from '../../bench/common/recordings.ts';
import { RecordedSkill, SimulatedLlm } from '../../bench/typing/simulated-llm.ts';
import type { LlmAnswer } from '../../src/llm/protocol/models.ts';
import { positionAt } from '../../src/prompts/completion/completion-position.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { requestAt } from '../../src/prompts/completion/llm-request.ts';
import { ManualClock } from '../fakes/clock.ts';

const lines = Array.from({ length: 60 }, (_, i) => `const value${i} = read(${i}, "two", options);`);
const text = `${lines.join('\n')}\n`;

/** A model that is right at `right` of its recorded cursors, all at the start of a line. */
function skillOf(right: number): RecordedSkill {
  const place = (i: number) => ({ path: 'b.ts', prefix: '', suffix: '\n', truth: lines[i] as string, written: '' });
  const places = lines.map((line, i) => ({
    ...place(i),
    completion: i < right * 60 ? line : `${line.slice(0, 10)}no`,
  }));
  return new RecordedSkill([{ places } as unknown as Recording]);
}

function llmOf(right: number) {
  const clock = new ManualClock();
  const llm = new SimulatedLlm(skillOf(right), [{ path: 'a.ts', text }], clock, 1);
  const promptAt = (prefix: string, suffix = '') => {
    const query = { path: 'a.ts', languageId: 'typescript', prefix, suffix };
    return completionPrompt(requestAt(positionAt(query), [], []), llm.facts);
  };
  return { clock, llm, promptAt };
}

async function answerAt(right: number, line: number, typed: string, suffix = ''): Promise<LlmAnswer> {
  const { clock, llm, promptAt } = llmOf(right);
  const prefix = `${lines.slice(0, line).join('\n')}\n${typed}`;
  const asked = llm.ask(promptAt(prefix, suffix), new AbortController().signal);
  await clock.advance(20_000);
  const result = await asked;
  assert.ok(result.ok);
  return result.value;
}

test('it writes the rest of the line as often as its recorded answers are right', async () => {
  assert.equal(skillOf(0.5).exactMatch, 0.5);
  for (const right of [0, 0.5, 1]) {
    let count = 0;
    for (let i = 1; i < 60; i++) count += Number((await answerAt(right, i, '')).text === lines[i]);
    assert.ok(Math.abs(count / 59 - right) < 0.15, `${count} of 59 right instead of ${right}`);
  }
});

test('it ends before a bracket that the editor has closed, and goes on with the next line at the end of one', async () => {
  assert.equal((await answerAt(1, 3, 'const value3 = read(', ')')).text, '3, "two", options');
  assert.equal((await answerAt(1, 3, 'const value3 = read(3, "', '")')).text, 'two');
  assert.equal((await answerAt(1, 3, lines[3] as string)).text, `\n${lines[4]}`);
});

test('an aborted call is paid for, and its answer never comes', async () => {
  const { clock, llm, promptAt } = llmOf(1);
  const controller = new AbortController();
  const lost: LlmAnswer[] = [];
  const asked = llm.ask(promptAt(''), controller.signal, undefined, (paid) => lost.push(paid));
  await clock.advance(100);
  controller.abort(new Error('overtaken'));
  await assert.rejects(asked, /overtaken/);
  assert.equal(lost.length, 1);
  assert.deepEqual([llm.calls.made, llm.calls.usd], [1, lost[0]?.costUsd]);
  assert.ok(llm.calls.usd > 0);
});
