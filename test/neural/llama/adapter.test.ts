// Adapters over GGUF bases: trained by our graphs over the file's weights in 8 bits, added to the unchanged file by
// llama.cpp. Both compute the same distributions.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { unwrap } from '../../../src/common/errors.ts';
import { LlamaModel } from '../../../src/neural/llama/llama-model.ts';
import { loadAdapter } from '../../../src/neural/models/adapter.ts';
import { exportModel } from '../../../src/neural/models/export/export.ts';
import { type AddedBase, addGgufModel } from '../../../src/neural/models/import/add-gguf.ts';
import { readGguf } from '../../../src/neural/models/import/gguf.ts';
import { ggufAdapterOf } from '../../../src/neural/models/import/gguf-adapter.ts';
import { readManifest } from '../../../src/neural/models/manifest.ts';
import { loadLibrary } from '../../../src/neural/runtime/library.ts';
import { adapt, type TrainingRequest } from '../../../src/neural/training/adapt.ts';
import type { StepEstimate } from '../../../src/neural/training/probe.ts';
import { bytesOfCrafted, CRAFTED_GGUF } from '../models/import/crafted-models.ts';
import { ggufValues } from '../models/import/gguf-values.ts';
import { furthest, logProbabilities } from './distributions.ts';

const never = new AbortController().signal;
const tokens = Array.from({ length: 40 }, (_, i) => (i * 37) % 280);
const probe = async () => ({ ok: false, detail: 'not asked' });
let folder = '';

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-gguf-adapter-'));
  await loadLibrary();
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function addBase(name: keyof typeof CRAFTED_GGUF): Promise<AddedBase> {
  const path = join(folder, name);
  writeFileSync(path, bytesOfCrafted(CRAFTED_GGUF[name]()));
  return unwrap(await addGgufModel({ path, into: join(folder, 'bases') }, never));
}

function request(base: AddedBase, more: Partial<TrainingRequest> = {}): TrainingRequest {
  return {
    base: base.folder,
    out: join(folder, `${base.name}-adapted`),
    examples: [{ ids: Int32Array.from(tokens) }],
    lora: 'auto',
    ...{ batch: 1, length: 32, microBatches: 1, epochs: 12, learningRate: 3e-2, checkpointEverySteps: 100 },
    ...{ separator: 0, seed: 1, device: 'cpu', threads: 1 },
    ...more,
  };
}

for (const name of ['llama.gguf', 'qwen2.gguf'] as const) {
  test(`llama.cpp gives an adapter over ${name} the distributions that our engine gives it`, async () => {
    const base = await addBase(name);
    const { path, bytes } = base.manifest.gguf as { path: string; bytes: number };
    const before = readFileSync(path);
    const asked = request(base);
    const losses: number[] = [];
    const { method } = unwrap(await adapt(asked, { probe, onStep: ({ loss }) => void losses.push(loss) }));
    assert.equal(method.name, 'adapters (LoRA)');
    assert.ok((losses.at(-1) as number) < (losses[0] as number) - 0.5, losses.join(' '));
    assert.equal(unwrap(readManifest(asked.out))?.base?.weights, base.manifest.weights);

    const load = (adapter?: string) =>
      LlamaModel.load({ path, bytes, contextLength: 128, threads: 1, gpu: false, ...(adapter && { adapter }) });
    const [alone, adapted] = [await load(), await load(await ggufAdapterOf(asked.out, path))];
    const source = await readGguf(path);
    const adapter = loadAdapter(asked.out, source.config);
    const expected = await logProbabilities({ ...(await ggufValues(source)), adapter }, tokens, 10);
    const found = await adapted.distributionsAfter(tokens, 10);
    // llama.cpp rounds the inputs of a product to 8 bits.
    const away = furthest(found, expected);
    assert.ok(away < 0.2, `${away}`);
    const unadapted = furthest(await alone.distributionsAfter(tokens, 10), expected);
    assert.ok(unadapted > 1, `${unadapted}`);
    await alone.dispose();
    await adapted.dispose();
    assert.deepEqual(readFileSync(path), before, 'the file that is served');
    const into = join(folder, `${name}-exported`);
    const exported = exportModel({ model: asked.out, base: base.folder, tokenizer: base.tokenizer, into });
    assert.deepEqual(unwrap(exported).names, ['adapter', 'adapter.gguf']);
    assert.deepEqual(loadAdapter(join(into, 'adapter'), source.config), adapter);
  });
}

test('the time of a step is estimated before the weights are read, and can be refused then', async () => {
  const base = await addBase('qwen3.gguf');
  const estimates: StepEstimate[] = [];
  const refusal = new AbortController();
  let steps = 0;
  const onEstimate = (estimate: StepEstimate) => {
    estimates.push(estimate);
    refusal.abort();
  };
  const asked = request(base, { pauseAfter: 1 });
  const hooks = { probe, onEstimate, onStep: () => void steps++, signal: refusal.signal };
  const result = await adapt(asked, hooks);
  assert.equal(result.ok ? '' : result.error.code, 'cancelled');
  const [{ secondsPerStep, totalSteps } = { secondsPerStep: 0, totalSteps: 0 }, ...others] = estimates;
  assert.ok(secondsPerStep > 0 && others.length === 0, `${secondsPerStep}`);
  assert.deepEqual([totalSteps, steps], [24, 0]);
});
