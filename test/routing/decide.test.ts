// The decision as a table: the text with its cursor, the draft with probabilities, the limits, and what is decided.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, decideWhole, tooDearFor } from '../../src/routing/decide.ts';
import { type Decision, savesCall, sentenceOf } from '../../src/routing/decision.ts';
import { expectedCharacters, positionFactsOf } from '../../src/routing/features.ts';
import { defaultRouter, fitRouter } from '../../src/routing/fit.ts';
import { limitsAt, type RequestConditions } from '../../src/routing/limits.ts';
import { ANSWERED, type NoCall, SEEN_BEFORE, TOO_DEAR, WHY_CALL, WHY_HELD } from '../../src/routing/reasons.ts';
import { endOf, type ScoredCut } from '../../src/routing/show.ts';
import { draftOf, POSITION, synthetic, TYPING } from './synthetic.ts';

/** The default settings, and the changes and circumstances that a row names. */
const settings = { balance: 0.4, threshold: 0.6, localFirst: false };
const sentence = { languageId: 'markdown', prefix: 'It is ' };
const requests = {
  typing: {},
  'by hand': { isManual: true },
  'local first': { localFirst: true },
  'local first, by hand': { localFirst: true, isManual: true },
  'always call': { balance: 1 },
  'beside the list': { opensList: true },
  'in prose': { query: sentence },
  'in a word of prose': { query: { languageId: 'markdown', prefix: 'Read the docu' } },
  'in a word of prose, by hand': { query: { languageId: 'markdown', prefix: 'Read the docu' }, isManual: true },
  'many rejections': { doubt: 0.3 },
  'a rejection here': { rejectedHere: true },
  'a slow model': { waitMs: 2_000 },
  'an answer': { isAnswer: true },
  'an answer in prose': { isAnswer: true, query: sentence, opensList: true },
  'an answer, always call': { isAnswer: true, balance: 1 },
} as const satisfies Record<string, Partial<typeof settings & RequestConditions>>;

interface Given {
  readonly noCall?: NoCall;
  readonly rejected?: string;
  readonly goesOn?: string;
  /** The large model is right with this probability; absent: 0.7. */
  readonly pApi?: number;
}

/**
 * @param at the text with the cursor as ‸
 * @param drafted pieces, each with the probability that the text up to its end is right: 'load .9 | (user); .3'
 */
function inputOf(at: string, drafted: string, request: keyof typeof requests = 'typing', given: Given = {}) {
  const { pApi = 0.7, rejected, noCall, goesOn } = given;
  const pieces = (drafted === '' ? [] : drafted.split(' | ')).map((piece) => {
    const space = piece.lastIndexOf(' ');
    return { text: piece.slice(0, space), p: Number(piece.slice(space)) };
  });
  const whole = pieces.map(({ text }) => text).join('');
  let text = '';
  const cuts = pieces.map((piece, i): ScoredCut => {
    text += piece.text;
    const [ends, next] = [endOf(whole, text.length), pieces[i + 1]];
    const nextToken = next && { next: { text: next.text, p: next.p / piece.p } };
    return { text, p: piece.p, ...(ends && { ends }), ...nextToken };
  });
  const pSpecialist = pieces.at(-1)?.p ?? 0;
  const draft = whole === '' ? undefined : { ...draftOf([pSpecialist], whole), confidence: pSpecialist };
  const [prefix = '', suffix = ''] = at.split('‸');
  const facts = positionFactsOf({ path: 'a.ts', languageId: 'typescript', prefix, suffix });
  const changes = requests[request];
  const limits = limitsAt({ ...settings, ...changes }, { ...TYPING, ...changes });
  const estimates = { pSpecialist, pApi, pApiIsPrior: true };
  return [
    { estimates, cuts, expectedCharacters: expectedCharacters(draft, facts) },
    { limits, rejected, noCall, goesOn },
  ] as const;
}

/** 'show TEXT', 'hold TEXT', 'hold', 'call' or 'call, meanwhile TEXT'. */
function brief(decision: Decision): string {
  if (decision.kind === 'show') return `show ${decision.cut.text}`;
  if (decision.kind === 'hold') return `hold ${decision.held?.text ?? ''}`.trim();
  return decision.meanwhile === undefined ? 'call' : `call, meanwhile ${decision.meanwhile.text}`;
}

