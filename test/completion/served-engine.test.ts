// A specialist that a server runs, with the engine's interface: what is sent to the server, which token features the
// router gets, and that the n-grams answer while the server is late, down or not allowed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery, DraftOptions } from '../../src/common/completion.ts';
import { failed, ok } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import { ServedEngine, servedModel } from '../../src/completion/served-engine.ts';
import { MixedSpecialist, PATIENCE_MS } from '../../src/completion/specialist.ts';
import type { TokenOdds } from '../../src/llm/protocol/wire.ts';
import { positionAt } from '../../src/prompts/completion/completion-position.ts';
import { cutsOf } from '../../src/prompts/completion/cuts.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import { scoreCuts } from '../../src/routing/fit.ts';
import { positionFactsOf } from '../../src/routing/position-facts.ts';
import { ManualClock, settled } from '../fakes/clock.ts';
import { type LlmScript, llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { hiding } from '../fakes/redaction.ts';
import { Deferred } from '../fakes/signal.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { query } from './harness.ts';

const line: DraftOptions = { multiline: false, maxTokens: 48 };
const position = query('const sum = ', ';\n');
const odds = (token: string, p: number, ...rivals: number[]): TokenOdds => ({
  token,
  logprob: Math.log(p),
  likeliest: [p, ...rivals].map(Math.log),
});
const answer = (text: string, tokens: readonly TokenOdds[]) => ok(llmAnswer(text, { tokens }));
const summed = answer(' a + b', [odds(' a', 0.5, 0.25), odds(' +', 0.9, 0.1), odds(' b', 1), odds('', 0.8)]);

function setup(script: LlmScript = () => summed, mayLeave: (path: string) => boolean = () => true) {
  const clock = new ManualClock();
  const llm = new ScriptedLlm(script);
  const server = { there: true };
  const limits: number[] = [];
  const engine = new ServedEngine({
    llm: {
      facts: llm.facts,
      ask: (prompt, signal) => {
        limits.push(prompt.maxTokens);
        return llm.ask(prompt, signal);
      },
    },
    models: async () => (server.there ? ok(['tuned']) : failed('network', 'Nobody listens.')),
    redact: hiding('hunter2'),
    mayLeave,
    clock,
  });
  const ngram = Object.assign(new ScriptedSpecialist('local();'), {
    snapshot: undefined,
    changed: () => [],
    setSavedFile: () => {},
    removeFile: () => {},
  });
  const states: string[] = [];
  const specialist: MixedSpecialist = new MixedSpecialist({
    ...{ ngram, key: 'folder', clock, log: silentLog, onReady: () => {} },
    onState: () => states.push(specialist.state.kind),
  });
  const ask = (at: CompletionQuery = position) => specialist.complete(at, line, new AbortController().signal);
  return {
    clock,
    llm,
    limits,
    server,
    engine,
    specialist,
    states,
    ask,
    open: () => specialist.open(engine, servedModel('tuned')),
  };
}

test('a served draft has its own name and the token features of the router', async () => {
  const { open, ask, specialist } = setup();
  await open();
  assert.equal(specialist.state.kind, 'ready');
  const draft = await ask();
  assert.deepEqual([draft?.text, draft?.model, draft?.complete], ['a + b', 'tuned (served)', true]);
  const seen = draft?.tokens.map(({ text, probability, margin, entropy, ...rest }) => ({
    ...{ text, rest },
    numbers: [probability, margin, entropy].map((value) => Number(value.toFixed(3))),
  }));
  const rest = { matchLength: 0, count: 0, tier: 'base' };
  assert.deepEqual(seen, [
    // The server reports probabilities of 0.5 and 0.25; the other 0.25 is unknown.
    { text: ' a', rest, numbers: [0.5, 0.25, 1.04] },
    { text: ' +', rest, numbers: [0.9, 0.8, 0.325] },
    { text: ' b', rest, numbers: [1, 1, 0] },
  ]);
});

test('a draft keeps all tokens if they do not spell its text', async () => {
  // This server joins the two bytes of a character in the text, but not in the tokens.
  const { open, ask } = setup(() => answer(' é', [odds(' ', 0.9), odds('\u00c3', 0.8), odds('\u00a9', 0.7)]));
  await open();
  const draft = await ask();
  assert.deepEqual(
    draft?.tokens.map(({ text }) => text),
    [' ', '\u00c3', '\u00a9'],
  );
});

test('a served draft is cut at low confidence like a local one', async () => {
  const { open, ask } = setup(() => answer(' a + b', [odds(' a', 0.99), odds(' +', 0.99), odds(' b', 0.05)]));
  await open();
  const draft = await ask();
  assert.ok(draft);
  const cuts = scoreCuts(defaultRouter(), cutsOf(draft, positionAt(position)), positionFactsOf(position));
  assert.deepEqual(
    cuts.map(({ text }) => text),
    ['a', 'a +', 'a + b'],
  );
  assert.ok((cuts[0]?.p ?? 0) > 0.9 && (cuts[2]?.p ?? 1) < 0.3, JSON.stringify(cuts));
});

test('the sent prompt is redacted, ends before the blank at the cursor, and has no snippets or hint', async () => {
  const { open, ask, llm, limits } = setup();
  await open();
  await ask(query('const key = "hunter2";\nconst sum = ', '; // hunter2\n'));
  const { query: sent, snippets, hint, multiline } = llm.requests[0] ?? {};
  assert.equal(sent?.prefix, 'const key = "*******";\nconst sum =');
  assert.equal(sent?.suffix, '; // *******\n');
  assert.deepEqual([snippets, hint, limits[0], multiline], [[], undefined, 48, false]);
  // An indent is not cut off.
  await ask(query('    ', '\n'));
  assert.equal(llm.requests[1]?.query.prefix, '    ');
});

test('a file that must not be sent is not sent, and the n-grams answer', async () => {
  for (const [script, mayLeave] of [
    [undefined, (path: string) => path !== position.path],
    [() => answer('', []), undefined],
    // This answer does not begin with the blank that was cut off.
    [() => answer('()', [odds('()', 0.9)]), undefined],
  ] as const) {
    const { open, ask, llm, states } = setup(script, mayLeave);
    await open();
    for (let i = 0; i < 5; i++) assert.equal((await ask(query(`const sum${i} = `, '')))?.model, 'n-gram');
    assert.equal(llm.requests.length, mayLeave ? 0 : 5);
    assert.equal(states.at(-1), 'ready', 'that is no failure of the server');
  }
});

test('a late served draft is kept for the next request, and the n-grams answer first', async () => {
  const late = new Deferred<typeof summed>();
  const { open, ask, clock, llm } = setup(() => late.promise);
  await open();
  const asked = ask();
  await clock.advance(PATIENCE_MS);
  assert.equal((await asked)?.model, 'n-gram');
  late.give(summed);
  await settled();
  assert.equal((await ask())?.text, 'a + b');
  assert.equal(llm.requests.length, 1);
});

test('a new keystroke cancels the earlier call', async () => {
  const { open, specialist, llm } = setup(() => new Promise(() => {}));
  await open();
  specialist.begin(position, line);
  await settled();
  specialist.begin(query('const sum = a', ';\n'), line);
  await settled();
  assert.deepEqual([llm.requests.length, llm.cancelled], [2, 1]);
});

test('a server that is down or returns no probabilities is off, with the reason', async () => {
  const gone = setup();
  gone.server.there = false;
  await gone.open();
  assert.deepEqual(gone.specialist.state, { kind: 'failed', failure: { code: 'network', message: 'Nobody listens.' } });
  assert.match((await gone.ask())?.why ?? '', /failed/);
  for (const [script, said] of [
    [() => failed('network', 'It hung up.'), /hung up/],
    [() => answer(' a', []), /how likely/],
  ] as const) {
    const { open, ask, specialist } = setup(script);
    await open();
    for (let i = 0; i < 3; i++) assert.equal((await ask(query(`const sum${i} = `, '')))?.model, 'n-gram');
    const { state } = specialist;
    assert.ok(state.kind === 'failed' && said.test(state.failure.message), JSON.stringify(state));
  }
});
