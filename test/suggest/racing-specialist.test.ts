// The n-grams and the neural engine as one specialist: which of the two answers, and what is sent to the engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft, DraftOptions } from '../../src/common/completion.ts';
import { failed, ok, type Result } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import type { Requests } from '../../src/specialist/engine/engine-protocol.ts';
import type { EditHistory, FileChange } from '../../src/specialist/ngram/folder-worker-protocol.ts';
import type { ModelToOpen } from '../../src/suggest/neural-model.ts';
import { JOIN_MS, PATIENCE_MS, RacingSpecialist } from '../../src/suggest/racing-specialist.ts';
import { edit } from '../edits/support.ts';
import { ManualClock, settled } from '../fakes/clock.ts';
import { type EngineScript, ScriptedEngine } from '../fakes/engine.ts';
import { Deferred } from '../fakes/signal.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';
import { query } from './harness.ts';

const line: DraftOptions = { multiline: false, maxTokens: 48 };
const model: ModelToOpen = {
  model: '/models/small',
  name: 'base',
  tokenizer: '/t.json',
  threads: 1,
};
const mixed = (text: string) => ok(draft(text, 0.9, { model: 'base + n-gram' }));
const openResult = ok({ files: 3, tokens: 100, precision: 'int4', loadMs: 200 } as const);
const neverAborted = () => new AbortController().signal;
const position = query('const x = ', '\n');

/** The client of the folder's worker, which records the changes that it receives. */
class Ngrams extends ScriptedSpecialist {
  snapshot: string | undefined = '/specialist.ngram';
  changes: FileChange[] = [];
  history: EditHistory | undefined;

  changed(): readonly FileChange[] {
    return this.changes;
  }
  override setOpenFile(path: string, text: string | undefined): void {
    this.changes.push(text === undefined ? { kind: 'closed', path } : { kind: 'open', path, text });
  }
  setSavedFile(path: string, text: string): void {
    this.changes.push({ kind: 'saved', path, text });
  }
  removeFile(path: string): void {
    this.changes.push({ kind: 'removed', path });
  }
  setHistory(history: EditHistory): void {
    this.history = history;
  }
}

function setup(script: EngineScript = {}) {
  const clock = new ManualClock();
  const ngram = new Ngrams('local();');
  const engine = new ScriptedEngine({ open: () => openResult, draft: () => mixed('mixed();'), ...script });
  const heard = { states: [] as string[], ready: 0 };
  const specialist: RacingSpecialist = new RacingSpecialist({
    ngram,
    key: 'folder',
    clock,
    log: silentLog,
    onState: () => heard.states.push(specialist.state.kind),
    onReady: () => heard.ready++,
  });
  const ask = (at = position, signal = neverAborted()) => specialist.complete(at, line, signal);
  return { clock, ngram, engine, specialist, heard, ask };
}

async function opened(script?: EngineScript) {
  const parts = setup(script);
  await parts.specialist.open(parts.engine, model);
  return parts;
}

test('without a neural model the n-grams answer alone, without a note', async () => {
  const { specialist, ask } = setup();
  const answer = await ask();
  assert.equal(answer?.text, 'local();');
  assert.equal(answer?.why, undefined);
  assert.equal(specialist.state.kind, 'off');
});

test('requests do not wait while the model opens, and afterwards its draft is used', async () => {
  const opening = new Deferred<Result<Requests['open']['result']>>();
  const { specialist, engine, heard, ask } = setup({ open: () => opening.promise });
  const open = specialist.open(engine, model);
  const early = await ask();
  assert.equal(early?.model, 'n-gram');
  assert.match(early?.why ?? '', /starting/);
  opening.give(openResult);
  await open;
  assert.deepEqual(heard, { states: ['opening', 'ready'], ready: 1 });
  assert.equal((await ask())?.model, 'base + n-gram');
  assert.deepEqual(engine.of('open'), [{ ...model, key: 'folder', snapshot: '/specialist.ngram', changes: [] }]);
});

test('says that the file of the base is checked while it is, and only then', async () => {
  const opening = new Deferred<Result<Requests['open']['result']>>();
  const { specialist, engine } = setup({
    open: (_, { onProgress }) => {
      for (const done of [4e6, 8e6]) onProgress({ done });
      return opening.promise;
    },
  });
  const open = specialist.open(engine, model);
  assert.deepEqual(specialist.state, { kind: 'opening', name: 'base', wasReady: false, checks: true });
  opening.give(openResult);
  await open;
  assert.equal(specialist.state.kind, 'ready');
});

