// Runs in a process of its own (device.ts): does WebGPU really compute here?
import { messageOf } from '../common/errors.ts';
import type { ProbeResult } from './device.ts';
import { Session } from './session.ts';
import { Tensor } from './tensor.ts';

/** Doubles a vector on the GPU. `model`: bytes of a graph y = x + x over float32 [4]. */
export async function probeSession(model: Uint8Array): Promise<ProbeResult> {
  try {
    const session = await Session.load({ bytes: model }, { device: 'webgpu', threads: 1, strict: true });
    const { y } = await session.run({ x: Tensor.host(Float32Array.of(1, 2, 3, 4), [4]) });
    const right = (y as Tensor).floats.join() === '2,4,6,8';
    return right ? { ok: true, detail: 'WebGPU works' } : { ok: false, detail: 'the GPU computes wrong numbers' };
  } catch (error) {
    return { ok: false, detail: `WebGPU is not available (${messageOf(error).split('\n')[0]})` };
  }
}
