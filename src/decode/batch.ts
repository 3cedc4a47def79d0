// Several prompts in one batch, greedy: for labelling and evaluation, where throughput counts and nobody waits.
import type { Tokenizer } from '../tokenizer/types.ts';
import type { Generated, GenerateRequest, Step } from './generate.ts';
import type { Network } from './network.ts';
import { predict } from './predict.ts';
import { textOf } from './text.ts';

interface Sequence {
  readonly request: GenerateRequest;
  readonly stops: ReadonlySet<number>;
  readonly steps: Step[];
  finish: Generated['finish'] | undefined;
}

/**
 * Answers in the order of the requests; healing and speculation are not applied. Prompts are padded on the left to the longest: give
 * prompts of about one length. The cost is that of the longest prompt and the longest answer, times the batch.
 */
export async function generateBatch(
  network: Network,
  tokenizer: Tokenizer,
  requests: readonly GenerateRequest[],
  signal?: AbortSignal,
): Promise<Generated[]> {
  if (requests.length === 0) return [];
  const { vocabSize, contextLength } = network.config;
  const most = Math.max(...requests.map(({ maxTokens }) => maxTokens));
  const prompts = requests.map(({ prompt }) => prompt.slice(-Math.max(1, contextLength - most)));
  const longest = Math.max(...prompts.map(({ length }) => length));
  const padding = prompts.map(({ length }) => longest - length);
  const sequences = requests.map(
    (request): Sequence => ({ request, stops: new Set(request.stopIds), steps: [], finish: undefined }),
  );
  const cache = network.cache(requests.length);
  let next = Array.from({ length: longest }, (_, t) =>
    prompts.map((prompt, i) => prompt[t - (padding[i] as number)] ?? (prompt[0] as number)),
  );
  while (sequences.some(({ finish }) => finish === undefined)) {
    if (signal?.aborted) break;
    const logits = await network.forward(cache, { ids: next, rows: [next.length - 1], padding });
    const chosen = sequences.map((sequence, i) => advance(sequence, logits, i * vocabSize, vocabSize, tokenizer));
    next = [chosen];
  }
  return sequences.map(({ steps, finish }, i) => ({
    steps,
    text: textOf(steps, tokenizer),
    finish: finish ?? 'cancelled',
    promptTokens: (prompts[i] as readonly number[]).length,
    reusedTokens: 0,
  }));
}

/** Takes the sequence's next token from its row of logits; a finished one is fed anything. */
function advance(sequence: Sequence, logits: Float32Array, offset: number, size: number, tokenizer: Tokenizer): number {
  const { request, steps, stops } = sequence;
  if (sequence.finish) return 0;
  const prediction = predict(logits, offset, size, request.topK);
  const { id } = prediction.top[0] as { id: number };
  if (stops.has(id)) {
    sequence.finish = 'stop-token';
    return 0;
  }
  steps.push({ id, ...prediction });
  if (request.stopTexts.some((stop) => textOf(steps, tokenizer).includes(stop))) sequence.finish = 'stop-text';
  else if (steps.length >= request.maxTokens) sequence.finish = 'length';
  return id;
}
