// Hidden states of the recorded texts: read once, and kept in the download cache by all that they hang on.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProgressBar } from '../../src/common/bar.ts';
import { replaceFile } from '../../src/common/files.ts';
import { threadCount } from '../../src/common/threads.ts';
import { pooledStates, type StatesRequest } from '../../src/neural/inference/hidden-states.ts';
import { type BasePrompt, DEPTHS } from '../../src/text-tasks/deep-reading.ts';
import { cacheFolder } from '../common/packages.ts';
import type { RecordedTask } from './data.ts';

export interface ReadStates {
  readonly states: readonly Float32Array[];
  /** Of reading them; undefined: they were kept from before. */
  readonly seconds: number | undefined;
}

/** @param model the base's folder */
export async function statesOf(
  { task, texts }: RecordedTask,
  { before, after }: BasePrompt,
  model: string,
): Promise<ReadStates> {
  const request: StatesRequest = {
    language: { model, tokenizer: join(model, 'tokenizer.json'), threads: threadCount('auto') },
    texts: texts.map(({ text }) => text),
    before,
    after,
    depths: DEPTHS,
  };
  const manifest = readFileSync(join(model, 'manifest.json'));
  const { language, ...asked } = request;
  const key = createHash('sha256').update(manifest).update(JSON.stringify(asked)).digest('hex').slice(0, 32);
  const kept = join(cacheFolder('states'), `${key}.f32`);
  if (existsSync(kept)) return { states: apart(readFileSync(kept), texts.length), seconds: undefined };
  const states: Float32Array[] = [];
  const bar = new ProgressBar(process.stderr);
  const began = performance.now();
  for await (const read of pooledStates(request)) {
    states.push(read);
    bar.update({ stage: `Reading ${task.name}`, done: states.length, total: texts.length });
  }
  bar.clear();
  const seconds = (performance.now() - began) / 1000;
  mkdirSync(cacheFolder('states'), { recursive: true });
  replaceFile(
    kept,
    states.map((row) => new Uint8Array(row.buffer, row.byteOffset, row.byteLength)),
  );
  return { states, seconds };
}

function apart(bytes: Buffer, count: number): Float32Array[] {
  const all = new Float32Array(new Uint8Array(bytes).buffer);
  const width = all.length / count;
  return Array.from({ length: count }, (_, i) => all.subarray(i * width, (i + 1) * width));
}
