// Writes a block below the first line with the mixture; the rules are those of specialist/ngram/block.ts.
import type { Path } from '../../neural/inference/branches.ts';
import { type Block, type BlockLine, type FirstLine, type NextLineRequest, writeBlock } from '../ngram/block.ts';
import type { NgramCursorPosition, Step } from '../ngram/search.ts';
import type { PromptedQuery } from './folder-specialist.ts';
import type { LogitReader } from './logit-reader.ts';
import type { NextTokenMixer } from './next-token-mixer.ts';
import { beginnings, type PromptScores } from './next-token-scores.ts';
import { REST_ENTRIES } from './ngram-predictions.ts';
import { type SearchLimits, searchLine } from './search.ts';

/** Later lines of a block are worth less waiting than its first. */
const LIMITS: SearchLimits = { width: 2, branching: 3, wanted: 2, pruning: 2, passes: 24 };
const MAX_LINES = 10;

interface Models {
  readonly prompt: PromptScores<Float32Array>;
  readonly reader: LogitReader;
  readonly mixer: NextTokenMixer;
}

/** Rejects with the signal's reason. */
export async function continueMixedBlock(
  { query, maxTokens, prompt, position, ngram }: PromptedQuery<Float32Array>,
  first: FirstLine,
  reader: LogitReader,
  mixer: NextTokenMixer,
  signal?: AbortSignal,
): Promise<Block> {
  const models = { prompt, reader, mixer };
  const lines = writeBlock(query, first, maxTokens, { vocabulary: ngram.vocabulary, own: position.own });
  let path = tokensOf(first.steps);
  let next = lines.next();
  for (let line = 0; !next.done; line++) {
    const answer = line < MAX_LINES ? await nextLine(models, next.value, path, signal) : undefined;
    if (typeof answer === 'object') path = [...path, answer.lineEnd.token, ...tokensOf(answer.line.steps)];
    next = lines.next(answer);
  }
  return next.value;
}

const tokensOf = (steps: readonly Step[]): Path => steps.map(({ token }) => token);

/** @param path tokens from the cursor to the end of the last line */
async function nextLine(
  { prompt, reader, mixer }: Models,
  { context, tokensLeft }: NextLineRequest,
  path: Path,
  signal?: AbortSignal,
): Promise<BlockLine> {
  const room = prompt.room - path.length - 1;
  if (tokensLeft > room) return undefined;
  const logitsAtEnd = (await prompt.run(beginnings(path), signal)).at(-1) as Float32Array;
  const paddedContext = Int32Array.from([...context, ...new Array<number>(REST_ENTRIES).fill(0)]);
  const { gate } = mixer.predict(paddedContext, context.length, new Uint8Array(0), logitsAtEnd, false);
  const lineEnd = chooseLineEnd(mixer.position, context, reader.lineEnds(logitsAtEnd), gate);
  if (lineEnd === undefined) return 'end';
  const start = {
    before: Int32Array.from([...context, lineEnd.token]),
    healed: new Uint8Array(0),
    maxTokens: tokensLeft,
  };
  const below = (paths: readonly Path[]) => paths.map((each) => [...path, lineEnd.token, ...each]);
  const run: typeof prompt.run = (paths, stop, ahead = () => []) =>
    prompt.run(below(paths), stop, () => below(ahead()));
  const [line] = await searchLine({ room, run }, mixer, start, LIMITS, signal);
  return line && { lineEnd, line };
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
