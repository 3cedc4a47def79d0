// Drafts that start at a keystroke, before the request, and better drafts that arrive after an answer was given.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery, Draft, DraftOptions } from '../../src/common/completion.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { drafted, Harness, position, query, SURE, UNSURE } from './harness.ts';

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

test('a keystroke starts the draft with the options of the expected request', () => {
  const { h, specialist } = setup();
  h.service.begin(h.request(position));
  h.service.begin(h.request(query('function f() {\n  ', '\n}\n')));
  assert.deepEqual(specialist.begun, [
    { at: position.prefix, multiline: false },
    { at: 'function f() {\n  ', multiline: true },
  ]);
  assert.deepEqual(specialist.queries, []);
  assert.deepEqual(h.events, []);
});

test('no draft starts if the answer is cached, within a word, or after disposal', async () => {
  const { h, specialist } = setup();
  await h.answer(position);
  h.service.begin(h.request(query(`${position.prefix}fi`, position.suffix)));
  h.service.begin(h.request(query('const x = ', 'word')));
  h.service.dispose();
  h.service.begin(h.request(query('other = ')));
  h.service.warm(query('other = '));
  assert.deepEqual([specialist.begun, specialist.warmed], [[], []]);
});

test('a resting cursor prefills its position', () => {
  const { h, specialist } = setup();
  h.service.warm(position);
  assert.deepEqual(specialist.warmed, [position.prefix]);
});
