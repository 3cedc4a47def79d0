// Loss and every named gradient of a two-layer model against PyTorch's in double precision, on a device.
import assert from 'node:assert/strict';
import { frozenArrays } from '../../../src/neural/architecture/frozen.ts';
import {
  accumulateGraph,
  frozenSpecs,
  gradientSumName,
  newValueName,
  trainedSpecs,
} from '../../../src/neural/architecture/graphs.ts';
import { elements } from '../../../src/neural/architecture/parameters.ts';
import { Session, Tensor } from '../../../src/neural/runtime/session.ts';
import { OPTIMIZER } from '../../../src/neural/training/training-settings.ts';
import { batchFeeds, type GoldenBatch, readGolden, relativeError } from './golden.ts';

/** Throws if one differs. 4 does not divide 14, so the last chunk of the loss is shorter. */
export async function checkGradients(device: 'cpu' | 'webgpu'): Promise<void> {
  const golden = readGolden();
  const { config, batch, length, lora, packed } = golden;
  const layout = device === 'cpu' ? 'columns' : 'rows';
  const options = {
    ...{ config, batch, length, optimizer: OPTIMIZER, lossChunk: 4, lora, packed },
    layout,
  } as const;
  const asWritten = true;
  const session = await Session.load(accumulateGraph(options), { device, threads: 1, strict: true, asWritten });
  const feeds = batchFeeds(golden.batches[0] as GoldenBatch);
  for (const { name, shape, data } of frozenArrays(packed, layout)) {
    feeds[name] = Tensor.host(data(), shape);
  }
  for (const { name, shape } of [...frozenSpecs(options), ...trainedSpecs(options)]) {
    feeds[name] = Tensor.host(golden.weights.get(name) as Float32Array, shape);
  }
  for (const { name, shape } of trainedSpecs(options)) {
    feeds[gradientSumName(name)] = Tensor.host(new Float32Array(elements(shape)), shape);
  }
  const out = await session.run(feeds);
  await session.dispose();
  assert.ok(relativeError((out.loss as Tensor).floats, [golden.losses[0] as number]) < 1e-6, 'loss');
  assert.deepEqual(
    trainedSpecs(options)
      .map((spec) => spec.name)
      .sort(),
    [...golden.gradients.keys()].sort(),
  );
  for (const [parameter, expected] of golden.gradients) {
    const error = relativeError((out[newValueName(gradientSumName(parameter))] as Tensor).floats, expected);
    assert.ok(error < 2e-5, `gradient of ${parameter}: relative error ${error}`);
  }
}
