// What one training learns from and what says how well it does: samples of training files, and of held-out ones.
import { CodedError, unwrap } from '../../common/errors.ts';
import { thousands } from '../../common/format.ts';
import { shuffled } from '../../common/statistics/random.ts';
import { tokenizerPathFor } from '../../neural/models/compatibility.ts';
import type { Dialect } from '../../neural/models/dialects.ts';
import { dialectOf } from '../../neural/models/manifest.ts';
import { PROMPT_SNIPPETS } from '../../prompts/completion/prompt-form.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import type { HarvestedFile } from '../../workspace/files/types.ts';
import { Yielder } from '../../workspace/files/yielder.ts';
import { recencyOf } from './recency.ts';
import { type LearnedPlace, type Sample, type SampleOptions, samplesOf } from './samples.ts';

/** Tokens in a window: a fresh prompt of the product, and what a completion waits for at most while this trains. */
export const windowTokens = 512;
/** Windows that validation scores: seconds. */
const validationWindows = 32;
/** Less teaches nothing that the n-grams do not know. */
const leastTokens = 2000;
/** Tokens that the n-grams are asked about, at most and per minute of the budget: a second or two of work a minute. */
const mostKnown = { most: 600_000, perMinute: 60_000 };
export const usualSeed = 1;

/** Whom samples are drawn for. */
export interface SampleTarget {
  readonly request: {
    readonly tokenizerPath: string;
    /** The base that learns, by its folder; the budget of the run; the seed of what is drawn at random. */
    readonly neural?: { readonly base: string; readonly budgetMinutes?: number; readonly seed?: number };
  };
  readonly tokenizer: Tokenizer;
  readonly signal: AbortSignal;
}

/** What the large model's answers add to the true text. */
export interface TrainingData {
  /** See SampleOptions. */
  readonly worth?: SampleOptions['worth'];
  /** Places of training files that are learned beside those that are drawn. */
  readonly places: readonly LearnedPlace[];
}

/** What is learned from, and what says how well. */
export interface Samples {
  readonly examples: readonly Sample[];
  readonly judged: readonly Sample[];
  readonly tokensPerEpoch: number;
}

/** Of the training files, and of validation files fewer as the run measures less. Throws CodedError where there is too little. */
export async function samplesFrom(
  held: { readonly train: readonly HarvestedFile[]; readonly fit: readonly HarvestedFile[] },
  index: NgramModel,
  halvings: number,
  { worth, places }: TrainingData,
  { request: { neural, tokenizerPath }, tokenizer, signal }: SampleTarget,
): Promise<Samples> {
  const base = neural?.base;
  const options = { ...sampleOptions(index, dialectOf(base)), seed: neural?.seed ?? usualSeed };
  const own = base === undefined ? undefined : otherTokenizer(base, tokenizerPath);
  const words = own ?? tokenizer;
  const { most, perMinute } = mostKnown;
  const limit = Math.min(most, perMinute * (neural?.budgetMinutes ?? Number.POSITIVE_INFINITY));
  // What the n-grams give their tokens says nothing of others.
  const known = own ? undefined : await knownTo(index, held.train, limit, signal);
  const byFile = Map.groupBy(places, ({ path }) => path);
  const taught = ({ path }: HarvestedFile) => byFile.get(path) ?? [];
  const recency = recencyOf(held.train);
  const examples = samplesOf(held.train, words, { ...options, ...(known && { known }), worth, recency, taught });
  const tokensPerEpoch = examples.reduce((sum, { ids }) => sum + ids.length, 0);
  if (tokensPerEpoch < leastTokens) {
    throw new CodedError('nothing-to-learn', `${thousands(tokensPerEpoch)} tokens are too few to train on.`);
  }
  // The mixture of both is what is served, so it says when to stop.
  const beside = own ? undefined : await knownTo(index, held.fit, limit, signal);
  const judged = evenly(samplesOf(held.fit, words, { ...options, beside }), validationWindows >> halvings);
  return { examples, judged, tokensPerEpoch };
}

/** A base's tokenizer, where it is another than the n-grams'. */
export function otherTokenizer(base: string, tokenizerPath: string): Tokenizer | undefined {
  const words = tokenizerPathFor(base, undefined, tokenizerPath);
  return words === tokenizerPath ? undefined : unwrap(readTokenizer(words));
}

/** @param index of the training files @param dialect of the base */
export function sampleOptions(
  index: NgramModel,
  dialect: Dialect,
): Pick<SampleOptions, 'length' | 'seed' | 'dialect' | 'snippets'> {
  return {
    length: windowTokens,
    seed: usualSeed,
    dialect,
    snippets: (query) => index.snippets(query, PROMPT_SNIPPETS),
  };
}

/** What the n-grams give the tokens of the files, as if each were being written; of a large folder, those of some of its files. */
async function knownTo(index: NgramModel, files: readonly HarvestedFile[], limit: number, signal: AbortSignal) {
  const known = new Map<HarvestedFile, Float32Array>();
  const yielder = new Yielder(signal);
  let tokens = 0;
  for (const at of shuffled(files.length, usualSeed)) {
    const file = files[at] as HarvestedFile;
    const found = index.tokenProbabilities(file);
    known.set(file, found);
    tokens += found.length;
    if (tokens > limit) break;
    await yielder.yieldIfDue();
  }
  return (file: HarvestedFile) => known.get(file);
}

/** At most about `windows` windows of samples, from all over. */
function evenly(samples: readonly Sample[], windows: number): Sample[] {
  const tokens = samples.reduce((sum, { ids }) => sum + ids.length, 0);
  const every = Math.max(1, Math.ceil(tokens / (windows * windowTokens)));
  return samples.filter((_, i) => i % every === 0);
}