test('a late draft is kept for the next request at the position, and the n-grams answer first', async () => {
  const late = new Deferred<Result<Draft>>();
  const { engine, clock, heard, ask } = await opened({ draft: () => late.promise });
  const answers: (Draft | undefined)[] = [];
  void ask().then((draft) => answers.push(draft));
  await clock.advance(PATIENCE_MS - 1);
  assert.equal(answers.length, 0);
  await clock.advance(1);
  assert.equal(answers[0]?.text, 'local();');
  assert.match(answers[0]?.why ?? '', /takes longer/);
  late.give(mixed('late();'));
  await settled();
  const actual = heard.ready;
  assert.equal(actual, 2, 'onReady is called again, so that a caller without a mixed draft can repeat its request');
  assert.equal((await ask())?.text, 'late();');
  assert.equal(engine.of('draft').length, 1);
});

test('with too many pending changes the folder is reopened', async () => {
  const { specialist, engine, ask } = await opened();
  for (let i = 0; i < 150; i++) specialist.removeFile(`src/${i}.ts`);
  assert.equal((await ask())?.text, 'local();');
  await settled();
  assert.equal(engine.of('change').length, 0);
  assert.equal(engine.of('open')[1]?.changes.length, 150);
  assert.equal((await ask(query('const y = ', '\n')))?.text, 'mixed();');
});

test('a late draft is dropped after other text was typed', async () => {
  const late = new Deferred<Result<Draft>>();
  const { engine, clock, heard, ask } = await opened({
    draft: (_request, _progress, call) => (call === 0 ? late.promise : mixed('next();')),
  });
  const controller = new AbortController();
  const first = ask(position, controller.signal);
  await clock.advance(PATIENCE_MS);
  await first;
  controller.abort();
  late.give(mixed('late();'));
  await settled();
  assert.equal(heard.ready, 1, 'nobody is told of it');
  assert.equal((await ask(query('const xy = ', '\n')))?.text, 'next();');
  assert.equal(engine.of('draft').length, 2);
});

test('if a draft is expected to be late, the n-grams answer at once', async () => {
  const cold = [0, 1, 2, 3].map(() => new Deferred<Result<Draft>>());
  const { specialist, heard, ask } = await opened({
    draft: (_request, { onProgress }, call) => {
      const held = cold[call];
      onProgress(held ? { promptTokens: 500, ms: PATIENCE_MS + 1 } : { promptTokens: 1, ms: 80 });
      return held?.promise ?? mixed('warm();');
    },
  });
  for (const [i, held] of cold.entries()) {
    const at = query(`place ${i} = `);
    const early = await ask(at);
    assert.equal(early?.text, 'local();', 'no time has passed');
    assert.match(early?.why ?? '', /takes longer/);
    assert.deepEqual([specialist.hasBetterDraft(at, line), specialist.isDrafting(at, line)], [false, true]);
    held.give(mixed('late();'));
    await settled();
    assert.deepEqual([specialist.hasBetterDraft(at, line), specialist.isDrafting(at, line)], [true, false]);
  }
  assert.equal(heard.ready, 5, 'at the opening, and for each late draft');
  assert.equal((await ask(query('place 3 = ')))?.text, 'late();');
  assert.equal((await ask(query('another = ')))?.text, 'warm();');
});

test('an engine that holds on to a cancelled draft is not waited for, until it lets go', async () => {
  const held = new Deferred<Result<Draft>>();
  const { specialist, clock, ask } = setup();
  const engine = new ScriptedEngine(
    { open: () => openResult, draft: (_request, _options, call) => (call === 0 ? held.promise : mixed('mixed();')) },
    false,
  );
  await specialist.open(engine, model);
  specialist.begin(query('con'), line);
  specialist.begin(query('const'), line);
  await clock.advance(PATIENCE_MS - 1);
  assert.equal((await ask(query('const x')))?.text, 'mixed();');
  await clock.advance(1);
  const early = await ask();
  assert.equal(early?.text, 'local();', 'no time has passed');
  assert.match(early?.why ?? '', /takes longer/);
  held.give(failed('cancelled', 'Cancelled.'));
  await settled();
  assert.equal((await ask(query('const y = ', '\n')))?.text, 'mixed();');
});