const local = { noCall: 'there is no large model' } as const;
const seen = { noCall: SEEN_BEFORE } as const;
const paid = { noCall: ANSWERED } as const;
type Row = readonly [at: string, drafted: string, request: keyof typeof requests, given: Given, expected: string];
const table: readonly Row[] = [
  // Without a large model: the part that is worth most and passes the threshold.
  ['a = ‸', 'load(user); .8', 'typing', local, 'show load(user);'],
  ['a = ‸', 'loadUserByName .9 | (id); .3', 'typing', local, 'show loadUserByName'],
  ['a = ‸', 'load(user); .49', 'typing', local, 'hold load(user);'],
  ['a = ‸', 'load(user); .5', 'typing', local, 'show load(user);'],
  ['a = ‸', 'load(u) .55', 'typing', local, 'hold load(u)'],
  ['a = ‸', '); .9', 'typing', local, 'hold'],
  ['package ‸', 'tea .9', 'typing', local, 'show tea'],
  ['a = ‸', '', 'typing', local, 'hold'],
  // The gain against the price, 0.2.
  ['a = ‸', 'load(user); .8', 'typing', {}, 'show load(user);'],
  ['a = ‸', 'load(user); .6', 'typing', {}, 'show load(user);'],
  ['a = ‸', 'load(u) .55', 'typing', {}, 'hold load(u)'],
  ['a = ‸', 'load(user); .4', 'typing', {}, 'call'],
  ['a = ‸', '', 'typing', {}, 'call'],
  ['a = ‸', 'load(user); .4', 'a slow model', {}, 'hold load(user);'],
  ['a = ‸', 'load(user); .95', 'always call', {}, 'call'],
  // A part on which a call would gain less than it costs is shown meanwhile.
  ['a = ‸', 'loadUserByName .9 | (id); .3', 'typing', {}, 'call, meanwhile loadUserByName'],
  ['a = ‸', 'loadUserByName .9 | (id); .3', 'local first', {}, 'call, meanwhile loadUserByName'],
  ['a = ‸', 'loadUserByName .7 | (id); .3', 'typing', { pApi: 0.95 }, 'call'],
  ['a = ‸', 'loadUserByName .8 | (id); .3', 'typing', { pApi: 0.95 }, 'call, meanwhile loadUserByName'],
  ['a = ‸', 'loadUserByName .8 | (id); .3', 'local first', { pApi: 0.95 }, 'call'],
  ['a = ‸', 'loadUserByName .9 | (id); .3', 'by hand', {}, 'call'],
  ['a = ‸', 'loadUserByName .9 | (id); .3', 'always call', {}, 'call'],
  // Local first: the answer must be expected to write enough.
  ['read(name)‸', '); .3', 'local first', {}, 'hold'],
  ['read(name)‸', '); .3', 'local first, by hand', {}, 'call'],
  ['read(name)‸', '); .3', 'typing', {}, 'call'],
  ['read(name)‸', '.byName(); .3', 'local first', {}, 'hold .byName();'],
  // RequestConditions that raise the threshold.
  ['a = ‸', 'load(user); .54', 'beside the list', local, 'hold load(user);'],
  ['a = ‸', 'load(user); .65', 'beside the list', local, 'show load(user);'],
  ['It is ‸', 'load of users. .6', 'in prose', local, 'hold load of users.'],
  ['It is ‸', 'load of users. .8', 'in prose', local, 'show load of users.'],
  // The end of a word is quicker typed than read, unless it comes with another word.
  ['Read the docu‸', 'mentation .98', 'in a word of prose', local, 'hold'],
  ['Read the docu‸', 'mentation .98 |  first .9', 'in a word of prose', local, 'show mentation first'],
  ['Read the docu‸', 'mentation .98', 'in a word of prose, by hand', local, 'show mentation'],
  ['Read the docu‸', 'mentation .98', 'in a word of prose', { ...local, goesOn: 'mentation' }, 'show mentation'],
  ['a = ‸', 'load(user); .58', 'many rejections', local, 'hold load(user);'],
  // What was rejected here is not proposed again. The likelier model is asked, and nothing is shown meanwhile.
  ['a = ‸', 'load(user); .8', 'typing', { ...local, rejected: 'load(user);' }, 'hold load(user);'],
  ['a = ‸', 'load(user); .8', 'typing', { ...local, rejected: 'load(' }, 'hold load(user);'],
  ['a = ‸', 'load(user); .8', 'typing', { ...local, rejected: 'save(user);' }, 'show load(user);'],
  ['a = ‸', 'load(user); .8', 'by hand', { ...local, rejected: 'load(user);' }, 'show load(user);'],
  ['a = ‸', 'loadUserByName .9 | (id); .6', 'a rejection here', { rejected: 'save(user);' }, 'call'],
  // By hand: no threshold and any length.
  ['a = ‸', 'x; .05', 'by hand', local, 'show x;'],
  // What is on the screen goes on, however short and unsure its rest is; another text is decided on as usual.
  ['a = load(u‸', 'ser); .1', 'typing', { ...seen, goesOn: 'ser);' }, 'show ser);'],
  ['a = load(u‸', 'ser); .1', 'typing', { ...seen, goesOn: 'id);' }, 'hold ser);'],
  ['a = load(u‸', 'ser); .1', 'typing', seen, 'hold ser);'],
  // A paid answer passes a threshold of its own: 0.45, or the user's if that is lower.
  ['a = ‸', 'load(user); .45', 'an answer', paid, 'show load(user);'],
  ['It is ‸', 'load(user); .45', 'an answer in prose', paid, 'show load(user);'],
  ['a = ‸', 'load(user); .3', 'an answer', paid, 'hold load(user);'],
  ['a = ‸', 'load(user); .3', 'an answer, always call', paid, 'show load(user);'],
  // A call came to nothing.
  ['a = ‸', 'load(user); .65', 'typing', { noCall: 'the large model failed (network)' }, 'show load(user);'],
  ['a = ‸', 'load(user); .3', 'typing', { noCall: 'the large model had nothing to add' }, 'hold load(user);'],
  ['a = ‸', 'load(user); .3', 'by hand', { noCall: 'the large model is slow' }, 'show load(user);'],
];

