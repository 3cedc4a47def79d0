// Every exit of a suggestion, each by a request that ends there, and what is said of it. Those of the editor's part are in
// test/vscode/completion/provider.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitRouter } from '../../src/routing/fit.ts';
import { EXITS, type Exit } from '../../src/suggest/exits.ts';
import { isNothing, type Nothing, type Suggestion } from '../../src/suggest/suggestion.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { synthetic } from '../routing/synthetic.ts';
import { Deferred, Harness, position, query, sure, unsure } from './harness.ts';

const IN_EDITOR: readonly Exit[] = [
  'no document',
  'not a document',
  'switched off',
  'the list has another text',
  'excluded',
  'the text has changed',
];

type Ask = (changes?: Parameters<Harness['request']>[1], at?: typeof position) => Promise<Suggestion | Nothing>;

/** @param ms how long the request takes */
async function resultOf(h: Harness, ms: number, work: (ask: Ask, end: AbortController) => unknown): Promise<string> {
  const end = new AbortController();
  const ask: Ask = (changes = {}, at = position) => h.service.suggest(h.request(at, changes), end.signal);
  const asked = work(ask, end) as ReturnType<Ask>;
  await h.clock.advance(ms);
  const result = await asked;
  return isNothing(result) ? result.reason : `shown ${result.text}`;
}

const slowly = () => new ScriptedSpecialist(() => new Deferred<undefined>().promise);
const edit = { id: '1', probability: 0.6, inserts: undefined };

const cases: Partial<Record<Exit, () => Promise<string>>> = {
  'a next edit is offered here': () =>
    resultOf(new Harness({ specialist: sure() }), 0, (ask) => ask({ nextEdit: edit })),
  'within a word': () => resultOf(new Harness({ specialist: sure() }), 0, (ask) => ask({}, query('con', 'st x\n'))),
  'the list is open': () => resultOf(new Harness({ specialist: slowly() }), 200, (ask) => ask({ opensList: true })),
  'held back': () => resultOf(new Harness({ specialist: unsure(), llm: undefined }), 0, (ask) => ask()),
  'too late': () => {
    const held = new Deferred<string>();
    const h: Harness = new Harness({ specialist: unsure(), llm: new ScriptedLlm(() => held.promise) });
    void h.clock.sleep(2_500).then(() => held.give('remote();'));
    return resultOf(h, 3_000, (ask) => ask());
  },
  failed: () => {
    const h = new Harness({ specialist: sure() });
    Object.defineProperty(h.settings, 'balance', { get: () => assert.fail('broken') });
    return resultOf(h, 0, (ask) => ask());
  },
  'a newer request came': () =>
    resultOf(new Harness({ specialist: slowly() }), 0, (ask) => {
      const first = ask();
      void ask({}, query('other = '));
      return first;
    }),
  'cancelled by the editor': () =>
    resultOf(new Harness({ specialist: slowly() }), 0, (ask, end) => {
      const asked = ask();
      end.abort();
      return asked;
    }),
  disposed: () => {
    const h = new Harness({ specialist: slowly() });
    return resultOf(h, 0, (ask) => {
      const asked = ask();
      h.service.dispose();
      return asked;
    });
  },
};

for (const [exit, work] of Object.entries(cases))
  test(`nothing is shown: ${exit}`, async () => assert.equal(await work(), exit));

test('each exit is tried, and says what to do unless another request follows', () => {
  assert.deepEqual(new Set([...IN_EDITOR, ...Object.keys(cases)]), new Set(Object.keys(EXITS)));
  for (const [exit, sentence] of Object.entries(EXITS))
    if (!['disposed', 'cancelled by the editor', 'a newer request came'].includes(exit))
      assert.match(sentence, /^(No suggestion|Not inserted): .+\.$/, exit);
});

test('an offered edit is shown as ghost text where it inserts, and by hand a suggestion comes beside one', async () => {
  const h = new Harness({ specialist: sure() });
  assert.equal(await resultOf(h, 0, (ask) => ask({ nextEdit: { ...edit, inserts: 'await ' } })), 'shown await ');
  assert.deepEqual(h.events, [], 'who offers edits counts them');
  assert.equal(await resultOf(h, 0, (ask) => ask({ nextEdit: edit, trigger: 'manual' })), 'shown local();');
});

test('a paid answer that is not sure enough is held back with its estimate, and is not paid for again', async () => {
  const llm = new ScriptedLlm('x();');
  // The large model was wrong at every place that is known.
  const router = fitRouter(synthetic(60, 3).map(({ example }) => ({ ...example, apiRight: false })));
  const h = new Harness({ specialist: unsure(''), llm, router, settings: { balance: 0.9 } });
  for (let i = 0; i < 2; i++) assert.equal(await resultOf(h, 2_000, (ask) => ask()), 'held back');
  const decision = h.of('nothing')[0]?.decision;
  assert.equal(decision?.reason, 'its answer is not sure enough');
  assert.equal(llm.requests.length, 1);
  assert.equal(h.of('paid-unshown').length, 1);
  // By hand, any answer is shown.
  assert.equal(await resultOf(h, 2_000, (ask) => ask({ trigger: 'manual' })), 'shown x();');
});
