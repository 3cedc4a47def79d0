// Pooled hidden states of whole texts, as features for text tasks.
import { dirname } from 'node:path';
import { unwrap } from '../../common/errors.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import { promptGraph, UNRETURNED_OUTPUT } from '../architecture/serve.ts';
import { ggufManifest } from '../models/manifest.ts';
import { loadPacked } from '../models/model-folder.ts';
import { loadLibrary, Session, Tensor } from '../runtime/session.ts';
import { KeyValueCache, Passes } from './passes.ts';
import { quantizationRange } from './quantization-range.ts';

export interface StatesRequest {
  /** Folder of the model, path of the n-grams' tokenizer.json, and threads. */
  readonly language: { readonly model: string; readonly tokenizer: string; readonly threads: number };
  readonly texts: readonly string[];
  /** Added to every text, to state the purpose of the features. `before` is run once for all texts. */
  readonly before: string;
  readonly after: string;
  /** Layers whose states are taken, as shares 0..1 of the model's depth. */
  readonly depths: readonly number[];
}

/** Maximum tokens that are read of a text. */
const MOST_TOKENS = 256;

/**
 * Yields f32 [depths, 2, hidden] for each text: the mean over the text's tokens, then the state of the last token of
 * text and `after`. Throws CodedError as `loadPacked` does, and the signal's reason between two texts.
 */
export async function* pooledStates(
  { language: named, texts, before, after, depths }: StatesRequest,
  signal?: AbortSignal,
): AsyncGenerator<Float32Array> {
  await loadLibrary();
  // llama.cpp gives no hidden states: beside a GGUF base, the base that ships with the n-grams' tokenizer reads.
  const language = ggufManifest(named.model) ? { ...named, model: dirname(named.tokenizer) } : named;
  const tokenizer = unwrap(readTokenizer(language.tokenizer));
  const ids = (text: string) => [...tokenizer.encode(text)];
  const whole = loadPacked(language.model, { tokenizer: language.tokenizer });
  const layers = depths.map((depth) => Math.max(0, Math.round(depth * whole.config.layers) - 1));
  // Higher layers do not affect these states and are not run.
  const model = { ...whole, config: { ...whole.config, layers: Math.max(...layers) + 1 } };
  const session = await Session.load(promptGraph(model, await quantizationRange(), layers), {
    device: 'cpu',
    threads: language.threads,
    unreturnable: UNRETURNED_OUTPUT,
  });
  try {
    const { hiddenSize } = model.config;
    const passes = new Passes(model.config);
    const cache = new KeyValueCache(model.config);
    const run = async (tokens: readonly number[]) => {
      const states = layers.map(() => new Float32Array(tokens.length * hiddenSize));
      const shape = [1, tokens.length, hiddenSize];
      await passes.absorb(
        session,
        cache,
        tokens,
        Object.fromEntries(layers.map((layer, i) => [`state_${layer}`, Tensor.host(states[i] as Float32Array, shape)])),
      );
      return states;
    };
    if (before !== '') await run(ids(before));
    const start = cache.length;
    const ending = ids(after);
    for (const text of texts) {
      signal?.throwIfAborted();
      const own = ids(text).slice(0, MOST_TOKENS);
      const tokens = [...own, ...ending];
      const states = tokens.length === 0 ? layers.map(() => new Float32Array(hiddenSize)) : await run(tokens);
      cache.truncate(start);
      yield pooled(states, hiddenSize, Math.max(1, own.length));
    }
  } finally {
    await session.dispose();
  }
}

function pooled(states: readonly Float32Array[], width: number, tokens: number): Float32Array {
  const out = new Float32Array(states.length * 2 * width);
  states.forEach((state, i) => {
    const mean = out.subarray(2 * i * width, (2 * i + 1) * width);
    for (let t = 0; t < tokens; t++) {
      for (let j = 0; j < width; j++) mean[j] = (mean[j] as number) + (state[t * width + j] as number) / tokens;
    }
    out.set(state.subarray(state.length - width), (2 * i + 1) * width);
  });
  return out;
}
