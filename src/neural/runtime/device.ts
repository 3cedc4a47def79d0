// Selects the device, with a reason.
import { onceEnded, startChild } from '../../common/child.ts';
import { messageOf } from '../../common/errors.ts';
import type { Device } from './session.ts';

export type DeviceSetting = 'auto' | Device;

export interface DeviceChoice {
  readonly device: Device;
  /** Why this device was chosen, for users. */
  readonly reason: string;
}

export interface ProbeResult {
  readonly ok: boolean;
  readonly detail: string;
  /** Speed of matrix products relative to the processor. */
  readonly speedup?: number;
}

export interface ProbeOptions {
  /** Script that answers with one ProbeResult message when started with `args`. */
  readonly script: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
}

/**
 * Tries WebGPU in a separate process, because a bad driver can deadlock or abort its process.
 * Never rejects.
 */
export function probeWebGpu({ script, args, timeoutMs }: ProbeOptions): Promise<ProbeResult> {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  const fail = (detail: string) => resolve({ ok: false, detail });
  const started = startChild({ script, args });
  const child = started.process;
  const timer = setTimeout(() => fail('the graphics driver did not answer'), timeoutMs);
  child.once('message', (message) => resolve(message as ProbeResult));
  child.once('error', (error) => fail(messageOf(error)));
  onceEnded(started, (how) => fail(`the graphics driver ended the test process (${how})`));
  return promise.finally(() => {
    clearTimeout(timer);
    child.kill('SIGKILL');
  });
}

/** Minimum speedup of a GPU that is used, because it also draws the editor and transfers take time. */
const MINIMUM_SPEEDUP = 1.5;

export async function chooseDevice(setting: DeviceSetting, probe: () => Promise<ProbeResult>): Promise<DeviceChoice> {
  if (setting === 'cpu') return { device: 'cpu', reason: 'chosen in the settings' };
  const { ok, detail, speedup } = await probe();
  if (ok && setting === 'auto' && speedup !== undefined && speedup < MINIMUM_SPEEDUP) {
    return { device: 'cpu', reason: `the GPU is ${speedup.toPrecision(1)} times as fast as the processor` };
  }
  if (ok) return { device: 'webgpu', reason: detail };
  return { device: 'cpu', reason: `no usable GPU: ${detail}` };
}
