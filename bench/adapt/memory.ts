// What training takes in memory, beside LoRA of larger models.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import type { Figures } from '../figures.ts';

/** GB, of a LoRA of a 7 B model: published (Easy Adaptation, arXiv 2512.17771, and what its peers say of LoRA). */
const LORA_7B = 16;
/** A Python that has torch, transformers and peft. */
const PYTHON = 'EASY_ADAPTATION_PYTHON';

/** @param trained bytes of the processes that trained, at their peaks. A row is undefined where nothing was trained, or no Python is named */
export function memoryRows(name: string, trained: readonly number[]): (readonly [string, Figures | undefined])[] {
  const own = trained.length === 0 ? undefined : Math.max(...trained);
  const half = halfBillion();
  return [
    [name, own === undefined ? undefined : rowOf(own, half)],
    ['lora, 7 B, published', { gb: LORA_7B }],
    ['lora, 0.5 B', half === undefined ? undefined : { gb: half / 1e9 }],
  ];
}

function rowOf(bytes: number, half: number | undefined): Figures {
  const gb = bytes / 1e9;
  return { gb, 'beside-7b': gb / LORA_7B - 1, ...(half !== undefined && { 'beside-half-b': bytes / half - 1 }) };
}

let known: number | undefined;

/** Bytes of a process in which peft trains a model of that size. Throws where it fails. */
function halfBillion(): number | undefined {
  const python = process.env[PYTHON];
  if (python === undefined || known !== undefined) return known;
  const script = join(root, 'bench/adapt/lora.py');
  const said = spawnSync(python, [script], { encoding: 'utf8' });
  if (said.status !== 0) throw new Error(`${PYTHON}: ${python} ${script}: ${said.stderr?.slice(-2000) ?? said.error}`);
  known = (JSON.parse(said.stdout) as { readonly bytes: number }).bytes;
  return known;
}
