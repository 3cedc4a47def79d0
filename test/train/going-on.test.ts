// Training that goes on with what was adapted before: it begins where that ended, over the base that it is of.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AdaptHooks, adapt } from '../../src/train/adapt.ts';
import type { AdaptRequest } from '../../src/train/request.ts';
import { goldenFolder } from '../arch/golden.ts';
import { adaptation, TOKENIZER } from '../engine/helpers.ts';

const folder = mkdtempSync(join(tmpdir(), 'going-on-'));
after(() => rmSync(folder, { recursive: true }));

const text = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ ids: Int32Array.from({ length: 30 }, (_, j) => (i * j + count) % 48) }));
const hooks: AdaptHooks = { probe: async () => assert.fail('the device is given') };

async function adapted(base: string, name: string, more: Partial<AdaptRequest>, over: Partial<AdaptHooks> = {}) {
  const validation = { examples: text(8).slice(0, 3), everySteps: 4, patience: 99 };
  const of = { examples: text(8), separator: 0, tokenizer: TOKENIZER, validation, maxSteps: 12, ...more };
  return adapt(adaptation(base, join(folder, name), of), { ...hooks, ...over });
}

const lora = { rank: 2, alpha: 4, targets: ['q_proj', 'up_proj', 'down_proj'], firstLayer: 1 } as const;
for (const [kind, base, how] of [
  ['an adapter over a base in 4 bits', goldenFolder('packed'), { lora }],
  ['a whole model', goldenFolder('llama'), { lora: 'auto' }],
] as const) {
  test(`${kind}: its first loss is the last of what it goes on with, and stopped or not it comes to the same`, async () => {
    const first = await adapted(base, `${kind} 1`, how);
    assert.ok(first.ok, JSON.stringify(first));
    const { validation } = first.value;
    assert.ok(validation && validation.best.loss < validation.first.loss, 'there is something to go on with');
    const from = join(folder, `${kind} 1`);
    const onward = { from, lora: 'auto', learningRate: 3e-3 } as const;
    const second = await adapted(base, `${kind} 2`, onward);
    assert.ok(second.ok, JSON.stringify(second));
    const gone = second.value.validation;
    assert.ok(Math.abs((gone?.first.loss ?? 0) - validation.best.loss) < 1e-5, JSON.stringify([validation, gone]));
    assert.equal(second.value.method.name, first.value.method.name);
    const stop = new AbortController();
    const stopped = await adapted(base, `${kind} 3`, onward, {
      signal: stop.signal,
      onStep: ({ step }) => step === 6 && stop.abort(),
    });
    assert.equal(!stopped.ok && stopped.error.code, 'cancelled');
    const third = await adapted(base, `${kind} 3`, onward);
    assert.ok(third.ok);
    const file = 'lora' in how && how.lora !== 'auto' ? 'adapter_model.safetensors' : 'model.safetensors';
    const weights = (name: string) => readFileSync(join(folder, name, file));
    assert.deepEqual(weights(`${kind} 3`), weights(`${kind} 2`));
    assert.notDeepEqual(weights(`${kind} 2`), weights(`${kind} 1`));
  });
}

test('another base’s adapter is refused, and what goes on with another model is another run', async () => {
  const base = goldenFolder('packed');
  const first = await adapted(base, 'one', { lora });
  assert.ok(first.ok);
  const refused = await adapted(goldenFolder('llama'), 'other', { from: join(folder, 'one') });
  assert.equal(!refused.ok && refused.error.code, 'mismatched');
  const longer = await adapted(base, 'two', { lora, maxSteps: 24 });
  assert.ok(longer.ok);
  const onward = await adapted(base, 'onward', { from: join(folder, 'one') });
  assert.ok(onward.ok);
  cpSync(join(folder, 'onward'), join(folder, 'again'), { recursive: true });
  let steps = 0;
  const same = await adapted(base, 'again', { from: join(folder, 'one') }, { onStep: () => void steps++ });
  assert.ok(same.ok);
  assert.equal(steps, 0, 'it was finished before');
  assert.ok((await adapted(base, 'again', { from: join(folder, 'two') }, { onStep: () => void steps++ })).ok);
  assert.equal(steps, 12);
});
