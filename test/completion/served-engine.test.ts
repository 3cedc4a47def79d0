// A specialist that a server runs, with the engine's interface: what is sent to the server, that its answer is ranked
// with the n-grams' lines, and that the n-grams answer while the server is late, down or not allowed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/common/clock.ts';
import type { CompletionQuery, DraftOptions, TokenOdds } from '../../src/common/completion.ts';
import { failed, ok } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import { ServedEngine, servedModel } from '../../src/completion/served-engine.ts';
import { MixedSpecialist, PATIENCE_MS } from '../../src/completion/specialist.ts';
import { connectLlm, listModels } from '../../src/llm/connect.ts';
import { servedSpecialist } from '../../src/llm/providers/specialist-server.ts';
import { positionAt } from '../../src/prompts/completion/completion-position.ts';
import { cutsOf } from '../../src/prompts/completion/cuts.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import { scoreCuts } from '../../src/routing/fit.ts';
import { positionFactsOf } from '../../src/routing/position-facts.ts';
import { draftWithServed } from '../../src/specialist/decoding/served-line.ts';
import { otherMakersWeights } from '../../src/specialist/decoding/weights.ts';
import { ManualClock, settled } from '../fakes/clock.ts';
import { type LlmScript, llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { hiding } from '../fakes/redaction.ts';
import { Deferred } from '../fakes/signal.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { SpecialistServer } from '../fakes/specialist-server.ts';
import { build } from '../specialist/ngram/project.ts';
import { query } from './harness.ts';

const line: DraftOptions = { multiline: false, maxTokens: 48 };
const position = query('const sum = ', ';\n');
const odds = (token: string, p: number, ...rivals: number[]): TokenOdds => ({
  token,
  logprob: Math.log(p),
  likeliest: [p, ...rivals].map((q, at) => ({ token: at === 0 ? token : `other${at}`, logprob: Math.log(q) })),
});
const answer = (text: string, tokens: readonly TokenOdds[]) => ok(llmAnswer(text, { tokens }));
const summed = answer(' a + b', [odds(' a', 0.5, 0.25), odds(' +', 0.9, 0.1), odds(' b', 1), odds('', 0.8)]);

const weights = otherMakersWeights();
const index = build();

function setup(script: LlmScript = () => summed, mayLeave: (path: string) => boolean = () => true, continues = false) {
  const clock = new ManualClock();
  const llm = new ScriptedLlm(script);
  const server = { there: true };
  const limits: number[] = [];
  const engine = new ServedEngine({
    llm: {
      facts: continues ? servedSpecialist.facts('tuned', '127.0.0.1:8000') : llm.facts,
      ask: (prompt, signal) => {
        limits.push(prompt.maxTokens);
        return llm.ask(prompt, signal);
      },
    },
    models: async () => (server.there ? ok(['tuned']) : failed('network', 'Nobody listens.')),
    rank: (at, options, given) => draftWithServed(index, at, options, given, weights),
    redact: hiding('hunter2'),
    mayLeave,
    clock,
  });
  const ngram = Object.assign(new ScriptedSpecialist('local();'), {
    snapshot: undefined,
    changed: () => [],
    setSavedFile: () => {},
    removeFile: () => {},
    setHistory: () => {},
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

test("a served draft is the server's line among the n-grams' lines, with the token features of the router", async () => {
  const { open, ask, specialist } = setup();
  await open();
  assert.equal(specialist.state.kind, 'ready');
  const draft = await ask();
  assert.deepEqual([draft?.text, draft?.model, draft?.complete], ['a + b', 'tuned (served) + n-gram', true]);
  assert.ok((draft?.confidence ?? 0) > 0);
  const made = draft?.tokens ?? [];
  assert.equal(made.map(({ text }) => text).join(''), 'a + b');
  // Behind 'a' the index knows nothing, so the token has the server's probability.
  const { tier, probability = 0, entropy = 0 } = made.find(({ text }) => text === ' ') ?? {};
  assert.deepEqual([tier, probability.toFixed(2), entropy.toFixed(3)], ['base', '0.90', '0.325']);
});

test("the n-grams' line is shown where the folder has the line and the server is unsure", async () => {
  const { open, ask } = setup(() => answer('urn null;', [odds('urn', 0.9), odds(' null', 0.4), odds(';', 0.9)]));
  await open();
  const draft = await ask(query('    if (rows.length === 0) {\n      ret', '\n'));
  assert.deepEqual([draft?.text, draft?.model], ['urn undefined;', 'tuned (served) + n-gram']);
});

test('the rest of the line is left out of the answer of a model that is not shown it', async () => {
  const { open, ask } = setup(
    () => answer(' a + b;', [odds(' a', 0.9), odds(' +', 0.9), odds(' b', 0.9), odds(';', 0.9)]),
    undefined,
    true,
  );
  await open();
  assert.equal((await ask())?.text, 'a + b');
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

test('a server that is down or fails is off, with the reason', async () => {
  const gone = setup();
  gone.server.there = false;
  await gone.open();
  assert.deepEqual(gone.specialist.state, { kind: 'failed', failure: { code: 'network', message: 'Nobody listens.' } });
  assert.match((await gone.ask())?.why ?? '', /failed/);
  const { open, ask, specialist } = setup(() => failed('network', 'It hung up.'));
  await open();
  for (let i = 0; i < 3; i++) assert.equal((await ask(query(`const sum${i} = `, '')))?.model, 'n-gram');
  const { state } = specialist;
  assert.ok(state.kind === 'failed' && /hung up/.test(state.failure.message), JSON.stringify(state));
});

test('a server that gives no probabilities completes all the same', async () => {
  const { open, ask, states } = setup(() => answer(' a + b', []));
  await open();
  for (let i = 0; i < 4; i++) assert.equal((await ask(query(`const sum${i} = `, '')))?.text, 'a + b');
  assert.equal(states.at(-1), 'ready');
});

test('over HTTP a server competes with and without log-probabilities, until it is gone', async () => {
  const server = await SpecialistServer.start('tuned');
  const settings = { provider: 'served', apiKey: '', baseUrl: server.url, model: 'tuned', timeoutMs: 60_000 };
  const engine = new ServedEngine({
    llm: connectLlm(settings),
    models: (signal) => listModels(settings, signal),
    rank: (at, options, given) => draftWithServed(index, at, options, given, weights),
    ...{ redact: hiding('hunter2'), mayLeave: () => true, clock: systemClock },
  });
  const ask = async (prefix: string) => {
    const made = await engine.request('draft', { key: 'folder', query: query(prefix, '\n'), options: line });
    return made.ok ? { text: made.value.text, confidence: made.value.confidence ?? 0 } : made.error.code;
  };
  assert.ok((await engine.request('open', { ...servedModel('tuned'), key: 'folder', changes: [] })).ok);
  server.answer = 'samples.length;';
  const sure = await ask('const mean = total/');
  server.tellsOdds = false;
  const unknown = await ask('const mean = total/');
  assert.ok(typeof sure === 'object' && typeof unknown === 'object', JSON.stringify([sure, unknown]));
  assert.deepEqual([sure.text, unknown.text], ['samples.length;', 'samples.length;']);
  assert.ok(sure.confidence > unknown.confidence);
  server.answer = 'urn null;';
  const known = await ask('    if (rows.length === 0) {\n      ret');
  assert.ok(typeof known === 'object' && known.text === 'urn undefined;', JSON.stringify(known));
  await server.close();
  assert.equal(await ask('const mean = total/'), 'network');
});
