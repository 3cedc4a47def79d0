// A position with an uncached prompt and a slow engine, through the real service and specialist. The n-grams answer at
// once, a repeated request gets the mixture's draft, and a visible suggestion is not replaced.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery } from '../../src/common/completion.ts';
import { NGRAM_MODEL } from '../../src/common/completion.ts';
import { silentLog } from '../../src/common/log.ts';
import { CompletionService } from '../../src/completion/service.ts';
import { MixedSpecialist } from '../../src/completion/specialist.ts';
import type { CompletionRequest } from '../../src/completion/types.ts';
import { defaultRouter } from '../../src/routing/fit.ts';
import { ManualClock, settled } from '../fakes/clock.ts';
import { PacedEngine } from '../fakes/paced-engine.ts';
import { redactNothing } from '../fakes/redaction.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { drafted, query, SETTINGS, SURE, UNSURE } from './harness.ts';

class Ngrams extends ScriptedSpecialist {
  readonly snapshot = undefined;
  changed = () => [];
  setSavedFile(): void {}
  removeFile(): void {}
  setHistory(): void {}
}

/** The engine needs 600 ms for a prompt of 500 tokens, and 43 to 174 ms for a line. */
const PACE = { tokenMs: 1.2, lineMs: 130 };

async function setup(confidence: number) {
  const clock = new ManualClock();
  const engine = new PacedEngine(clock, PACE);
  /** How often the specialist said that a better draft is ready. */
  const calls = { onReady: 0 };
  const specialist = new MixedSpecialist({
    ngram: new Ngrams({ ...drafted('ngram();', confidence), model: NGRAM_MODEL }),
    key: 'folder',
    clock,
    log: silentLog,
    onState: () => {},
    onReady: () => calls.onReady++,
  });
  const service = new CompletionService({
    specialist,
    llm: () => undefined,
    routerFor: defaultRouter,
    settings: () => ({ ...SETTINGS, balance: 0, apiAllowed: false }),
    clock,
    redact: redactNothing,
    backoff: { retryAtMs: undefined, failed() {}, succeeded() {} },
    onEvent: () => {},
    log: silentLog,
  });
  await specialist.open(engine, { model: '/m', name: 'base', tokenizer: '/t', threads: 2 });
  calls.onReady = 0;
  const request = (at: CompletionQuery): CompletionRequest => ({ query: at, trigger: 'automatic', indentUnit: '  ' });
  /** The completion, and the time until it was returned. */
  const ask = async (at: CompletionQuery, maxMs = 2000) => {
    const startedAt = clock.monotonic();
    let durationMs: number | undefined;
    const completion = service.complete(request(at), new AbortController().signal).finally(() => {
      durationMs = clock.monotonic() - startedAt;
    });
    await settled();
    for (let waited = 0; durationMs === undefined && waited < maxMs; waited += 10) await clock.advance(10);
    return { completion: await completion, ms: durationMs as number };
  };
  return { clock, engine, service, specialist, calls, request, ask };
}

const position = query('const x = ', '\n');

test('a confident n-gram draft is shown at once; the later mixture does not replace it while it is visible', async () => {
  const { clock, calls, ask } = await setup(SURE);
  const first = await ask(position);
  assert.deepEqual([first.completion?.text, first.completion?.model, first.ms], ['ngram();', 'n-gram', 0]);
  await clock.advance(2000);
  assert.equal(calls.onReady, 1, 'the editor is told that there is more');
  const again = await ask(position);
  assert.deepEqual([again.completion?.id, again.completion?.text], [first.completion?.id, 'ngram();']);
  // A part of the suggestion is typed.
  const afterTypingPart = await ask({ ...position, prefix: `${position.prefix}ngr` });
  assert.deepEqual([afterTypingPart.completion?.id, afterTypingPart.completion?.text], [first.completion?.id, 'am();']);
  // Other text was typed and deleted again, so the suggestion is no longer visible.
  await ask({ ...position, prefix: `${position.prefix}other` });
  const back = await ask(position);
  assert.deepEqual([back.completion?.text, back.completion?.model], ['neural();', 'base + n-gram']);
});

test('an unconfident n-gram draft is not shown, and the next request at the position gets the mixture', async () => {
  const { clock, calls, ask } = await setup(UNSURE);
  const first = await ask(position);
  assert.deepEqual([first.completion, first.ms], [undefined, 0]);
  await clock.advance(2000);
  assert.equal(calls.onReady, 1);
  const again = await ask(position);
  assert.deepEqual([again.completion?.text, again.completion?.model, again.ms], ['neural();', 'base + n-gram', 0]);
});

test('if the prompt was run while the cursor rested, the first request gets the mixture', async () => {
  const { clock, service, engine, ask } = await setup(SURE);
  service.warm(position);
  await clock.advance(700);
  assert.equal(engine.asked, 0, 'no line is drafted without a request');
  const first = await ask({ ...position, prefix: `${position.prefix}n` });
  assert.equal(first.completion?.model, 'base + n-gram');
  assert.ok(first.ms > 0 && first.ms < 180, `${first.ms} ms: a line`);
});

test('a draft started at the keystroke saves the time that the editor waits before its request', async () => {
  const { clock, service, engine, request, ask } = await setup(SURE);
  service.warm(position);
  await clock.advance(700);
  const next = { ...position, prefix: `${position.prefix}n` };
  service.begin(request(next));
  await clock.advance(50);
  const withEarlyStart = await ask(next);
  const other = await setup(SURE);
  other.service.warm(position);
  await other.clock.advance(700);
  const withoutEarlyStart = await other.ask(next);
  assert.equal(withEarlyStart.completion?.model, 'base + n-gram');
  assert.equal(withoutEarlyStart.ms - withEarlyStart.ms, 50);
  assert.equal(engine.asked, 1);
});
