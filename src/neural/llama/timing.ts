// Measures the latency of a GGUF model on this machine: a new prompt, and a line behind it.
import { uniforms } from '../../common/statistics/random.ts';
import type { Timing } from '../inference/timing.ts';
import type { LlamaModel } from './llama-model.ts';

const PROMPT_TOKENS = 512;
/**
 * Passes of a line: the typed token, four passes with what the n-grams expect, and two more lines of the n-grams. As
 * measured at recorded cursors (bench own).
 */
const PASSES = [1, 4, 4, 4, 4, 10, 10];
/** The first run of each warms up and does not count. */
const PROMPTS = 2;
const LINES = 4;

/** Medians. Rejects with the signal's reason. */
export async function timeLlama(
  model: Pick<LlamaModel, 'contextLength' | 'distributionsAfter'>,
  vocabulary: number,
  signal?: AbortSignal,
  now: () => number = () => performance.now(),
): Promise<Timing> {
  const uniform = uniforms(1);
  const tokens = (count: number) => Array.from({ length: count }, () => Math.floor(uniform() * vocabulary));
  const lineTokens = PASSES.reduce((sum, each) => sum + each, 0);
  const length = Math.max(1, Math.min(PROMPT_TOKENS, model.contextLength - lineTokens));
  const timed = async (times: number, work: () => Promise<unknown>) => {
    const took: number[] = [];
    for (let i = 0; i < times; i++) {
      const began = now();
      await work();
      took.push(now() - began);
    }
    return took.slice(1).sort((a, b) => a - b)[(times - 1) >> 1] as number;
  };
  let prompt: number[] = [];
  const promptMs = await timed(PROMPTS, async () => {
    prompt = tokens(length);
    await model.distributionsAfter(prompt, length - 1, signal);
  });
  const lineMs = await timed(LINES, async () => {
    for (const count of PASSES) {
      const path = [...prompt, ...tokens(Math.min(count, Math.max(0, model.contextLength - length)))];
      await model.distributionsAfter(path, length, signal);
    }
  });
  return { lineMs, promptMs: (promptMs * PROMPT_TOKENS) / length };
}
