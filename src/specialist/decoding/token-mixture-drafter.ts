// The drafter for a neural model with the n-grams' tokenizer: both are mixed token by token. It writes blocks by the
// rules of specialist/ngram/block.ts.
import type { GateExample } from '../../common/statistics/gate.ts';
import type { Path } from '../../neural/inference/branches.ts';
import { remainingBytes } from '../../neural/inference/prefill.ts';
import { type Block, type BlockLine, type FirstLine, type NextLineRequest, writeBlock } from '../ngram/block.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import type { Predictor } from '../ngram/predictor.ts';
import { likeliestLineEnd, type Step } from '../ngram/search.ts';
import { type DrafterOptions, JointDrafter, type PromptedQuery, type QuerySite } from './joint-drafter.ts';
import { LogitReader } from './logit-reader.ts';
import type { MixWeights } from './mix-weights.ts';
import { NextTokenMixer } from './next-token-mixer.ts';
import { beginnings, type NextTokenScores, type PromptScores } from './next-token-scores.ts';
import { REST_ENTRIES } from './ngram-predictions.ts';
import { LINE_LIMITS, type MixHypothesis, type SearchLimits, searchLine } from './search.ts';

export class TokenMixtureDrafter extends JointDrafter<Float32Array> {
  private readonly reader: LogitReader;

  constructor(
    name: string,
    model: NextTokenScores<Float32Array>,
    ngram: () => NgramModel,
    weights: MixWeights,
    options: DrafterOptions = {},
  ) {
    const { vocabulary } = ngram();
    super(name, model, ngram, weights, vocabulary, options);
    this.reader = new LogitReader(vocabulary, model.vocabularySize);
  }

  protected ownFile({ predictor }: QuerySite): OwnFile {
    return predictor.own;
  }

  protected linesAt(prompted: PromptedQuery<Float32Array>, signal?: AbortSignal): Promise<readonly MixHypothesis[]> {
    const { prompt, predictor, maxTokens } = prompted;
    const { before, healed } = predictor.own;
    return searchLine(prompt, this.mixerAt(prompted), { before, healed, maxTokens }, LINE_LIMITS, signal);
  }

  protected async blockAt(
    prompted: PromptedQuery<Float32Array>,
    first: FirstLine,
    signal?: AbortSignal,
  ): Promise<Block | false> {
    return prompted.rest === '' && continueMixedBlock(prompted, first, this.reader, this.mixerAt(prompted), signal);
  }

  protected async examplesAt(
    prompted: PromptedQuery<Float32Array>,
    truth: string,
    signal?: AbortSignal,
  ): Promise<GateExample[]> {
    const mixer = this.mixerAt(prompted);
    const { own, vocabulary } = prompted.predictor;
    const { tokenizer } = vocabulary;
    let { healed } = own;
    const tokens = [...tokenizer.encode(vocabulary.decode(healed) + truth)];
    const rows = await prompted.prompt.run(beginnings(tokens), signal);
    const cursor = own.before.length;
    const context = new Int32Array(cursor + tokens.length + REST_ENTRIES);
    context.set(own.before);
    const examples: GateExample[] = [];
    for (const [at, logits] of rows.entries()) {
      const prediction = mixer.predict(context, cursor + at, healed, logits, at === 0);
      const token = tokens[at];
      if (healed.length === 0) {
        const probability = mixer.probabilityOf(token, prediction, logits);
        examples.push({ features: prediction.features, first: probability.neural, second: probability.ngram });
      }
      if (token === undefined) break;
      context[cursor + at] = token;
      healed = remainingBytes(healed, tokenizer.bytesOf(token));
    }
    return examples;
  }

  private mixerAt({ predictor, rest }: QuerySite): NextTokenMixer {
    return new NextTokenMixer(predictor, this.reader, this.weights.gate, rest);
  }
}

/** Later lines of a block are worth less waiting than its first. */
const LIMITS: SearchLimits = { width: 2, branching: 3, wanted: 2, pruning: 2, passes: 24 };
const MAX_LINES = 10;

interface Models {
  readonly prompt: PromptScores<Float32Array>;
  readonly reader: LogitReader;
  readonly mixer: NextTokenMixer;
}

/** Rejects with the signal's reason. */
async function continueMixedBlock(
  { query, maxTokens, prompt, predictor }: PromptedQuery<Float32Array>,
  first: FirstLine,
  reader: LogitReader,
  mixer: NextTokenMixer,
  signal?: AbortSignal,
): Promise<Block> {
  const models = { prompt, reader, mixer };
  const lines = writeBlock(query, first, maxTokens, predictor);
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
  const lineEnd = chooseLineEnd(mixer.predictor, context, reader.lineEnds(logitsAtEnd), gate);
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
  predictor: Predictor,
  context: Int32Array,
  neural: ReturnType<LogitReader['lineEnds']>,
  gate: number,
): Step | undefined {
  const ngram = likeliestLineEnd(predictor, context);
  if (neural.stop > neural.lineEnd) return undefined;
  const shares = new Map(neural.best.map(({ token, share }) => [token, ngram ? gate * share : share]));
  if (ngram) shares.set(ngram.token, (shares.get(ngram.token) ?? 0) + (1 - gate) * ngram.probability);
  let best: [number, number] | undefined;
  for (const entry of shares) if (!best || entry[1] > best[1]) best = entry;
  if (!best) return undefined;
  const [token, probability] = best;
  const { matchLength, count, tier } = ngram ?? { matchLength: 0, count: 0, tier: 'base' };
  return { token, probability, margin: Math.max(0, 2 * probability - 1), entropy: 0, matchLength, count, tier };
}
