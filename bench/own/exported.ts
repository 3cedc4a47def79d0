// An adapter over a base of ours, exported and read by others: how far their logits are from ours. Where EASY_ADAPTATION_PYTHON has
// transformers and peft, and EASY_ADAPTATION_LLAMA is llama.cpp's server.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { normals } from '../../src/common/statistics/random.ts';
import { initialAdapters, LORA_TARGETS, type LoraConfig } from '../../src/neural/architecture/lora.ts';
import { Network } from '../../src/neural/inference/network.ts';
import { describeAdapted } from '../../src/neural/models/adapted.ts';
import { saveAdapter } from '../../src/neural/models/adapter.ts';
import { exportModel } from '../../src/neural/models/export/export.ts';
import type { PackageInfo } from '../../src/neural/models/list.ts';
import { loadModel } from '../../src/neural/models/model-folder.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import type { Figures } from '../figures.ts';

export const READERS = ['EASY_ADAPTATION_PYTHON', 'EASY_ADAPTATION_LLAMA'] as const;
const TOKENS = 64;
const RANK = 8;

interface Read {
  readonly base: readonly number[];
  readonly adapter: readonly number[];
  readonly merged: readonly number[];
  readonly 'llama.cpp': readonly number[];
}

/** Largest differences after the last of 64 tokens; of llama.cpp of log probabilities. Undefined where no reader is named. */
export async function besideReaders({
  folder: base,
  tokenizer,
  name,
  config,
}: PackageInfo): Promise<Figures | undefined> {
  if (!config) return undefined;
  const [python, llama] = READERS.map((variable) => process.env[variable]);
  if (python === undefined || llama === undefined) return undefined;
  const scratch = mkdtempSync(join(tmpdir(), 'bench-exported-'));
  try {
    const lora: LoraConfig = { rank: RANK, alpha: 2 * RANK, targets: LORA_TARGETS, firstLayer: config.layers >> 1 };
    const next = normals(18);
    const weights = initialAdapters(config, lora, 18);
    // As after training: B is zero at first, and then small.
    for (const [factor, data] of weights) if (factor.endsWith('lora_B.weight')) data.set(data.map(() => 0.02 * next()));
    const model = join(scratch, 'adapter');
    mkdirSync(model);
    saveAdapter(model, config, { lora, weights }, name, 'F32');
    describeAdapted(model, { base, precision: 'int4' });
    const into = join(scratch, 'export');
    unwrap(exportModel({ model, base, tokenizer, into }));
    const text = readFileSync(join(root, 'src/common/files.ts'), 'utf8');
    const ids = [...unwrap(readTokenizer(tokenizer)).encode(text).subarray(0, TOKENS)];
    const network = await Network.load(loadModel(model, { base }), { device: 'cpu', threads: 2, precision: 'fp32' });
    const ours = await network.forward(network.cache(), { ids: ids.map((id) => [id]), rows: [ids.length - 1] });
    await network.dispose();
    const script = join(root, 'bench/own/readers.py');
    const said = spawnSync(python, [script, into, llama, JSON.stringify(ids)], { encoding: 'utf8', maxBuffer: 1e9 });
    if (said.status !== 0) throw new Error(`${python} ${script}: ${said.stderr.slice(-2000)}`);
    const read: Read = JSON.parse(said.stdout);
    const top = ours.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY);
    const total = top + Math.log(ours.reduce((sum, each) => sum + Math.exp(each - top), 0));
    const furthest = (theirs: readonly number[], minus = 0) =>
      Number(
        theirs
          .reduce((most, each, i) => Math.max(most, Math.abs((ours[i] as number) - minus - each)), 0)
          .toPrecision(3),
      );
    return {
      'adapter-moves-logits-by': furthest(read.base),
      'peft-differs-by': furthest(read.adapter),
      'merged-differs-by': furthest(read.merged),
      'llama.cpp-differs-by': furthest(read['llama.cpp'], total),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
