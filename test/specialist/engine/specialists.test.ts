// The folders' specialists in the engine: opening, drafts, changes, fits, closing, and errors.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Draft } from '../../../src/common/completion.ts';
import { unwrap } from '../../../src/common/errors.ts';
import { type LatencyEstimate, NEW_POSITION_TOKENS } from '../../../src/specialist/decoding/draft-latency.ts';
import { MIXTURE_FILE, type MixSource } from '../../../src/specialist/decoding/mix-source.ts';
import { initialMixWeights } from '../../../src/specialist/decoding/mix-weights.ts';
import type { FileChange } from '../../../src/specialist/ngram/folder-worker-protocol.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import { assertFailed } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { jobEngine, opening, TOKENIZER, writeModel } from './helpers.ts';

const folder = temporaryFolder();
const model = join(folder, 'model');
const snapshot = join(folder, 'specialist.ngram');
const statement = 'export const greeting = composeGreeting(visitor, hour);';
const text = `import { composeGreeting } from './compose';\n\n${statement}\n`;
/** The neural model has random weights, so these weights of the gate always trust the n-grams. */
const initial = initialMixWeights();
const trusting = JSON.stringify({ ...initial, gate: initial.gate.map((_, i) => (i <= 10 ? -8 : 0)) });
const client = jobEngine();

before(() => {
  writeModel(model);
  writeFileSync(join(model, MIXTURE_FILE), trusting);
  const tokenizer = loadTokenizer(JSON.parse(readFileSync(TOKENIZER, 'utf8')));
  assert.ok(tokenizer.ok);
  writeFileSync(snapshot, NgramModel.build([{ path: 'src/greet.ts', text }], tokenizer.value).serialize());
});

function source(more: Partial<MixSource> = {}): MixSource {
  return { ...opening(model), key: 'a', snapshot, ...more };
}

async function open(more: Partial<MixSource> = {}) {
  return unwrap(await client.request('open', source(more)));
}

const queryAfter = (prefix: string, path = 'src/other.ts') => ({
  ...{ path, languageId: 'typescript', prefix, suffix: '\n' },
});
const begun = 'export const greeting = compose';
const options = { multiline: false, maxTokens: 32 };

async function draft(prefix: string, key = 'a'): Promise<Draft> {
  return unwrap(await client.request('draft', { key, query: queryAfter(prefix), options }));
}

test('an open folder answers from its snapshot', async () => {
  const opened = await open();
  assert.equal(opened.files, 1);
  assert.ok(opened.tokens > 20);
  const { text: answer, model: by } = await draft(begun);
  assert.equal(answer, 'Greeting(visitor, hour);');
  assert.equal(by, 'base + n-gram');
});

test('the estimate comes before the draft, and a warmed prompt costs no tokens', async () => {
  await open();
  const query = (name: string) => {
    const prefix = `import { composeGreeting } from './compose';\n\n// ${name.repeat(40)}\n${begun}`;
    return queryAfter(prefix, `src/${name}.ts`);
  };
  const foreseen = async (name: string) => {
    const seen: LatencyEstimate[] = [];
    const request = { key: 'a', query: query(name), options };
    unwrap(await client.request('draft', request, { onProgress: (of) => seen.push(of) }));
    assert.equal(seen.length, 1);
    return seen[0] as LatencyEstimate;
  };
  const cold = await foreseen('cold');
  assert.ok(cold.promptTokens >= NEW_POSITION_TOKENS, `${cold.promptTokens} tokens`);
  const warmed = await client.request('warm', { key: 'a', query: query('warm') });
  assert.deepEqual(warmed, { ok: true, value: {} });
  const warm = await foreseen('warm');
  assert.equal(warm.promptTokens, 0);
  assert.ok(warm.ms !== undefined && warm.ms > 0, 'by the draft before it');
  assertFailed(await client.request('warm', { key: 'nobody', query: query('warm') }), 'bad-request');
});

test('a model is timed, and a missing model is an error', async () => {
  const serving = { tokenizer: TOKENIZER, threads: 1 } as const;
  const timed = await client.request('time', { ...serving, model });
  assert.ok(timed.ok && timed.value.lineMs > 0 && timed.value.promptMs > 0, JSON.stringify(timed));
  assertFailed(await client.request('time', { ...serving, model: join(folder, 'nowhere') }), 'unreadable');
  const controller = new AbortController();
  const cancelled = client.request('time', { ...serving, model }, { signal: controller.signal });
  controller.abort();
  assertFailed(await cancelled, 'cancelled');
});

test('changes of open, saved and removed files take effect at once', async () => {
  await open();
  const change = (value: FileChange) => client.request('change', { key: 'a', change: value });
  await change({ kind: 'open', path: 'src/late.ts', text: 'await deliverParcel(address, weight);\n' });
  assert.equal((await draft('await deliverPar')).text, 'cel(address, weight);');
  await change({ kind: 'removed', path: 'src/late.ts' });
  assert.notEqual((await draft('await deliverPar')).text, 'cel(address, weight);');
});

