// Pooled hidden states: the shared beginning is run once for all texts, and no text depends on the one before it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../build/paths.ts';
import { pooledStates, type StatesRequest } from '../../../src/neural/inference/hidden-states.ts';

const model = join(root, 'models/small');
const language = { model, tokenizer: join(model, 'tokenizer.json'), threads: 1 } as const;

async function read(
  request: Omit<StatesRequest, 'language' | 'depths'>,
  depths: readonly number[] = [0.5, 1],
): Promise<Float32Array[]> {
  const out: Float32Array[] = [];
  for await (const states of pooledStates({ language, depths, ...request })) out.push(states);
  return out;
}

/** Cosine of two vectors. */
function likeness(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const texts = ['return the list', 'const name = 1;', ''];

test('the states of a text do not depend on its index in the list', async () => {
  const [forward, backward] = await Promise.all([
    read({ texts, before: 'Sort this.\n', after: '\nLabel:' }),
    read({ texts: [...texts].reverse(), before: 'Sort this.\n', after: '\nLabel:' }),
  ]);
  assert.equal(forward.length, texts.length);
  for (const [i, states] of forward.entries()) assert.deepEqual(states, backward[texts.length - 1 - i]);
  const { length } = forward[0] as Float32Array;
  assert.ok(forward.every((states) => states.length === length && states.every(Number.isFinite)));
  assert.ok(likeness(forward[0] as Float32Array, forward[1] as Float32Array) < 0.99);
});

test('the shared text is run once, and the last state equals that of the whole text', async () => {
  const [apart] = await read({ texts: ['return the list'], before: 'Sort this.\n', after: '\nLabel:' });
  const [whole] = await read({ texts: ['Sort this.\nreturn the list\nLabel:'], before: '', after: '' });
  const last = (states: Float32Array | undefined) =>
    (states as Float32Array).slice(-((states as Float32Array).length / 4));
  assert.ok(likeness(last(apart), last(whole)) > 0.98);
  const [other] = await read({ texts: ['return the list'], before: 'Count this.\n', after: '\nKind:' });
  assert.ok(likeness(last(apart), last(other)) < likeness(last(apart), last(whole)));
});

test('the states of a layer are the same whether or not a higher layer is requested too', async () => {
  const request = { texts: texts.slice(0, 1), before: 'Sort this.\n', after: '\nLabel:' };
  const [[lower], [both]] = await Promise.all([read(request, [0.5]), read(request)]);
  assert.deepEqual(lower, both?.subarray(0, both.length / 2));
});

test('a signal stops between two texts', async () => {
  const stop = new AbortController();
  const states = pooledStates({ language, texts, before: '', after: '', depths: [0.5] }, stop.signal);
  await states.next();
  stop.abort();
  await assert.rejects(states.next(), { name: 'AbortError' });
});
