// Keeps the best parameters of a run by validation loss: in a file beside the checkpoint, or in memory without one.
import { existsSync, readFileSync } from 'node:fs';
import type { Weights } from '../architecture/parameters.ts';
import { readSafetensors } from '../models/safetensors.ts';
import { saveParameters } from './checkpoint.ts';

export const BEST_FILE = 'best.safetensors';

export class BestParameters {
  private readonly path: string | undefined;
  private readonly identity: string;
  private inMemory: Map<string, Float32Array> | undefined;

  /** @param path undefined: kept in memory @param identity of the run; files of other runs are ignored */
  constructor(path: string | undefined, identity: string) {
    this.path = path;
    this.identity = identity;
  }

  async store(
    parameters: Weights,
    shapes: ReadonlyMap<string, readonly number[]>,
    yieldThread: () => Promise<void>,
  ): Promise<void> {
    const { path, identity } = this;
    if (path === undefined) this.inMemory = new Map([...parameters].map(([name, data]) => [name, data.slice()]));
    else await saveParameters(path, parameters, shapes, { identity }, yieldThread);
  }

  /** The kept parameters; undefined if this run kept none. Throws CodedError 'corrupt' if the file is damaged. */
  load(): Map<string, Float32Array> | undefined {
    const { path, identity } = this;
    if (path === undefined) return this.inMemory;
    if (!existsSync(path)) return undefined;
    const { tensors, metadata } = readSafetensors(readFileSync(path));
    if (metadata.identity !== identity) return undefined;
    return new Map([...tensors].map(([name, { data }]) => [name, data]));
  }
}
