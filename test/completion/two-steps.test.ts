// A place that a slow engine does not know, through the real service and the real specialist: the n-grams at once, the mixture for who
// asks there again, and nothing replaced that can be seen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery } from '../../src/common/completion.ts';
import { silentLog } from '../../src/common/log.ts';
import { CompletionService } from '../../src/completion/service.ts';
import { MixedSpecialist } from '../../src/completion/specialist.ts';
import type { CompletionRequest } from '../../src/completion/types.ts';
import { defaultFit } from '../../src/routing/defaults.ts';
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
}

/** A prompt of 500 tokens takes it 600 ms, a line 43 to 174. */
const PACE = { tokenMs: 1.2, lineMs: 130 };

async function set(confidence: number) {
  const clock = new ManualClock();
  const engine = new PacedEngine(clock, PACE);
  const heard = { ready: 0 };
  const specialist = new MixedSpecialist({
    ngram: new Ngrams(drafted('ngram();', confidence)),
    key: 'folder',
    clock,
    log: silentLog,
    onState: () => {},
    onReady: () => heard.ready++,
  });
  const service = new CompletionService({
    specialist,
    llm: () => undefined,
    fit: defaultFit,
    settings: () => ({ ...SETTINGS, balance: 0, apiAllowed: false }),
    clock,
    redact: redactNothing,
    backoff: { retryAtMs: undefined, failed() {}, succeeded() {} },
    onEvent: () => {},
    log: silentLog,
  });
  await specialist.open(engine, { model: '/m', name: 'base', tokenizer: '/t', precision: 'int4', threads: 2 });
  heard.ready = 0;
  const request = (at: CompletionQuery): CompletionRequest => ({ query: at, trigger: 'automatic', indentUnit: '  ' });
  /** What is answered, and after how many ms. */
  const ask = async (at: CompletionQuery, most = 2000) => {
    const began = clock.monotonic();
    let took: number | undefined;
    const asked = service.complete(request(at), new AbortController().signal).finally(() => {
      took = clock.monotonic() - began;
    });
    await settled();
    for (let waited = 0; took === undefined && waited < most; waited += 10) await clock.advance(10);
    return { completion: await asked, ms: took as number };
  };
  return { clock, engine, service, specialist, heard, request, ask };
}

const position = query('const x = ', '\n');

test('where the n-grams are sure they answer at once; the mixture comes, and replaces nothing while it can be seen', async () => {
  const { clock, heard, ask } = await set(SURE);
  const first = await ask(position);
  assert.deepEqual([first.completion?.text, first.completion?.model, first.ms], ['ngram();', 'n-gram', 0]);
  await clock.advance(2000);
  assert.equal(heard.ready, 1, 'the editor is told that there is more');
  const again = await ask(position);
  assert.deepEqual([again.completion?.id, again.completion?.text], [first.completion?.id, 'ngram();']);
  const along = await ask({ ...position, prefix: `${position.prefix}ngr` });
  assert.deepEqual([along.completion?.id, along.completion?.text], [first.completion?.id, 'am();']);
  // Something else was typed, and taken back: nothing of it is on the screen any more.
  await ask({ ...position, prefix: `${position.prefix}other` });
  const back = await ask(position);
  assert.deepEqual([back.completion?.text, back.completion?.model], ['neural();', 'base + n-gram']);
});

test('where they are not, nothing is shown at once, and the mixture when the place is asked about again', async () => {
  const { clock, heard, ask } = await set(UNSURE);
  const first = await ask(position);
  assert.deepEqual([first.completion, first.ms], [undefined, 0]);
  await clock.advance(2000);
  assert.equal(heard.ready, 1);
  const again = await ask(position);
  assert.deepEqual([again.completion?.text, again.completion?.model, again.ms], ['neural();', 'base + n-gram', 0]);
});

test('a prompt that was run while the cursor rested makes it one step', async () => {
  const { clock, service, engine, ask } = await set(SURE);
  service.warm(position);
  await clock.advance(700);
  assert.equal(engine.asked, 0, 'no line is drafted that nobody asks for');
  const first = await ask({ ...position, prefix: `${position.prefix}n` });
  assert.equal(first.completion?.model, 'base + n-gram');
  assert.ok(first.ms > 0 && first.ms < 180, `${first.ms} ms: a line`);
});

test('begun with the key, a line is there sooner by what the editor waits before it asks', async () => {
  const { clock, service, engine, request, ask } = await set(SURE);
  service.warm(position);
  await clock.advance(700);
  const next = { ...position, prefix: `${position.prefix}n` };
  service.begin(request(next));
  await clock.advance(50);
  const ahead = await ask(next);
  const other = await set(SURE);
  other.service.warm(position);
  await other.clock.advance(700);
  const asked = await other.ask(next);
  assert.equal(ahead.completion?.model, 'base + n-gram');
  assert.equal(asked.ms - ahead.ms, 50);
  assert.equal(engine.asked, 1);
});
