// Writes a block below the first line with the mixture; the rules are those of specialist/ngram/block.ts.
import type { CompletionQuery } from '../../common/completion.ts';
import { Branches } from '../../neural/inference/branches.ts';
import { type Block, type BlockLine, type FirstLine, type NextLineRequest, writeBlock } from '../ngram/block.ts';
import type { NgramCursorPosition } from '../ngram/model.ts';
import type { Step } from '../ngram/search.ts';
import type { LogitReader } from './logit-reader.ts';
import type { NextTokenMixer } from './next-token-mixer.ts';
import { REST_ENTRIES } from './ngram-predictions.ts';
import { type OnnxPrompt, runBranches } from './onnx-scores.ts';
import { type SearchLimits, searchLine } from './search.ts';

/** Later lines of a block are worth less waiting than its first. */
const LIMITS: SearchLimits = { width: 2, branching: 3, wanted: 2, pruning: 2, passes: 24 };
const MAX_LINES = 10;

export interface BlockContext {
  readonly query: CompletionQuery;
  /** Of the whole draft. */
  readonly maxTokens: number;
  readonly prompt: OnnxPrompt;
  readonly reader: LogitReader;
  readonly mixer: NextTokenMixer;
}

/** Rejects with the signal's reason. Leaves only the first line of the branches behind the prompt. */
export async function continueMixedBlock(block: BlockContext, first: FirstLine, signal?: AbortSignal): Promise<Block> {
  const { query, maxTokens, prompt, mixer } = block;
  const { cache, branches } = prompt;
  const { steps } = first;
  // The first line's branch was run by its search.
  const path = steps.map(({ token }) => token);
  branches.keep(path);
  const cachedLength = cache.length;
  const lines = writeBlock(query, first, maxTokens, { vocabulary: mixer.vocabulary, own: mixer.position.own });
  let uncached = steps.slice(branches.size);
  let logitsAfterLine = uncached.length === 0 ? (await branches.run([path]))[0] : undefined;
  try {
    let next = lines.next();
    for (let line = 0; !next.done; line++) {
      signal?.throwIfAborted();
      const answer =
        line < MAX_LINES ? await nextLine(block, next.value, uncached, logitsAfterLine, signal) : undefined;
      // The line end is in the cache already.
      uncached = typeof answer === 'object' ? [...answer.line.steps] : [];
      logitsAfterLine = undefined;
      next = lines.next(answer);
    }
    return next.value;
  } finally {
    cache.truncate(cachedLength);
  }
}

/**
 * @param uncached the end of the last line, not in the cache yet
 * @param logitsAfterLine logits after the last line, if all of it is in the cache
 */
async function nextLine(
  { prompt: { network, cache }, reader, mixer }: BlockContext,
  { context, tokensLeft }: NextLineRequest,
  uncached: readonly Step[],
  logitsAfterLine: Float32Array | undefined,
  signal?: AbortSignal,
): Promise<BlockLine> {
  const { contextLength } = network.config;
  if (cache.length + uncached.length + tokensLeft + 1 > contextLength) return undefined;
  const forward = (ids: readonly number[]) =>
    network.forward(cache, { ids: ids.map((id) => [id]), rows: [ids.length - 1] });
  const logitsAtEnd = logitsAfterLine ?? (await forward(uncached.map(({ token }) => token)));
  const paddedContext = Int32Array.from([...context, ...new Array<number>(REST_ENTRIES).fill(0)]);
  const { gate } = mixer.predict(paddedContext, context.length, new Uint8Array(0), logitsAtEnd, 0, false);
  const lineEnd = chooseLineEnd(mixer.position, context, reader.lineEnds(logitsAtEnd), gate);
  if (lineEnd === undefined) return 'end';
  const logits = await forward([lineEnd.token]);
  const start = {
    before: Int32Array.from([...context, lineEnd.token]),
    healed: new Uint8Array(0),
    maxTokens: tokensLeft,
  };
  const branches = new Branches(network, cache);
  branches.logits = logits;
  const run: OnnxPrompt['run'] = (...request) => runBranches(branches, ...request);
  try {
    const [line] = await searchLine({ room: contextLength - cache.length, run }, mixer, start, LIMITS, signal);
    return line && { lineEnd, line };
  } finally {
    branches.clear();
  }
}

/**
 * The most likely line end with its indent; undefined if the neural model would stop. `gate`: the neural model's
 * weight.
 */
function chooseLineEnd(
  { scope, path, search }: NgramCursorPosition,
  context: Int32Array,
  neural: ReturnType<LogitReader['lineEnds']>,
  gate: number,
): Step | undefined {
  const ngram = search.lineEnd(context, scope, path);
  if (neural.stop > neural.lineEnd) return undefined;
  const shares = new Map(neural.best.map(({ token, share }) => [token, ngram ? gate * share : share]));
  if (ngram) shares.set(ngram.token, (shares.get(ngram.token) ?? 0) + (1 - gate) * ngram.probability);
  let best: [number, number] | undefined;
  for (const entry of shares) if (!best || entry[1] > best[1]) best = entry;
  if (!best) return undefined;
  const [token, probability] = best;
  return {
    token,
    probability,
    margin: Math.max(0, 2 * probability - 1),
    entropy: 0,
    matchLength: ngram?.matchLength ?? 0,
    count: ngram?.count ?? 0,
    tier: ngram?.tier ?? 'base',
  };
}
