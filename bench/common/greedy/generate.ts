// Greedy decoding of one prompt: healing, drafts verified in one pass, stop conditions, cancellation between passes.

import { allowedTokens, spelled } from '../../../src/decode/healing.ts';
import type { KeyValueCache } from '../../../src/decode/key-value-cache.ts';
import type { Network } from '../../../src/decode/network.ts';
import { absorb } from '../../../src/decode/prefill.ts';
import type { Prefixes } from '../../../src/decode/prefixes.ts';
import type { Tokenizer } from '../../../src/tokenizer/types.ts';
import { heal } from './heal.ts';
import { Lookup } from './lookup.ts';
import { type Prediction, predict } from './predict.ts';
import { textOf } from './text.ts';

export interface GenerateRequest {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** Alternatives reported per step, the chosen one included. */
  readonly topK: number;
  /** Take back the last tokens and let the new ones spell them. */
  readonly heal: boolean;
  /** Draft from the context and verify several tokens in one pass; the result is the same. */
  readonly speculate: boolean;
  /** Generation ends before any of these tokens. */
  readonly stopIds: readonly number[];
  /** Generation ends once the text has one of these (it is kept; the caller cuts). */
  readonly stopTexts: readonly string[];
}

export interface Step extends Prediction {
  readonly id: number;
}

export interface Generated {
  readonly steps: readonly Step[];
  /** The stop token that ended it, where one did: how sure the model was of the end. */
  readonly stop?: Step;
  /** The text after the prompt: what was spelled again by healing is not in it. */
  readonly text: string;
  readonly finish: 'stop-token' | 'stop-text' | 'length' | 'context' | 'cancelled';
  /** Tokens of the prompt in all, and how many of them were still in the cache. */
  readonly promptTokens: number;
  readonly reusedTokens: number;
}

const DRAFT = 5;
/**
 * A pass over several tokens rounds differently from one over a single token. Where the two best logits are closer than this, the
 * draft is not trusted, and the token is computed alone: speculation must not change the result.
 */
const CLOSE = 0.02;

/** Where the prompt and what follows exceed the model's context, whole quarters of the context go from the front, so that the next keystroke finds the same beginning. */
function fit(prompt: readonly number[], limit: number): readonly number[] {
  if (prompt.length <= limit) return prompt;
  const quarter = Math.max(1, Math.floor(limit / 4));
  return prompt.slice(Math.ceil((prompt.length - limit) / quarter) * quarter);
}

export async function generate(
  network: Network,
  prefixes: Prefixes,
  tokenizer: Tokenizer,
  request: GenerateRequest,
  signal?: AbortSignal,
  onStep?: (step: Step) => void,
): Promise<Generated> {
  if (request.prompt.length === 0) throw new Error('the prompt has no token');
  const limit = Math.max(1, network.config.contextLength - request.maxTokens);
  const whole = fit(request.prompt, limit);
  const healed = request.heal ? heal(tokenizer, whole) : { prompt: whole, bytes: new Uint8Array() };
  const tokens = [...healed.prompt];
  const lease = prefixes.lease(tokens);
  // What searches saw behind the prompt is not used, and its last token is left to be run.
  lease.branches.clear();
  const reused = Math.min(lease.reused, tokens.length - 1);
  lease.cache.truncate(reused);
  const run = new Run(network, tokenizer, request, tokens, healed.bytes, onStep);
  try {
    const finish = await run.decode(lease.cache, reused, signal);
    return { ...run.result(), finish, promptTokens: whole.length, reusedTokens: reused };
  } finally {
    lease.finish(tokens);
  }
}

class Run {
  private readonly network: Network;
  private readonly tokenizer: Tokenizer;
  private readonly request: GenerateRequest;
  /** Prompt and accepted tokens. */
  private readonly tokens: number[];
  private readonly stops: ReadonlySet<number>;
  private readonly steps: Step[] = [];
  private readonly onStep: ((step: Step) => void) | undefined;
  private readonly healedBytes: number;
  private left: Uint8Array;
  private stop: Step | undefined;

  constructor(
    network: Network,
    tokenizer: Tokenizer,
    request: GenerateRequest,
    tokens: number[],
    left: Uint8Array,
    onStep: ((step: Step) => void) | undefined,
  ) {
    this.network = network;
    this.tokenizer = tokenizer;
    this.request = request;
    this.tokens = tokens;
    this.left = left;
    this.healedBytes = left.length;
    this.onStep = onStep;
    this.stops = new Set(request.stopIds);
  }

  async decode(cache: KeyValueCache, reused: number, signal?: AbortSignal): Promise<Generated['finish']> {
    const { network, tokens, request } = this;
    const { vocabSize, contextLength } = network.config;
    // All but the last token of the prompt: nothing is predicted from them.
    await absorb(network, cache, tokens.slice(0, -1), reused, signal);
    if (signal?.aborted) return 'cancelled';
    const lookup = request.speculate ? new Lookup(tokens) : undefined;
    let trust = true;
    while (true) {
      if (signal?.aborted) return 'cancelled';
      if (this.steps.length >= request.maxTokens) return 'length';
      const room = Math.min(DRAFT, request.maxTokens - this.steps.length - 1, contextLength - tokens.length - 1);
      if (contextLength - tokens.length < 1) return 'context';
      const draft = trust && this.left.length === 0 && room > 0 ? (lookup?.draft(room) ?? []) : [];
      trust = true;
      const fed = [tokens.at(-1) as number, ...draft];
      const before = cache.length;
      const logits = await network.forward(cache, { ids: fed.map((id) => [id]), rows: fed.map((_, i) => i) });
      if (signal?.aborted) {
        cache.truncate(before);
        return 'cancelled';
      }
      for (let i = 0; i < fed.length; i++) {
        const allowed = this.left.length > 0 ? allowedTokens(this.tokenizer, this.left) : undefined;
        if (draft.length > 0 && closeCall(logits, i * vocabSize, vocabSize)) {
          // Take the fed token at place i again, alone.
          cache.truncate(before + i);
          trust = false;
          break;
        }
        const prediction = predict(logits, i * vocabSize, vocabSize, request.topK, allowed);
        const id = (prediction.top[0] as { id: number }).id;
        if (this.stops.has(id)) {
          cache.truncate(before + i + 1);
          this.stop = { id, ...prediction };
          return 'stop-token';
        }
        this.accept({ id, ...prediction });
        lookup?.push(id);
        if (this.stopped()) {
          cache.truncate(before + i + 1);
          return 'stop-text';
        }
        if (id !== draft[i]) {
          cache.truncate(before + i + 1);
          break;
        }
      }
    }
  }

  private accept(step: Step): void {
    this.steps.push(step);
    this.tokens.push(step.id);
    if (this.left.length > 0) this.left = spelled(this.left, this.tokenizer.bytesOf(step.id));
    this.onStep?.(step);
  }

  private stopped(): boolean {
    if (this.request.stopTexts.length === 0) return false;
    const { text } = this.result();
    return this.request.stopTexts.some((stop) => text.includes(stop));
  }

  result(): Pick<Generated, 'steps' | 'stop' | 'text'> {
    const text = textOf(this.steps, this.tokenizer, this.healedBytes);
    return { steps: this.steps, text, ...(this.stop && { stop: this.stop }) };
  }
}

function closeCall(logits: Float32Array, offset: number, size: number): boolean {
  let best = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (let i = offset; i < offset + size; i++) {
    const value = logits[i] as number;
    if (value > best) {
      second = best;
      best = value;
    } else if (value > second) second = value;
  }
  return best - second < CLOSE;
}