test('changes sent with a snapshot are applied', async () => {
  await open({ changes: [{ kind: 'saved', path: 'src/new.ts', text: 'const parcel = wrapParcel(paper);\n' }] });
  assert.equal((await draft('const parcel = wrap')).text, 'Parcel(paper);');
});

test('without a snapshot the index contains only open files', async () => {
  const { snapshot: _, ...bare } = source({
    key: 'bare',
    changes: [{ kind: 'open', path: 'src/x.ts', text: 'publishNewsletter(readers);\n' }],
  });
  assert.equal(unwrap(await client.request('open', bare)).files, 0);
  assert.equal((await draft('publishNews', 'bare')).text, 'letter(readers);');
});

test('two folders share a model but not their indexes, and a closed folder no longer answers', async () => {
  await open();
  await open({ key: 'b', changes: [{ kind: 'open', path: 'src/b.ts', text: 'launchRocket(pad, fuel);\n' }] });
  assert.equal((await draft('launchRoc', 'b')).text, 'ket(pad, fuel);');
  assert.notEqual((await draft('launchRoc')).text, 'ket(pad, fuel);');
  assert.ok((await client.request('close', { key: 'b' })).ok);
  assertFailed(await client.request('draft', { key: 'b', query: queryAfter('a'), options }), 'bad-request');
});

test('a fit reports progress and losses, and its weights beside the model are loaded later', async () => {
  await open();
  const queries = Array.from({ length: 6 }, (_, i) => ({
    query: queryAfter(begun, `src/p${i}.ts`),
    truth: i % 2 === 0 ? 'Greeting(visitor, hour);' : 'Farewell();',
  }));
  const seen: number[] = [];
  const counted = { onProgress: ({ done }: { readonly done: number }) => seen.push(done) };
  const fit = unwrap(await client.request('fit', { key: 'a', queries }, counted));
  assert.equal(seen.length, 6);
  assert.ok(fit.tokens > 10);
  assert.ok(fit.loss.mixed < fit.loss.neural);
  // The gate moves a token's entropy by less than it moves the order of lines.
  const entropyOf = ({ tokens }: Draft) => tokens[0]?.entropy as number;
  const now = await draft(begun);
  writeFileSync(join(model, MIXTURE_FILE), JSON.stringify(fit.weights));
  await open({ key: 'later' });
  const later = await draft(begun, 'later');
  // One of the two had an uncached prompt, so the last digits are rounded differently.
  assert.ok(Math.abs(entropyOf(later) - entropyOf(now)) < 1e-6, `${entropyOf(later)} and ${entropyOf(now)}`);
  writeFileSync(join(model, MIXTURE_FILE), trusting);
  await open({ key: 'later' });
  const earlier = entropyOf(await draft(begun, 'later'));
  assert.ok(Math.abs(earlier - entropyOf(now)) > 1e-5, `${earlier} and ${entropyOf(now)}`);
});

test('a plausible line has a lower loss than an implausible one, and a truth that is too long has none', async () => {
  await open();
  const query = queryAfter(begun, 'src/p.ts');
  const lossAt = async (truth: string) =>
    unwrap(await client.request('lossAt', { key: 'a', labelled: { query, truth } }));
  const seen = await lossAt('Greeting(visitor, hour);');
  const strange = await lossAt('Farewell(nobody, never);');
  assert.ok(seen.tokens > 5 && seen.nats / seen.tokens < 0.5, JSON.stringify(seen));
  assert.ok(strange.nats / strange.tokens > 1, JSON.stringify(strange));
  assert.deepEqual(await lossAt('x, '.repeat(200)), { tokens: 0, nats: 0 });
  assertFailed(await client.request('lossAt', { key: 'nobody', labelled: { query, truth: 'x' } }), 'bad-request');
});

test('a cancelled fit keeps the old weights', async () => {
  await open();
  const before = await draft(begun);
  // Each position has a line of its own, so that each needs a pass.
  const queries = Array.from({ length: 200 }, (_, i) => ({
    query: queryAfter(begun, 'src/p.ts'),
    truth: `Greeting(visitor${i}, hour);`,
  }));
  const controller = new AbortController();
  const aborting = { signal: controller.signal, onProgress: () => controller.abort() };
  assertFailed(await client.request('fit', { key: 'a', queries }, aborting), 'cancelled');
  // The last digits may be rounded differently.
  const { confidence } = await draft(begun);
  assert.ok(Math.abs((confidence as number) - (before.confidence as number)) < 1e-6);
});

test('an unreadable model or snapshot is an error, and the open specialist stays', async () => {
  await open();
  assertFailed(await client.request('open', source({ model: join(folder, 'nowhere') })), 'unreadable');
  const broken = join(folder, 'broken.ngram');
  writeFileSync(broken, 'no snapshot');
  assertFailed(await client.request('open', source({ snapshot: broken })), 'corrupt');
  assert.equal((await draft(begun)).text, 'Greeting(visitor, hour);');
});
