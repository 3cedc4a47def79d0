// Every exit of a suggestion, each by a request that ends there, and every reason of its decision. The exits of the
// editor's part are in test/vscode/completion/provider.test.ts, reasons that need no request in test/routing/.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../../src/common/errors.ts';
import { fitRouter } from '../../src/routing/fit.ts';
import type { NO_CALL } from '../../src/routing/reasons.ts';
import { EXITS, type Exit } from '../../src/suggest/exits.ts';
import { isNothing, type Nothing, type Shown } from '../../src/suggest/suggestion.ts';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { synthetic } from '../routing/synthetic.ts';
import { Deferred, drafted, FAIR, Harness, type Options, position, query, sure, unsure } from './harness.ts';

const IN_EDITOR: readonly Exit[] = [
  'no document',
  'not a document',
  'switched off',
  'the list has another text',
  'excluded',
  'the editor asks for none',
];

type Ask = (changes?: Parameters<Harness['request']>[1], at?: typeof position) => Promise<Shown | Nothing>;

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
const edit = { id: '1', inserts: undefined };

const cases: Partial<Record<Exit, () => Promise<string>>> = {
  'a next edit is offered here': () =>
    resultOf(new Harness({ specialist: sure() }), 0, (ask) => ask({ nextEdit: edit })),
  'comments are switched off': () =>
    resultOf(new Harness({ specialist: sure(), settings: { offIn: ['comment'] } }), 0, (ask) =>
      ask({}, query('/* it is\n a ')),
    ),
  'strings are switched off': () =>
    resultOf(new Harness({ specialist: sure(), settings: { offIn: ['string'] } }), 0, (ask) => ask({}, query("f('a "))),
  'within a word': () => resultOf(new Harness({ specialist: sure() }), 0, (ask) => ask({}, query('con', 'st x\n'))),
  'the list is open': () => resultOf(new Harness({ specialist: slowly() }), 200, (ask) => ask({ opensList: true })),
  'nothing to show': () => resultOf(new Harness({ specialist: unsure(), llm: undefined }), 0, (ask) => ask()),
  'too late': () => {
    const held = new Deferred<string>();
    const h: Harness = new Harness({ specialist: unsure(), llm: new ScriptedLlm(() => held.promise) });
    void h.clock.sleep(2_500).then(() => held.give('remote();'));
    return resultOf(h, 3_000, (ask) => ask());
  },
  'the folder has changed': () => {
    const h = new Harness({ specialist: slowly() });
    return resultOf(h, 0, (ask) => {
      const asked = ask();
      h.service.reset();
      return asked;
    });
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
      assert.match(sentence, /^No suggestion: .+\.$/, exit);
});

/** A large model that was wrong at every place that is known. */
function doubted(llm = new ScriptedLlm('x();')): Harness {
  const router = fitRouter(synthetic(60, 3).map(({ example }) => ({ ...example, apiRight: false })));
  return new Harness({ specialist: unsure(''), llm, router, settings: { balance: 0.9 } });
}

const fair = (changes: Options = {}) =>
  new Harness({
    specialist: new ScriptedSpecialist(drafted('local();', FAIR)),
    settings: { balance: 0.9 },
    ...changes,
  });
const never = () => new Deferred<string>().promise;

/** The reason of the decision that a request ends with. */
async function reasonOf(h: Harness, changes: Parameters<Harness['request']>[1] = {}, at = position) {
  const asked = h.service.suggest(h.request(at, changes), new AbortController().signal);
  await h.clock.advance(12_000);
  return (await asked).decision?.reason;
}

/** Why no call was made, or what came of it → a request for which that is the reason. */
const reasons: Readonly<Record<(typeof NO_CALL)[number], () => Promise<string | undefined>>> = {
  'the rest of an earlier draft': async () => {
    const h = new Harness({ specialist: sure(), llm: undefined });
    await h.answer(position);
    return reasonOf(h, {}, query('const x = lo', '\n'));
  },
  'the large model has answered': () => reasonOf(new Harness({ specialist: unsure() })),
  'its answer is not sure enough': () => reasonOf(doubted()),
  'there is no large model': () => reasonOf(new Harness({ specialist: sure(), llm: undefined })),
  'a word was replaced in the line': () =>
    reasonOf(new Harness({ specialist: unsure() }), { replaced: 'y' }, query('let x', ' = 1;\n')),
  'the large model is not available': async () => {
    const h = fair();
    void h.clock.sleep(50).then(() => h.backoff.failed({ code: 'bad-key', message: 'The API does not take the key.' }));
    return reasonOf(h);
  },
  'this position cannot be sent safely': () =>
    reasonOf(fair({ redact: { text: () => Promise.reject(new Error('broken')), path: async (path) => path } })),
  'the large model is too slow to wait for': async () => {
    const slow = () => ok(llmAnswer('remote();', { latencyMs: 8_000, firstTokenMs: 4_000 }));
    const h = fair({ llm: new ScriptedLlm(slow) });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
      await h.answer(query(`let ${name} = `, '\n'), { trigger: 'manual' }, 20_000);
    return reasonOf(h);
  },
  'the large model is slow': () => reasonOf(fair({ llm: new ScriptedLlm(never) })),
  'the large model had nothing to add': () => reasonOf(fair({ llm: new ScriptedLlm('') })),
  'no answer of the large model fits': async () => {
    const calls: Deferred<string>[] = [];
    const llm = new ScriptedLlm(() => {
      calls.push(new Deferred());
      return (calls.at(-1) as Deferred<string>).promise;
    });
    const h = fair({ llm });
    const asked = h.service.suggest(h.request(position, { trigger: 'manual' }), new AbortController().signal);
    for (let attempt = 0; attempt < 2; attempt++) {
      await h.clock.advance(100);
      // An aborted call: its request starts another one, once.
      h.service.renew();
    }
    await h.clock.advance(100);
    return (await asked).decision?.reason;
  },
};

for (const [reason, work] of Object.entries(reasons)) test(reason, async () => assert.equal(await work(), reason));

test('an offered edit is shown as ghost text where it inserts, and by hand a suggestion comes beside one', async () => {
  const h = new Harness({ specialist: sure() });
  assert.equal(await resultOf(h, 0, (ask) => ask({ nextEdit: { ...edit, inserts: 'await ' } })), 'shown await ');
  assert.deepEqual(h.events, [], 'who offers edits counts them');
  assert.equal(await resultOf(h, 0, (ask) => ask({ nextEdit: edit, trigger: 'manual' })), 'shown local();');
});

test('a paid answer that is not sure enough is held back with its estimate, and is not paid for again', async () => {
  const llm = new ScriptedLlm('x();');
  const h = doubted(llm);
  for (let i = 0; i < 2; i++) assert.equal(await resultOf(h, 2_000, (ask) => ask()), 'nothing to show');
  const decision = h.of('nothing')[0]?.decision;
  assert.equal(decision?.reason, 'its answer is not sure enough');
  assert.equal(llm.requests.length, 1);
  assert.equal(h.of('paid-unshown').length, 1);
  // By hand, any answer is shown.
  assert.equal(await resultOf(h, 2_000, (ask) => ask({ trigger: 'manual' })), 'shown x();');
});