for (const [at, drafted, request, given, expected] of table)
  test(`${at} [${drafted}] ${request} ${Object.values(given).join(', ')} -> ${expected}`, () => {
    assert.equal(brief(decide(...inputOf(at, drafted, request, given))), expected);
  });

test('the table has every reason of a decision without a call, of a call, and for holding a text back', () => {
  const decisions = table.map(([at, drafted, request, given]) => decide(...inputOf(at, drafted, request, given)));
  const reasons = new Set<string>(decisions.map(({ reason }) => reason));
  const actual = [...TOO_DEAR, ...WHY_CALL].filter((reason) => !reasons.has(reason));
  assert.deepEqual(actual, []);
  const held = new Set(decisions.map((decision) => decision.kind === 'hold' && decision.held?.why));
  const found = WHY_HELD.filter((why) => !held.has(why));
  assert.deepEqual(found, []);
});

test('the sentence of a decision has its probabilities, its threshold and its reason', () => {
  const sentence = (drafted: string, given: Given = {}, request?: keyof typeof requests) =>
    sentenceOf(decide(...inputOf('a = ‸', drafted, request, given)));
  const cut = ' Cut before `(id);`, which is 33% sure.';
  const api = '70% (assumed) likely to be right';
  const named = 'loadUserByName .9 | (id); .3';
  const failed = { noCall: 'the large model failed (network)' } as const;
  assert.deepEqual(
    [
      sentence('load(user); .8', local),
      sentence(named, local),
      sentence('load(user); .8'),
      sentence('load(user); .6'),
      sentence(named),
      sentence(named, {}, 'local first'),
      sentence('load(user); .4'),
      sentence('load(u) .5', local),
      sentence('load(user); .5', local, 'beside the list'),
      sentence('load(user); .3', failed),
      sentence('', local),
      sentence('', failed),
    ],
    [
      'Answered locally: 80% sure.',
      `Answered locally: 90% sure.${cut}`,
      'Answered locally: 80% sure; the large model is not likelier right.',
      `Answered locally: 60% sure; a call gains too little: the large model is ${api}.`,
      `Answered locally: 90% sure; the large model is asked meanwhile.${cut}`,
      `Answered locally: 90% sure; the large model is asked unless this is accepted.${cut}`,
      `Asked the large model: ${api}, the local draft 40%.`,
      'Held back: 50% sure, shown from 58%.',
      'Held back: 50% sure, shown from 54% (the list is open).',
      'Held back: 30% sure, shown from 50%; the large model failed (network).',
      'Nothing to suggest here.',
      'Nothing to suggest here; the large model failed (network).',
    ],
  );
});

