// Drafts that start at a keystroke, before the request, better drafts that arrive after an answer was given, and
// positions where the editor would open its own list. A suggestion that hides the list needs more confidence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery, Draft, DraftOptions } from '../../src/common/completion.ts';
import { ok } from '../../src/common/errors.ts';
import { llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { hiding } from '../fakes/redaction.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';
import { Deferred, drafted, FAIR, Harness, position, query, SURE, settled, sure, UNSURE, unsure } from './harness.ts';

/** A specialist that drafts at once, and returns a better draft when the test sets it. */
class TwoStepSpecialist extends ScriptedSpecialist {
  readonly begun: { readonly at: string; readonly multiline: boolean }[] = [];
  readonly warmed: string[] = [];
  underWay = false;
  revision = 0;
  better: { readonly at: string; readonly draft: Draft } | undefined;

  begin({ prefix }: CompletionQuery, { multiline }: DraftOptions): void {
    this.begun.push({ at: prefix, multiline });
  }
  warm({ prefix }: CompletionQuery): void {
    this.warmed.push(prefix);
  }
  isDrafting(): boolean {
    return this.underWay;
  }
  indexRevisionFor(): number {
    return this.revision;
  }
  hasBetterDraft({ prefix }: CompletionQuery): boolean {
    return this.better?.at === prefix;
  }
  override async complete(at: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Draft | undefined> {
    const { better } = this;
    if (better?.at !== at.prefix) return super.complete(at, options, signal);
    this.better = undefined;
    return better.draft;
  }
}

function setup() {
  const specialist = new TwoStepSpecialist((at) => drafted(at.prefix.endsWith('q') ? '' : 'first();', SURE));
  const h = new Harness({ specialist, llm: undefined });
  const late = () => {
    specialist.better = { at: position.prefix, draft: drafted('better();', SURE) };
  };
  return { specialist, h, late };
}

test('a visible suggestion is not replaced by a better late draft', async () => {
  const { h, late } = setup();
  const shown = await h.answer(position);
  assert.equal(shown?.text, 'first();');
  late();
  const again = await h.answer(position);
  assert.deepEqual([again?.text, again?.id], ['first();', shown?.id]);
  const along = await h.answer(query(`${position.prefix}fir`, position.suffix));
  assert.deepEqual([along?.text, along?.id], ['st();', shown?.id], 'the suggestion also stays while it is typed');
});

test('after other text, or on a manual request, the position gets the better draft', async () => {
  const { h, late } = setup();
  await h.answer(position);
  late();
  await h.answer(query(`${position.prefix}q`, position.suffix));
  assert.equal((await h.answer(position))?.text, 'better();');
  assert.equal((await h.answer(position))?.text, 'better();', 'it is the position’s answer from now on');

  const asked = setup();
  await asked.h.answer(position);
  asked.late();
  assert.equal((await asked.h.answer(position, { trigger: 'manual' }))?.text, 'better();');
});

test('a better late draft is shown at the next request if nothing was shown before', async () => {
  const specialist = new TwoStepSpecialist(() => drafted('', SURE));
  const h = new Harness({ specialist, llm: undefined });
  assert.equal(await h.answer(position), undefined);
  specialist.better = { at: position.prefix, draft: drafted('better();', SURE) };
  assert.equal((await h.answer(position))?.text, 'better();');
});

test('an answer from before another file changed is replaced once it is no longer visible', async () => {
  let text = 'first();';
  const specialist = new TwoStepSpecialist((at) => drafted(at.prefix.endsWith('q') ? '' : text, SURE));
  const h = new Harness({ specialist, llm: undefined });
  const shown = await h.answer(position);
  specialist.revision++;
  text = 'second();';
  const again = await h.answer(position);
  assert.deepEqual([again?.text, again?.id], ['first();', shown?.id], 'the suggestion is still visible');
  await h.answer(query(`${position.prefix}q`, position.suffix));
  assert.equal((await h.answer(position))?.text, 'second();');
  const asked = specialist.queries.length;
  await h.answer(query(`${position.prefix}q`, position.suffix));
  assert.equal((await h.answer(position))?.text, 'second();');
  assert.equal(specialist.queries.length, asked + 1, 'it is the position’s answer from now on');
});

test('a confident late draft that arrives before the call makes the call unnecessary', async () => {
  const specialist = new TwoStepSpecialist(() => drafted('first();', UNSURE));
  const llm = new ScriptedLlm('remote();');
  const h = new Harness({ specialist, llm });
  const asked = h.ask(position);
  await h.clock.advance(100);
  specialist.better = { at: position.prefix, draft: drafted('better();', SURE) };
  await h.clock.advance(1000);
  assert.equal(asked.answer?.text, 'better();');
  assert.equal(llm.requests.length, 0);
});

test('a call waits a limited time for a better draft in progress', async () => {
  const specialist = new TwoStepSpecialist(() => drafted('first();', 0.25));
  specialist.underWay = true;
  const llm = new ScriptedLlm('remote();');
  const h = new Harness({ specialist, llm });
  const withoutCall = h.ask(position);
  await h.clock.advance(500);
  assert.equal(llm.requests.length, 0);
  specialist.better = { at: position.prefix, draft: drafted('better();', SURE) };
  specialist.underWay = false;
  await h.clock.advance(30);
  assert.equal(withoutCall.answer?.text, 'better();');
  specialist.underWay = true;
  const withCall = h.ask(query('other = '));
  await h.clock.advance(700);
  assert.equal(withCall.answer?.text, 'remote();');
  assert.equal(llm.requests.length, 1);
});

test('a call waits for no better draft where the n-grams know nothing of the position', async () => {
  for (const text of ['first();', '']) {
    const specialist = new TwoStepSpecialist(() => drafted(text, UNSURE));
    specialist.underWay = true;
    const llm = new ScriptedLlm('remote();');
    const h = new Harness({ specialist, llm });
    h.ask(position);
    await h.clock.advance(370);
    assert.equal(llm.requests.length, 1, 'the debounce is over');
  }
});

test('a keystroke starts the draft with the options of the expected request', async () => {
  const { h, specialist } = setup();
  h.service.begin(h.request(position));
  h.service.begin(h.request(query('function f() {\n  ', '\n}\n')));
  await settled();
  assert.deepEqual(specialist.begun, [
    { at: position.prefix, multiline: false },
    { at: 'function f() {\n  ', multiline: true },
  ]);
  assert.deepEqual(specialist.queries, []);
  assert.deepEqual(h.events, []);
});

test('no draft starts if the answer is kept, within a word, or after disposal', async () => {
  const { h, specialist } = setup();
  await h.answer(position);
  h.service.begin(h.request(query(`${position.prefix}fi`, position.suffix)));
  h.service.begin(h.request(query('const x = ', 'word')));
  h.service.dispose();
  h.service.begin(h.request(query('other = ')));
  h.service.warm(query('other = '));
  await settled();
  assert.deepEqual([specialist.begun, specialist.warmed], [[], []]);
});

test('a resting cursor prefills its position', async () => {
  const { h, specialist } = setup();
  h.service.warm(position);
  await settled();
  assert.deepEqual(specialist.warmed, [position.prefix]);
});

const beside = { opensList: true } as const;

test('a suggestion needs more confidence to hide the list, unless it continues an entry of it', async () => {
  const fair = () => new ScriptedSpecialist(draft('customerNamesByRegion', 0.51));
  const settings = { threshold: 0.7 };
  const h = () => new Harness({ specialist: fair(), llm: undefined, settings });
  assert.equal((await h().answer(position))?.text, 'customerNamesByRegion');
  assert.equal(await h().answer(position, beside), undefined);
  assert.equal((await h().answer(position, { ...beside, selectedText: 'all' }))?.text, 'allcustomerNamesByRegion');
  const certain = new Harness({ specialist: sure(), llm: undefined, settings });
  assert.equal((await certain.answer(position, beside))?.text, 'local();');
});

test('the list waits 100 ms for an answer, and a later answer is kept for the position', async () => {
  const specialist = new ScriptedSpecialist(() => h.clock.sleep(150).then(() => drafted('local();', SURE)));
  const h: Harness = new Harness({ specialist, llm: undefined });
  const asked = h.ask(position, beside);
  await h.clock.advance(99);
  assert.ok(!asked.done);
  await h.clock.advance(1);
  assert.ok(asked.done);
  assert.equal(asked.answer, undefined);
  assert.equal(h.ready, 0);
  await h.clock.advance(50);
  assert.equal(h.ready, 1);
  assert.equal(h.of('answered').length, 0, 'no suggestion was visible');
  const again = await h.answer(position, beside, 0);
  assert.equal(again?.text, 'local();');
  assert.equal(specialist.queries.length, 1);
});

test('the list does not wait for the API, whose answer is offered later, once', async () => {
  const llm = new ScriptedLlm('remote();');
  const h = new Harness({ specialist: unsure(), llm });
  const asked = h.ask(position, beside);
  await settled();
  assert.ok(asked.done);
  assert.equal(llm.requests.length, 0);
  await h.clock.advance(1000);
  assert.equal(llm.requests.length, 1);
  assert.equal(h.ready, 1);
  assert.equal((await h.answer(position, beside, 0))?.text, 'remote();');
  assert.equal(llm.requests.length, 1);
});

test('an answer that arrives after the list opened is offered later, and does not count as shown before', async () => {
  const held = new Deferred<string>();
  const slow = ok(llmAnswer('first();', { latencyMs: 12_000, firstTokenMs: 12_000 }));
  const llm = new ScriptedLlm((_r, call) => (call === 0 ? slow : held.promise));
  const specialist = new ScriptedSpecialist(drafted('local();', FAIR));
  const h = new Harness({ specialist, llm, settings: { balance: 0.9 } });
  await h.answer(query('let a = ', '\n'));
  const begun = h.ask(position, { trigger: 'manual' });
  await settled();
  begun.cancel();
  assert.deepEqual([llm.open, h.of('answered').length], [1, 1]);
  const asked = h.ask(position, beside);
  await h.clock.advance(100);
  assert.ok(asked.done && asked.answer === undefined);
  await h.clock.advance(2000);
  assert.equal(h.of('answered').length, 1, 'patience is over, and the list is open');
  h.ask(position, beside);
  await h.clock.advance(150);
  held.give('remote();');
  await settled();
  assert.deepEqual([h.of('answered').length, h.ready], [1, 1]);
  assert.equal((await h.answer(position, beside, 0))?.text, 'remote();');
});

test('nothing is offered after typing, after the attention time, or without an answer', async () => {
  const specialist = new ScriptedSpecialist((_q, _o, call) =>
    h.clock.sleep(150).then(() => drafted('local();', call === 0 ? SURE : UNSURE)),
  );
  const h: Harness = new Harness({ specialist, llm: undefined });
  h.ask(position, beside);
  await h.clock.advance(110);
  await h.answer(query('const x = q', '\n'), beside);
  assert.equal(h.ready, 0);
  const late = new ScriptedLlm(() => slow.clock.sleep(2500).then(() => 'remote();'));
  const slow: Harness = new Harness({ specialist: unsure(), llm: late });
  await slow.answer(position, beside, 4000);
  assert.equal(late.requests.length, 1);
  assert.equal(slow.ready, 0);
  const empty = new Harness({ specialist: unsure(), llm: new ScriptedLlm('') });
  await empty.answer(position, beside, 4000);
  assert.equal(empty.ready, 0);
});

test('a manual request uses the usual threshold and has no time limit', async () => {
  const specialist = new ScriptedSpecialist(() => h.clock.sleep(300).then(() => draft('customerNamesByRegion', 0.51)));
  const h: Harness = new Harness({ specialist, llm: undefined });
  assert.equal((await h.answer(position, { ...beside, trigger: 'manual' }))?.text, 'customerNamesByRegion');
});

test('the specialist knows a file by its redacted path, also where it is asked without a wait', async () => {
  const paths: string[] = [];
  const note = ({ path }: CompletionQuery) => paths.push(path);
  const specialist = Object.assign(new ScriptedSpecialist((at) => (note(at) > 0 ? drafted('local();', FAIR) : '')), {
    begin: note,
    warm: note,
    isDrafting: (at: CompletionQuery) => note(at) < 0,
    hasBetterDraft: (at: CompletionQuery) => note(at) < 0,
    indexRevisionFor: note,
  });
  const llm = new ScriptedLlm('remote();');
  const h = new Harness({ specialist, llm, redact: hiding('hunter2'), settings: { balance: 0.9, threshold: 1 } });
  const at = query('const x = ', '\n', 'keys/hunter2.ts');
  h.service.begin(h.request(at));
  h.service.warm(at);
  await settled();
  await h.answer(at);
  assert.equal(llm.requests.length, 1);
  assert.ok(paths.length > 5, `${paths.length}`);
  assert.deepEqual(new Set(paths), new Set(['keys/*******.ts']));
});

test('if the path cannot be redacted, the specialist is not asked and nothing is unhandled', async () => {
  const never = () => assert.fail('asked');
  const specialist = Object.assign(new ScriptedSpecialist(never), { begin: never, warm: never });
  const broken = { text: async () => '', path: () => Promise.reject(new Error('broken')) };
  const h = new Harness({ specialist, llm: undefined, redact: broken });
  h.service.begin(h.request(position));
  h.service.warm(position);
  assert.equal(await h.answer(position), undefined);
  assert.match(h.errors.join(), /specialist failed/);
});
