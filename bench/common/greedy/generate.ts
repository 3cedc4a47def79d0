// The likeliest token each time, for one prompt that is healed at its end: the plainest walk that a model's passes can be asked for.

import { CodedError } from '../../../src/common/errors.ts';
import { allowedTokens, remainingBytes } from '../../../src/neural/inference/healing.ts';
import type { Network } from '../../../src/neural/inference/network.ts';
import { absorb } from '../../../src/neural/inference/prefill.ts';
import type { Prefixes } from '../../../src/neural/inference/prefixes.ts';
import type { Tokenizer } from '../../../src/text/tokenizer/types.ts';

export interface GenerateRequest {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** Generation ends before any of these tokens. */
  readonly stops: ReadonlySet<number>;
  /** Generation ends once the text has this; it is kept, and the caller cuts. */
  readonly stopText?: string;
}

export interface Step {
  readonly id: number;
  /** Natural logarithm of its probability among those that were allowed. */
  readonly logProbability: number;
}

export interface Generated {
  readonly steps: readonly Step[];
  /** The stop token that ended it, where one did: how sure the model was of the end. */
  readonly stop?: Step;
  /** The text after the prompt: what was spelled again by healing is not in it. */
  readonly text: string;
  /** Tokens of the prompt that were still in the cache. */
  readonly reused: number;
}

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
  { prompt, maxTokens, stops, stopText }: GenerateRequest,
  onStep?: () => void,
): Promise<Generated> {
  const { vocabSize, contextLength } = network.config;
  const healed = heal(tokenizer, fit(prompt, Math.max(1, contextLength - maxTokens)));
  const tokens = [...healed.prompt];
  const { cache, branches, ...lease } = prefixes.lease(tokens);
  // What searches saw behind the prompt is not used, and its last token is left to be run.
  branches.clear();
  const reused = Math.min(lease.reused, tokens.length - 1);
  cache.truncate(reused);
  const steps: Step[] = [];
  const text = () => textOf(steps, tokenizer, healed.bytes.length);
  let left: Uint8Array = healed.bytes;
  try {
    await absorb(network, cache, tokens.slice(0, -1), reused);
    while (steps.length < maxTokens && tokens.length < contextLength) {
      const logits = await network.forward(cache, { ids: [tokens.at(-1) as number], rows: [0] });
      const step = likeliest(logits, 0, vocabSize, left.length > 0 ? allowedTokens(tokenizer, left) : undefined);
      if (stops.has(step.id)) return { steps, stop: step, text: text(), reused };
      steps.push(step);
      tokens.push(step.id);
      if (left.length > 0) left = remainingBytes(left, tokenizer.bytesOf(step.id));
      onStep?.();
      if (stopText !== undefined && text().includes(stopText)) break;
    }
    return { steps, text: text(), reused };
  } finally {
    lease.finish(tokens);
  }
}

/** Below this distance from the best, a token's share of the sum is under 1e-13. */
const NEGLIGIBLE = 30;

/**
 * The best of one row of logits, or of those `allowed` in it; ties go to the smaller id. Throws where the row holds no number: a damaged
 * model.
 */
export function likeliest(logits: Float32Array, offset: number, size: number, allowed?: ArrayLike<number>): Step {
  const candidates = allowed?.length ?? size;
  const idAt = (i: number) => (allowed ? (allowed[i] as number) : i);
  const logitOf = (id: number) => logits[offset + id] as number;
  let best = idAt(0);
  for (let i = 1; i < candidates; i++) if (logitOf(idAt(i)) > logitOf(best)) best = idAt(i);
  let total = 0;
  for (let i = 0; i < candidates; i++) {
    const distance = logitOf(idAt(i)) - logitOf(best);
    if (!(distance < -NEGLIGIBLE)) total += Math.exp(distance);
  }
  if (!(total > 0 && Number.isFinite(total)))
    throw new CodedError('corrupt', 'The model predicts no numbers: its weights are damaged.');
  return { id: best, logProbability: -Math.log(total) };
}

/** Tokens taken back at most: a long identifier's beginning can be several. */
const DEEPEST = 4;

/** Takes back as many tokens as some longer token begins with; `bytes`: what the next tokens must begin with, empty where there are none. */
export function heal(tokenizer: Tokenizer, prompt: readonly number[]) {
  let best = { prompt, bytes: new Uint8Array() };
  let bytes = new Uint8Array();
  for (let count = 1; count <= Math.min(DEEPEST, prompt.length - 1); count++) {
    const token = tokenizer.bytesOf(prompt[prompt.length - count] as number);
    if (token.length === 0) break;
    bytes = new Uint8Array(Buffer.concat([token, bytes]));
    const longer = tokenizer.idsStartingWith(bytes).some((id) => tokenizer.bytesOf(id).length > bytes.length);
    if (longer) best = { prompt: prompt.slice(0, -count), bytes };
  }
  return best;
}

/** The text that tokens spell; a character that is not whole yet is left out. @param skip bytes at the front that are not part of it */
export function textOf(tokens: readonly { readonly id: number }[], tokenizer: Tokenizer, skip: number): string {
  const bytes = Buffer.concat(tokens.map(({ id }) => tokenizer.bytesOf(id)));
  // `stream` holds an unfinished character back instead of replacing it.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(skip), { stream: true });
}
