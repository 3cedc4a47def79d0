// Comments and strings where suggestions are switched off: nothing is asked or sent there, except by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery } from '../../src/common/completion.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { Harness, query, unsure } from './harness.ts';

const comment = query('const a = 1; /* A note\n  on ', '\n');
const string = query("f('", "')\n");
const code = query("const b = f('a', ", ')\n');

/** A service that may call the large model, with what its specialist was told to prepare. */
function setup(offIn: readonly ('comment' | 'string')[], text = 'it goes on') {
  const specialist = unsure(text);
  const prepared: string[] = [];
  Object.assign(specialist, {
    begin: ({ prefix }: CompletionQuery) => prepared.push(prefix),
    warm: ({ prefix }: CompletionQuery) => prepared.push(prefix),
  });
  const llm = new ScriptedLlm(text);
  const h = new Harness({ specialist, llm, settings: { offIn, balance: 1, prefetchFromApi: true } });
  return { h, llm, specialist, prepared };
}

for (const { offIn, off, on } of [
  { offIn: ['comment'] as const, off: [comment], on: [string, code] },
  { offIn: ['string'] as const, off: [string], on: [comment, code] },
  { offIn: ['comment', 'string'] as const, off: [comment, string], on: [code] },
])
  test(`with ${offIn.join(' and ')} off, no model is asked or prepared there, and elsewhere each is`, async () => {
    const { h, llm, specialist, prepared } = setup(offIn);
    for (const at of off) {
      h.service.begin(h.request(at));
      h.service.warm(at);
      assert.equal(await h.answer(at, {}, 3_000), undefined);
    }
    assert.deepEqual([specialist.queries.length, llm.requests.length, prepared.length, h.events.length], [0, 0, 0, 0]);
    for (const at of on) {
      h.service.begin(h.request(at));
      h.service.warm(at);
      await h.answer(at, {}, 3_000);
    }
    assert.deepEqual([llm.requests.length, prepared.length], [on.length, 2 * on.length]);
  });

test('by hand a suggestion comes, and stays while it is typed, but not after another text', async () => {
  const { h } = setup(['comment']);
  assert.equal((await h.answer(comment, { trigger: 'manual' }))?.text, 'it goes on');
  assert.equal((await h.answer(query(`${comment.prefix}it `, '\n')))?.text, 'goes on');
  assert.equal(await h.answer(query(`${comment.prefix}it was`, '\n')), undefined);
});

test('what was suggested before comments were switched off does not come again', async () => {
  const { h, specialist } = setup([]);
  assert.equal((await h.answer(comment))?.text, 'it goes on');
  const asked = specialist.queries.length;
  h.settings = { ...h.settings, offIn: ['comment'] };
  assert.equal(await h.answer(comment), undefined);
  assert.equal(specialist.queries.length, asked);
});

test('after an accept nothing is prefetched in a string', async () => {
  const { h, llm, specialist } = setup(['string'], "f('");
  const at = query('const b = ', '\n');
  const shown = await h.answer(at, { trigger: 'manual' });
  const asked = [specialist.queries.length, llm.requests.length];
  h.service.accepted(shown?.id ?? '');
  await h.clock.advance(3_000);
  assert.deepEqual([specialist.queries.length, llm.requests.length], asked);
});

test('next edits are offered there', async () => {
  const { h } = setup(['comment']);
  const nextEdit = { id: '1', inserts: 'renamed' };
  assert.equal((await h.answer(comment, { nextEdit }))?.text, 'renamed');
});
