// The training set of one training, and the held-out samples that judge it.
import { CodedError } from '../../common/errors.ts';
import { thousands } from '../../common/format.ts';
import { shuffled } from '../../common/statistics/random.ts';
import { PROMPT_SNIPPETS } from '../../prompts/completion/prompt-form.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import type { HarvestedFile } from '../../workspace/files/types.ts';
import { Yielder } from '../../workspace/files/yielder.ts';
import { type Sample, type SampleOptions, samplesOf } from './samples.ts';

/** Tokens in a window: a whole completion prompt, and the longest work that a completion waits for during training. */
export const windowTokens = 512;
/** Windows per validation, which then takes seconds. */
const validationWindows = 32;
/** With fewer tokens, training adds nothing to the n-grams. */
const leastTokens = 2000;
/** Tokens with n-gram probabilities: maximum, and per minute of the budget, 1 to 2 s of work each. */
const mostKnown = { most: 600_000, perMinute: 60_000 };
export const usualSeed = 1;

/** The run that samples are drawn for. */
export interface SampleTarget {
  readonly tokenizer: Tokenizer;
  readonly signal: AbortSignal;
}

/** Training samples, and held-out samples that judge the training. */
export interface Samples {
  readonly examples: readonly Sample[];
  readonly validationExamples: readonly Sample[];
  readonly tokensPerEpoch: number;
}

/** The part of the folder that fits into a run's time. */
export interface SampleLimits {
  /** How often the number of held-out samples is halved, as for positions. */
  readonly halvings: number;
  /** Time limit of the run; absent: none. */
  readonly minutes?: number;
}

/** Throws CodedError if there are too few tokens. */
export async function samplesFrom(
  held: { readonly train: readonly HarvestedFile[]; readonly fit: readonly HarvestedFile[] },
  index: NgramModel,
  { halvings, minutes = Number.POSITIVE_INFINITY }: SampleLimits,
  { tokenizer, signal }: SampleTarget,
): Promise<Samples> {
  const options = sampleOptions(index);
  const { most, perMinute } = mostKnown;
  const limit = Math.min(most, perMinute * minutes);
  const known = await knownTo(index, held.train, limit, signal);
  const examples = samplesOf(held.train, tokenizer, { ...options, known });
  const tokensPerEpoch = examples.reduce((sum, { ids }) => sum + ids.length, 0);
  if (tokensPerEpoch < leastTokens) {
    throw new CodedError('nothing-to-learn', `${thousands(tokensPerEpoch)} tokens are too few to train on.`);
  }
  // Completions use the mixture, so the mixture decides when to stop. These samples are not weighted by what the n-grams
  // know, so their loss is not comparable with that of a training step.
  const otherProbabilities = await knownTo(index, held.fit, limit, signal);
  const validationExamples = evenly(
    samplesOf(held.fit, tokenizer, { ...options, otherProbabilities }),
    validationWindows >> halvings,
  );
  return { examples, validationExamples, tokensPerEpoch };
}

/** @param index n-grams of the training files */
export function sampleOptions(index: NgramModel): Pick<SampleOptions, 'length' | 'seed' | 'snippets'> {
  return {
    length: windowTokens,
    seed: usualSeed,
    snippets: (query) => index.snippets(query, PROMPT_SNIPPETS),
  };
}

/** N-gram probabilities of the files' tokens as if each were being typed, for random files up to `limit` tokens. */
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

/** About `windows` windows of samples at most, evenly spread. */
function evenly(samples: readonly Sample[], windows: number): Sample[] {
  const tokens = samples.reduce((sum, { ids }) => sum + ids.length, 0);
  const every = Math.max(1, Math.ceil(tokens / (windows * windowTokens)));
  return samples.filter((_, i) => i % every === 0);
}