for (const [which, promptTokens, ms] of [
  ['is expected in time', 500, PATIENCE_MS - 1],
  ['has a cached prompt, even if earlier lines took long', 2, 10 * PATIENCE_MS],
] as const)
  test(`the request waits for a draft that ${which}`, async () => {
    const held = new Deferred<Result<Draft>>();
    const { clock, ask } = await opened({
      draft: (_request, { onProgress }) => {
        onProgress({ promptTokens, ms });
        return held.promise;
      },
    });
    const answer = ask();
    await clock.advance(PATIENCE_MS - 1);
    held.give(mixed('in-time();'));
    assert.equal((await answer)?.text, 'in-time();');
  });

test('the patience is counted from the request, not from the keystroke', async () => {
  const { specialist, clock, ask } = await opened({
    draft: async () => {
      await clock.sleep(PATIENCE_MS + 40);
      return mixed('mixed();');
    },
  });
  for (let i = 0; i < 5; i++) {
    const at = query(`place ${i} = `);
    specialist.begin(at, line);
    await clock.advance(50);
    const answer = ask(at);
    await clock.advance(PATIENCE_MS);
    assert.equal((await answer)?.text, 'mixed();');
  }
});

test('a draft started at the keystroke is used by the request', async () => {
  const { specialist, engine, ask } = await opened();
  specialist.begin(position, line);
  await settled();
  assert.equal((await ask())?.text, 'mixed();');
  assert.equal(engine.of('draft').length, 1);
  assert.equal((await ask())?.text, 'mixed();');
  const actual = engine.of('draft').length;
  assert.equal(actual, 2, 'a kept draft is returned only once; the next request asks the engine again');
});

test('the next keystroke cancels the earlier draft', async () => {
  const { specialist, engine } = setup({ draft: () => new Promise<never>(() => {}) });
  specialist.begin(position, line);
  assert.equal(engine.of('draft').length, 0, 'nothing is open yet');
  await specialist.open(engine, model);
  for (const text of ['c', 'co', 'con']) specialist.begin(query(text), line);
  await settled();
  assert.equal(engine.of('draft').length, 3);
  assert.equal(engine.cancelled, 2);
});

test('a draft started before another file changed is not used', async () => {
  let call = 0;
  const { specialist, engine, ask } = await opened({ draft: () => mixed(`${++call}();`) });
  specialist.begin(position, line);
  await settled();
  // The query contains the text of its own file, so a change of that file does not matter.
  specialist.setSavedFile('src/a.ts', 'own file');
  specialist.begin(position, line);
  assert.equal(engine.of('draft').length, 1);
  specialist.setSavedFile('src/b.ts', 'revisions');
  assert.equal((await ask())?.text, '2();');
});

test('a draft in progress when another file changes is started again', async () => {
  let call = 0;
  const first = new Deferred<Result<Draft>>();
  const { specialist, ask } = await opened({ draft: () => (++call === 1 ? first.promise : mixed('new();')) });
  specialist.begin(position, line);
  await settled();
  specialist.setOpenFile('src/b.ts', 'revisions');
  const asked = ask();
  await settled();
  first.give(mixed('old();'));
  assert.equal((await asked)?.text, 'new();');
});

test('a late draft is dropped after another file changed', async () => {
  let call = 0;
  const { specialist, clock, ask } = await opened({
    draft: () => clock.sleep(PATIENCE_MS + 100).then(() => mixed(`${++call}();`)),
  });
  const asked = ask();
  await clock.advance(PATIENCE_MS);
  assert.equal((await asked)?.text, 'local();');
  await clock.advance(200);
  assert.equal(specialist.hasBetterDraft(position, line), true);
  specialist.setOpenFile(position.path, 'own file');
  assert.equal(specialist.hasBetterDraft(position, line), true);
  specialist.setOpenFile('src/b.ts', 'revisions');
  assert.equal(specialist.hasBetterDraft(position, line), false);
});

test('a changed file raises the index revision of every other file, opening the engine that of every file', async () => {
  const { specialist, engine } = setup();
  const revisions = () =>
    ['src/a.ts', 'src/b.ts', 'src/c.ts'].map((path) => specialist.indexRevisionFor(query('', '', path)));
  assert.deepEqual(revisions(), [0, 0, 0]);
  specialist.setOpenFile('src/a.ts', 'a');
  assert.deepEqual(revisions(), [0, 1, 1]);
  specialist.setSavedFile('src/b.ts', 'b');
  specialist.setSavedFile('src/b.ts', 'bb');
  assert.deepEqual(revisions(), [3, 1, 3]);
  specialist.removeFile('src/a.ts');
  assert.deepEqual(revisions(), [3, 4, 4]);
  await specialist.open(engine, model);
  assert.deepEqual(revisions(), [5, 5, 5]);
});

