// Measures a model's latency on this machine, loaded as it would serve: a new prompt, and a line behind it.
import { uniforms } from '../../common/statistics/random.ts';
import type { Network } from './network.ts';
import type { KeyValueCache } from './passes.ts';
import { type PrefillNetwork, prefill } from './prefill.ts';

/** Medians, ms. */
export interface Timing {
  /** A line whose prompt is in the cache, without a reusable search: the user typed something else than the draft. */
  readonly lineMs: number;
  /** A prompt of 512 tokens that no cache holds. */
  readonly promptMs: number;
}

const PROMPT_TOKENS = 512;
/**
 * Passes of a line's search, and tokens in each: a little more than a search without reusable branches takes, and
 * several times what it takes one keystroke later.
 */
const PASSES = 6;
const BRANCHES = 4;
/** The first run of each warms up and does not count. */
const PROMPTS = 4;
const LINES = 6;

/** Rejects with the signal's reason, after one more pass at most. */
export async function timeModel(
  network: PrefillNetwork & Pick<Network, 'cache' | 'config'>,
  now: () => number = () => performance.now(),
  signal?: AbortSignal,
): Promise<Timing> {
  const { vocabSize, contextLength } = network.config;
  const uniform = uniforms(1);
  const token = () => Math.floor(uniform() * vocabSize);
  const length = Math.min(PROMPT_TOKENS, contextLength - PASSES * BRANCHES - 1);
  let cache = network.cache();
  const promptMs = await medianMs(PROMPTS, now, signal, () => {
    cache = network.cache();
    const prompt = Array.from({ length }, token);
    return prefill(network, cache, prompt, 0, signal);
  });
  const lineMs = await medianMs(LINES, now, signal, () => line(network, cache, token, signal));
  return { lineMs, promptMs: (promptMs * PROMPT_TOKENS) / length };
}

/** Imitates the search of a line: the typed token, then passes over the open branches. */
async function line(
  network: Pick<Network, 'forward'>,
  cache: KeyValueCache,
  token: () => number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const promptLength = cache.length;
  try {
    await network.forward(cache, { ids: [token()], rows: [0] });
    const root = cache.length;
    const branches = Array.from({ length: BRANCHES }, (): number[] => []);
    for (let depth = 0; depth < PASSES; depth++) {
      signal?.throwIfAborted();
      const slot = cache.length;
      await network.forward(cache, {
        ids: branches.map(token),
        rows: branches.map((_, i) => i),
        tree: { root, nodes: branches.map((visible) => ({ position: root + depth, visible: [...visible] })) },
      });
      for (const [i, visible] of branches.entries()) visible.push(slot + i);
    }
  } finally {
    cache.truncate(promptLength);
  }
}

/** The median time of a work, ms. The first time warms up and does not count. Rejects with the signal's reason. */
export async function medianMs(
  times: number,
  now: () => number,
  signal: AbortSignal | undefined,
  work: () => Promise<unknown>,
): Promise<number> {
  const durations: number[] = [];
  for (let i = 0; i < times; i++) {
    signal?.throwIfAborted();
    const startedAt = now();
    await work();
    signal?.throwIfAborted();
    durations.push(now() - startedAt);
  }
  return durations.slice(1).sort((a, b) => a - b)[(times - 1) >> 1] as number;
}