test('the sentence tells a large model’s answer from what was shown meanwhile, a late answer, and a rest', () => {
  const decision = decide(...inputOf('a = ‸', 'loadUserByName .9 | (id); .3'));
  const cut = { text: 'loadUser(id);', p: 0.7 };
  const answered = { ...decision, kind: 'show', cut, reason: ANSWERED } as const;
  assert.match(sentenceOf(answered), /^Asked the large model: [^.]*\.$/);
  const expected = 'Held back: 20% sure, shown from 32%; the large model has answered.';
  assert.equal(sentenceOf({ ...answered, kind: 'hold', held: { text: cut.text, p: 0.2, from: 0.32 } }), expected);
  const actual = sentenceOf({ ...decision, kind: 'hold', reason: 'its answer waits for the next key', tookMs: 2_240 });
  assert.equal(actual, 'Nothing is shown: the large model took 2.2 s, and its answer waits for the next key.');
  assert.equal(
    sentenceOf({ ...decision, kind: 'show', cut: { text: '(id);', p: 0.7 }, reason: SEEN_BEFORE }),
    'Answered locally: 70% sure; the rest of an earlier draft.',
  );
  const alone = sentenceOf({ ...answered, ngramsAlone: 'the neural model is starting' });
  assert.match(alone, /\. From the n-grams alone: the neural model is starting\.$/);
});

test('the draft may stand in for a late answer from the threshold on, and by hand from half of it', () => {
  const canStandIn = (p: number, request: keyof typeof requests) => {
    const decision = decide(...inputOf('a = ‸', `load(user); ${p}`, request, { pApi: 0.99 }));
    return decision.kind === 'call' && decision.canStandIn;
  };
  const actual = [0.49, 0.5].map((p) => canStandIn(p, 'typing'));
  assert.deepEqual(actual, [false, true]);
  const found = [0.29, 0.3].map((p) => canStandIn(p, 'by hand'));
  assert.deepEqual(found, [false, true]);
});

test('whether a call is worth its price does not depend on a key', () => {
  const worth = (p: number) => {
    const [estimated, { limits }] = inputOf('a = ‸', `load(user); ${p}`, 'typing', local);
    return tooDearFor(estimated, limits) === undefined;
  };
  assert.deepEqual([0.4, 0.6].map(worth), [true, false]);
});

test('only a draft that made a possible call unnecessary saves its cost', () => {
  const saves = (given: Given, p = 0.65) => savesCall(decide(...inputOf('a = ‸', `load(user); ${p}`, 'typing', given)));
  const expected = [true, true, false, false];
  assert.deepEqual([saves({}), saves({}, 0.8), saves(local), saves({ noCall: 'the large model is slow' })], expected);
  assert.equal(savesCall(decide(...inputOf('a = ‸', 'loadUserByName .9 | (id); .3'))), false);
});

const items = synthetic(400, 21);
const fit = fitRouter(items.map((i) => i.example));

test('a balance of 1 always calls, and a higher balance never routes back to local', () => {
  let before = new Set<number>();
  for (let balance = 0.05; balance <= 1.0001; balance += 0.05) {
    const now = new Set<number>();
    items.forEach(({ example }, i) => {
      if (decideWhole(fit, example.draft, example.position, balance).kind === 'call') now.add(i);
    });
    assert.ok([...before].every((i) => now.has(i)));
    before = now;
  }
  assert.equal(before.size, items.length);
});

test('a decision has its numbers', () => {
  const draft = items[0]?.example.draft;
  const decision = decideWhole(fit, draft, POSITION, 0.4);
  assert.ok(Math.abs(decision.gain - (decision.pApi - decision.pSpecialist)) < 1e-12);
  assert.ok(!decision.pApiIsPrior);
  assert.ok(decideWhole(defaultRouter(), draft, POSITION, 0.4).pApiIsPrior);
});
