// What verdicts change: a rejected local draft is the second signal for the API, and the estimates' levels follow what is taken and refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snippet } from '../../src/common/completion.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { drafted, Harness, query, UNSURE } from './harness.ts';

const TEXT = 'local(one);';
/** Between the two prices: at 0.3 the draft stays, at 0.5 the API is likelier right. */
const BETWEEN = 0.5;
const first = query('let a = 1;\nlet v = ', '\n');

/** @param sureAt of the draft, by the number of the call */
function desk(balance: number, sureAt = (_: number) => BETWEEN) {
  const sought: string[] = [];
  const specialist = new ScriptedSpecialist((_q, _o, call) => drafted(TEXT, sureAt(call)));
  const snippets = async ({ prefix }: { readonly prefix: string }): Promise<Snippet[]> => {
    sought.push(prefix);
    return [];
  };
  Object.assign(specialist, { snippets });
  const llm = new ScriptedLlm('remote();');
  return { h: new Harness({ specialist, llm, settings: { balance } }), llm, sought };
}

test('after a rejection the API is asked in that line, with the draft for its snippets, and elsewhere as before', async () => {
  const { h, llm, sought } = desk(0.3);
  assert.equal((await h.answer(first))?.source, 'specialist');
  const other = await h.answer(query('let a = 1;\nlet v = other', '\n'));
  assert.equal(h.of('outcome').at(-1)?.outcome, 'rejected');
  assert.equal(other?.source, 'api');
  assert.equal(llm.requests.length, 1);
  assert.ok(sought.at(-1)?.endsWith(`let v = other${TEXT}`));
  assert.ok(!JSON.stringify(llm.requests[0]?.query).includes(TEXT));
  assert.equal((await h.answer(query('let a = 1;\nlet v = other\nlet w = ', '\n')))?.source, 'specialist');
  const again = desk(0.3);
  await again.h.answer(first);
  await again.h.answer(query('let a = 1;\nlet v = other', '\n'), {}, 25_000);
  await again.h.clock.advance(25_000);
  assert.equal((await again.h.answer(query('let a = 1;\nlet v = others', '\n')))?.source, 'specialist');
});

test('local only: a rejection asks nobody, and no level moves', async () => {
  const { h, llm } = desk(0);
  const before = (await h.answer(first))?.decision.pSpecialist;
  for (let i = 0; i < 8; i++) await h.answer(query(`let a = 1;\nlet v = other${i}`, '\n'));
  assert.equal(llm.requests.length, 0);
  assert.equal((await h.answer(query('let b = ', '\n')))?.decision.pSpecialist, before);
});

/** p(specialist right) at a later place, after what became of a suggestion. */
async function afterwards(became: (h: Harness, id: string) => Promise<unknown>): Promise<number | undefined> {
  const { h } = desk(0.2);
  const shown = await h.answer(first);
  await became(h, shown?.id ?? '');
  await h.clock.advance(60_000);
  return (await h.answer(query('let b = ', '\n')))?.decision.pSpecialist;
}
const along = (text: string) => query(`let a = 1;\nlet v = ${text}`, '\n');

test('a suggestion teaches once, whatever is told of it on the way; one that was typed or taken in part teaches nothing', async () => {
  const untaught = await afterwards(async () => {});
  const taken = (await afterwards(async (h, id) => h.service.accepted(id))) as number;
  assert.ok(taken > (untaught as number));
  const byWords = await afterwards(async (h, id) => {
    h.service.partAccepted(along('local'), 5);
    h.service.partAccepted(along('local(one'), 4);
    h.service.accepted(id);
  });
  assert.equal(byWords, taken);
  const late = await afterwards(async (h, id) => {
    await h.answer(along(TEXT));
    h.service.accepted(id);
  });
  assert.equal(late, taken, 'the editor told of the key after the text');
  assert.equal(await afterwards(async (h) => h.answer(along('local(two'))), untaught);
  assert.equal(await afterwards(async (h) => h.service.partAccepted(along('local'), 5)), untaught);
});

test('a key that is told of late takes what it took, and not what is on the screen by then', async () => {
  const { h } = desk(0.2, (call) => (call === 1 ? UNSURE : BETWEEN));
  const shown = await h.answer(first);
  const next = await h.answer(along(TEXT));
  assert.deepEqual([shown?.source, next?.source], ['specialist', 'api']);
  h.service.accepted(shown?.id ?? '');
  await h.clock.advance(60_000);
  const later = (await h.answer(query('let b = ', '\n')))?.decision;
  assert.equal(later?.pSpecialist, await afterwards(async (other, id) => other.service.accepted(id)));
  assert.equal(later?.pApi, next?.decision.pApi);
});

test('where the API cannot be asked there is nothing to choose between, and no level moves', async () => {
  const untaught = await afterwards(async () => {});
  const alone = await afterwards(async (h, id) => {
    const { llm } = h;
    h.llm = undefined;
    h.service.accepted(id);
    h.llm = llm;
  });
  assert.equal(alone, untaught);
});

test('levels follow verdicts, and another fit begins anew', async () => {
  const { h } = desk(0.2);
  const before = (await h.answer(first))?.decision.pSpecialist as number;
  await h.answer(query('let a = 1;\nlet v = another', '\n'));
  await h.clock.advance(60_000);
  const after = (await h.answer(query('let b = ', '\n')))?.decision.pSpecialist as number;
  assert.ok(after < before, `${after} ${before}`);
  h.service.reset();
  assert.equal((await h.answer(query('let c = ', '\n')))?.decision.pSpecialist, before);
});