test('a resting cursor prefills the prompt if the engine is idle, and a keystroke cancels the prefill', async () => {
  const { specialist, engine, ask } = setup({ warm: () => new Promise<never>(() => {}) });
  specialist.warm(position);
  await specialist.open(engine, model);
  specialist.warm(position);
  specialist.warm(query('elsewhere'));
  await settled();
  const actual = engine.of('warm').map(({ query: at }) => at.prefix);
  assert.deepEqual(actual, [position.prefix, 'elsewhere']);
  assert.equal(engine.cancelled, 1, 'the cursor moved on');
  specialist.begin(position, line);
  assert.equal(engine.cancelled, 2);
  specialist.warm(position);
  assert.equal(engine.of('warm').length, 2, 'a draft is in progress');
  await ask();
});

for (const overlaps of [true, false])
  test(`a request shares the draft of one that is cancelled ${overlaps ? 'while it waits' : 'before it'}`, async () => {
    const drafting = new Deferred<Result<Draft>>();
    const { engine, clock, ask } = await opened({ draft: () => drafting.promise });
    const controller = new AbortController();
    const cancelled = ask(position, controller.signal).catch(() => {});
    await settled();
    const early = overlaps ? ask() : undefined;
    controller.abort();
    await cancelled;
    await clock.advance(JOIN_MS - 1);
    const asked = early ?? ask();
    await clock.advance(1);
    drafting.give(mixed('shared();'));
    assert.equal((await asked)?.text, 'shared();');
    assert.deepEqual([engine.of('draft').length, engine.cancelled], [1, 0]);
  });

test('a cancelled request rejects with the reason, and the engine stops unless another one joins soon', async () => {
  const { engine, clock, ask } = await opened({ draft: () => new Promise<never>(() => {}) });
  const controller = new AbortController();
  const asked = ask(position, controller.signal);
  await settled();
  const reason = new Error('typed on');
  controller.abort(reason);
  await assert.rejects(asked, reason);
  await clock.advance(JOIN_MS - 1);
  assert.equal(engine.cancelled, 0);
  await clock.advance(1);
  assert.equal(engine.cancelled, 1);
});

test('after three engine failures the n-grams answer, and the engine is tried again later', async () => {
  const { specialist, engine, clock, heard, ask } = await opened({
    draft: () => failed('crashed', 'It keeps ending.'),
  });
  for (const text of ['a', 'b', 'c']) assert.match((await ask(query(text)))?.why ?? '', /did not answer/);
  assert.deepEqual(specialist.state, { kind: 'failed', failure: { code: 'crashed', message: 'It keeps ending.' } });
  assert.match((await ask())?.why ?? '', /failed/);
  assert.equal(engine.of('draft').length, 3);
  engine.script = { open: () => openResult, draft: () => mixed('mixed();') };
  await clock.advance(10 * 60_000);
  await ask();
  await settled();
  assert.equal((await ask())?.model, 'base + n-gram');
  assert.deepEqual(heard.states, ['opening', 'ready', 'failed', 'opening', 'ready']);
});

test('if the model cannot be opened, the state says why and the n-grams answer', async () => {
  const { specialist, ask } = await opened({
    open: () => failed('unsupported', 'No library for this machine.'),
  });
  assert.equal(specialist.state.kind === 'failed' && specialist.state.failure.code, 'unsupported');
  assert.equal((await ask())?.text, 'local();');
});

test('after a restart of the process the model is reopened once with all changes', async () => {
  const { specialist, engine, ngram, ask } = await opened();
  specialist.setOpenFile('src/b.ts', 'new text');
  specialist.restarted();
  assert.equal(specialist.state.kind, 'opening');
  // The client repeats the pending open request, which calls restarted() a second time.
  specialist.restarted();
  await settled();
  assert.equal(engine.of('open').length, 2);
  assert.deepEqual(engine.of('open')[1]?.changes, ngram.changes);
  assert.equal((await ask())?.model, 'base + n-gram');
  assert.deepEqual(engine.of('change'), [], 'the changes were sent with the open request');
});

