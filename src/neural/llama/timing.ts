// Measures the latency of a GGUF model on this machine: for a new prompt, and for a line after the prompt.
import { uniforms } from '../../common/statistics/random.ts';
import type { Timing } from '../inference/timing.ts';
import type { LlamaModel } from './llama-model.ts';

const PROMPT_TOKENS = 512;
/**
 * Tokens in each pass of a typical line: 1 for the typed token, four passes with 4 tokens that include predictions of
 * the n-grams, and two passes with 10 that score whole lines of the n-grams. Measured at recorded cursors (`bench
 * own`).
 */
const PASSES = [1, 4, 4, 4, 4, 10, 10];
/** Runs of each measurement. The first one warms up and does not count. */
const PROMPTS = 2;
const LINES = 4;

/** Returns medians. Rejects with the signal's reason. */
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
    const durationsMs: number[] = [];
    for (let i = 0; i < times; i++) {
      const began = now();
      await work();
      durationsMs.push(now() - began);
    }
    return durationsMs.slice(1).sort((a, b) => a - b)[(times - 1) >> 1] as number;
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
