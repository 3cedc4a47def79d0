// Effects of verdicts: after a rejected local draft the API may be called, and accepts and rejections move the levels
// of the estimates.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snippet } from '../../src/common/completion.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { drafted, Harness, query, UNSURE } from './harness.ts';

const TEXT = 'local(one);';
/** A confidence at which the draft is used at first, and the API is called after a rejection. */
const BETWEEN = 0.5;
const first = query('let a = 1;\nlet v = ', '\n');

/** @param confidenceAt the draft's confidence, by the number of the call */
function setup(balance: number, confidenceAt = (_: number) => BETWEEN, apiAllowed = true) {
  const snippetPrefixes: string[] = [];
  const specialist = new ScriptedSpecialist((_q, _o, call) => drafted(TEXT, confidenceAt(call)));
  const snippets = async ({ prefix }: { readonly prefix: string }): Promise<Snippet[]> => {
    snippetPrefixes.push(prefix);
    return [];
  };
  Object.assign(specialist, { snippets });
  const llm = new ScriptedLlm('remote();');
  return { h: new Harness({ specialist, llm, settings: { balance, apiAllowed } }), llm, snippetPrefixes };
}

test('after a rejection the API is called in that line, and the rejected draft is used to find snippets', async () => {
  const { h, llm, snippetPrefixes } = setup(0.3);
  assert.equal((await h.answer(first))?.source, 'specialist');
  const other = await h.answer(query('let a = 1;\nlet v = other', '\n'));
  assert.equal(h.of('outcome').at(-1)?.outcome, 'rejected');
  assert.equal(other?.source, 'api');
  assert.equal(llm.requests.length, 1);
  assert.ok(snippetPrefixes.at(-1)?.endsWith(`let v = other${TEXT}`));
  assert.ok(!JSON.stringify(llm.requests[0]?.query).includes(TEXT));
  assert.equal((await h.answer(query('let a = 1;\nlet v = other\nlet w = ', '\n')))?.source, 'specialist');
  const again = setup(0.3);
  await again.h.answer(first);
  await again.h.answer(query('let a = 1;\nlet v = other', '\n'), {}, 25_000);
  await again.h.clock.advance(25_000);
  assert.equal((await again.h.answer(query('let a = 1;\nlet v = others', '\n')))?.source, 'specialist');
});

test('without the large model a rejection causes no call and changes no estimate', async () => {
  const { h, llm } = setup(0.4, undefined, false);
  const before = (await h.answer(first))?.decision.pSpecialist;
  for (let i = 0; i < 8; i++) await h.answer(query(`let a = 1;\nlet v = other${i}`, '\n'));
  assert.equal(llm.requests.length, 0);
  assert.equal((await h.answer(query('let b = ', '\n')))?.decision.pSpecialist, before);
});

/** p(specialist right) at a later position, after `event` happened to a suggestion. */
async function afterwards(event: (h: Harness, id: string) => Promise<unknown>): Promise<number | undefined> {
  const { h } = setup(0.2);
  const shown = await h.answer(first);
  await event(h, shown?.id ?? '');
  await h.clock.advance(60_000);
  return (await h.answer(query('let b = ', '\n')))?.decision.pSpecialist;
}
const afterTyping = (text: string) => query(`let a = 1;\nlet v = ${text}`, '\n');

test('an accept changes the estimate once; typed or partly accepted suggestions do not change it', async () => {
  const unchanged = await afterwards(async () => {});
  const taken = (await afterwards(async (h, id) => h.service.accepted(id))) as number;
  assert.ok(taken > (unchanged as number));
  const byWords = await afterwards(async (h, id) => {
    h.service.partAccepted(afterTyping('local'), 5);
    h.service.partAccepted(afterTyping('local(one'), 4);
    h.service.accepted(id);
  });
  assert.equal(byWords, taken);
  const late = await afterwards(async (h, id) => {
    await h.answer(afterTyping(TEXT));
    h.service.accepted(id);
  });
  assert.equal(late, taken, 'the editor reported the accept after the text');
  assert.equal(await afterwards(async (h) => h.answer(afterTyping('local(two'))), unchanged);
  assert.equal(await afterwards(async (h) => h.service.partAccepted(afterTyping('local'), 5)), unchanged);
});

test('an accept that is reported late counts for the accepted suggestion, not for the one visible by then', async () => {
  const { h } = setup(0.2, (call) => (call === 1 ? UNSURE : BETWEEN));
  const shown = await h.answer(first);
  const next = await h.answer(afterTyping(TEXT));
  assert.deepEqual([shown?.source, next?.source], ['specialist', 'api']);
  h.service.accepted(shown?.id ?? '');
  await h.clock.advance(60_000);
  const later = (await h.answer(query('let b = ', '\n')))?.decision;
  assert.equal(later?.pSpecialist, await afterwards(async (other, id) => other.service.accepted(id)));
  assert.equal(later?.pApi.toFixed(3), '0.700', 'the prior, which nothing has shifted');
});

test('without a large model an accept changes no estimate', async () => {
  const unchanged = await afterwards(async () => {});
  const alone = await afterwards(async (h, id) => {
    const { llm } = h;
    h.llm = undefined;
    h.service.accepted(id);
    h.llm = llm;
  });
  assert.equal(alone, unchanged);
});

test('a rejection lowers the estimate, and reset() restores it', async () => {
  const { h } = setup(0.2);
  const before = (await h.answer(first))?.decision.pSpecialist as number;
  await h.answer(query('let a = 1;\nlet v = another', '\n'));
  await h.clock.advance(60_000);
  const after = (await h.answer(query('let b = ', '\n')))?.decision.pSpecialist as number;
  assert.ok(after < before, `${after} ${before}`);
  h.service.reset();
  assert.equal((await h.answer(query('let c = ', '\n')))?.decision.pSpecialist, before);
});