test('if the engine answers that the folder is not open, the folder is opened again', async () => {
  const { engine, ask } = await opened({
    draft: (_request, _progress, call) => (call === 0 ? failed('bad-request', 'Not open.') : mixed('mixed();')),
  });
  assert.equal((await ask())?.text, 'local();');
  await settled();
  assert.equal((await ask())?.text, 'mixed();');
  assert.equal(engine.of('open').length, 2);
});

test('a newer open request replaces one in progress', async () => {
  const first = new Deferred<Result<Requests['open']['result']>>();
  const { specialist, engine } = setup({ open: (_r, _p, call) => (call === 0 ? first.promise : openResult) });
  const old = specialist.open(engine, model);
  await specialist.open(engine, { ...model, name: 'adapted' });
  first.give(failed('corrupt', 'The old one is damaged.'));
  await old;
  assert.equal(specialist.state.kind === 'ready' && specialist.state.name, 'adapted');
});

test('changes of other files reach the engine in order, before the draft', async () => {
  const { specialist, engine, ask } = setup();
  specialist.setOpenFile('src/before.ts', 'not sent alone');
  await specialist.open(engine, model);
  specialist.setOpenFile('src/a.ts', 'one');
  specialist.setOpenFile('src/a.ts', 'two');
  specialist.setOpenFile('src/b.ts', 'three');
  specialist.setOpenFile('src/b.ts', undefined);
  specialist.setSavedFile('src/c.ts', 'four');
  specialist.removeFile('src/c.ts');
  assert.deepEqual(engine.of('change'), [], 'no draft was requested yet');
  await ask(query('x', '', 'src/a.ts'));
  const changes = () => engine.of('change').map(({ change }) => change);
  assert.deepEqual(changes(), [
    { kind: 'open', path: 'src/b.ts', text: 'three' },
    { kind: 'closed', path: 'src/b.ts' },
    { kind: 'removed', path: 'src/c.ts' },
  ]);
  assert.equal(engine.asked.at(-1)?.kind, 'draft');
  await ask(query('y', '', 'src/b.ts'));
  assert.deepEqual(changes().slice(3), [{ kind: 'open', path: 'src/a.ts', text: 'two' }]);
});

test('the n-grams are told of the edits at once, the engine once before the next draft and after it opens again', async () => {
  const { specialist, ngram, engine, ask } = await opened();
  specialist.setHistory({ edits: [] });
  const history = { edits: [edit({ inserted: 'news' })] };
  specialist.setHistory(history);
  assert.equal(ngram.history, history);
  const told = () => engine.of('history').map((sent) => sent.history);
  assert.deepEqual(told(), []);
  await ask(query('x', ''));
  await ask(query('xy', ''));
  assert.deepEqual(told(), [history]);
  await specialist.open(engine, model);
  await ask(query('xyz', ''));
  assert.deepEqual(told(), [history, history]);
});

test('the engine closes the folder also during opening, after failures, or when another engine replaces it', async () => {
  const opening = new Deferred<Result<Requests['open']['result']>>();
  const early = setup({ open: () => opening.promise });
  const open = early.specialist.open(early.engine, model);
  early.specialist.close();
  opening.give(openResult);
  await open;
  const kinds = early.engine.asked.map(({ kind }) => kind);
  assert.deepEqual(kinds, ['open', 'close']);
  assert.equal(early.specialist.state.kind, 'off');

  const failing = setup({ draft: () => failed('crashed', 'It does not work.') });
  await failing.specialist.open(failing.engine, model);
  for (const prefix of ['a', 'b', 'c']) await failing.ask(query(prefix, ''));
  assert.equal(failing.specialist.state.kind, 'failed');
  failing.specialist.close();
  assert.equal(failing.engine.of('close').length, 1);

  const moved = setup();
  const server = new ScriptedEngine({ open: () => openResult });
  await moved.specialist.open(moved.engine, model);
  await moved.specialist.open(moved.engine, { ...model, name: 'adapted' });
  const actual = moved.engine.of('close').length;
  assert.equal(actual, 0, 'opening the same key again replaces the model, so no close is needed');
  await moved.specialist.open(server, model);
  assert.deepEqual(moved.engine.of('close'), [{ key: 'folder' }]);
  moved.specialist.close();
  assert.deepEqual([moved.engine.of('close').length, server.of('close').length], [1, 1]);
});
