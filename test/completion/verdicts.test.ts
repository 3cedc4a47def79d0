// Effects of verdicts: after a rejected local draft the API may be called.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snippet } from '../../src/common/completion.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { drafted, Harness, query } from './harness.ts';

const TEXT = 'local(one);';
/** A confidence at which the draft is used at first, and the API is called after a rejection. */
const BETWEEN = 0.5;
const first = query('let a = 1;\nlet v = ', '\n');

function setup(balance: number, apiAllowed = true) {
  const snippetPrefixes: string[] = [];
  const specialist = new ScriptedSpecialist(() => drafted(TEXT, BETWEEN));
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

test('without the large model a rejection causes no call', async () => {
  const { h, llm } = setup(0.4, false);
  await h.answer(first);
  for (let i = 0; i < 8; i++) await h.answer(query(`let a = 1;\nlet v = other${i}`, '\n'));
  assert.equal(llm.requests.length, 0);
});
