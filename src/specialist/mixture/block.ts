// Writes a block below the first line with the mixture; the rules are those of specialist/ngram/block.ts.
import type { CompletionQuery } from '../../common/completion.ts';
import { Branches } from '../../neural/inference/branches.ts';
import type { KeyValueCache } from '../../neural/inference/key-value-cache.ts';
import type { Network } from '../../neural/inference/network.ts';
import { type Block, type BlockLine, type BlockQuestion, type FirstLine, writeBlock } from '../ngram/block.ts';
import type { NgramModel, PredictionPoint } from '../ngram/model.ts';
import type { Step } from '../ngram/search.ts';
import type { SearchLimits, SearchRoot } from './branch-search.ts';
import type { LogitReader } from './logit-reader.ts';
import type { NextTokenMixer } from './next-token-mixer.ts';
import { LOOK_AHEAD, searchLine } from './search.ts';

/** Later lines of a block are worth less waiting than its first. */
const LIMITS: SearchLimits = { width: 2, branching: 3, wanted: 2, pruning: 2, passes: 24 };
const MOST_LINES = 10;

export interface BlockSite {
  readonly query: CompletionQuery;
  readonly ngram: NgramModel;
  readonly place: PredictionPoint;
  readonly root: SearchRoot & { readonly network: Network; readonly cache: KeyValueCache };
  readonly reader: LogitReader;
  readonly mixer: NextTokenMixer;
}

/** Rejects with the signal's reason. Leaves only the first line of the branches behind the prompt. */
export async function continueMixedBlock(
  site: BlockSite,
  first: FirstLine,
  maxTokens: number,
  signal?: AbortSignal,
): Promise<Block> {
  const { query, ngram, place, root } = site;
  const { cache, branches } = root;
  const { steps } = first;
  // The first line's branch was run by its search.
  const path = steps.map(({ token }) => token);
  branches.keep(path);
  const held = cache.length;
  const lines = writeBlock(query, first, maxTokens, { vocabulary: ngram.vocabulary, own: place.own });
  let unread = steps.slice(branches.size);
  let read = unread.length === 0 ? (await branches.run([path]))[0] : undefined;
  try {
    let next = lines.next();
    for (let line = 0; !next.done; line++) {
      signal?.throwIfAborted();
      const answer = line < MOST_LINES ? await nextLine(site, next.value, unread, read, signal) : undefined;
      // The line end is in the cache already.
      unread = typeof answer === 'object' ? [...answer.line.steps] : [];
      read = undefined;
      next = lines.next(answer);
    }
    return next.value;
  } finally {
    cache.truncate(held);
  }
}

/**
 * @param unread the end of the last line, not in the cache yet
 * @param read logits after the last line, if all of it is in the cache
 */
async function nextLine(
  { ngram, place, root: { network, cache, contextLength }, reader, mixer }: BlockSite,
  { context, left }: BlockQuestion,
  unread: readonly Step[],
  read: Float32Array | undefined,
  signal?: AbortSignal,
): Promise<BlockLine> {
  if (cache.length + unread.length + left + 1 > contextLength) return undefined;
  const feed = (ids: readonly number[]) =>
    network.forward(cache, { ids: ids.map((id) => [id]), rows: [ids.length - 1] });
  const after = read ?? (await feed(unread.map(({ token }) => token)));
  const room = Int32Array.from([...context, ...new Array<number>(LOOK_AHEAD).fill(0)]);
  const { gate } = mixer.predict(room, context.length, new Uint8Array(0), after, 0, false);
  const lineEnd = chooseLineEnd(place, context, reader.lineEnds(after), gate);
  if (lineEnd === undefined) return 'end';
  const logits = await feed([lineEnd.token]);
  const models = { place, vocabulary: ngram.vocabulary, mixer };
  const start = {
    before: Int32Array.from([...context, lineEnd.token]),
    healed: new Uint8Array(0),
    maxTokens: left,
  };
  const branches = new Branches(network, cache);
  try {
    const [line] = await searchLine({ branches, contextLength, logits }, models, start, LIMITS, signal);
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
  { scope, path, search }: PredictionPoint,
  context: Int32Array,
  neural: ReturnType<LogitReader['lineEnds']>,
  gate: number,
): Step | undefined {
  const local = search.lineEnd(context, scope, path);
  if (neural.stop > neural.lineEnd) return undefined;
  const shares = new Map(neural.best.map(({ token, share }) => [token, local ? gate * share : share]));
  if (local) shares.set(local.token, (shares.get(local.token) ?? 0) + (1 - gate) * local.probability);
  let best: [number, number] | undefined;
  for (const entry of shares) if (!best || entry[1] > best[1]) best = entry;
  if (!best) return undefined;
  const [token, probability] = best;
  return {
    token,
    probability,
    margin: Math.max(0, 2 * probability - 1),
    entropy: 0,
    matchLength: local?.matchLength ?? 0,
    count: local?.count ?? 0,
    tier: local?.tier ?? 'base',
  };
}
