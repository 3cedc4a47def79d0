// Training samples of a folder's files: running text, and middles to fill in, in the base's sample format
// (models/pretrain/README.md); the training set of one training, and the held-out samples that judge it. Every sample
// fits in one window, so that none is cut.
import type { CompletionQuery, Snippet } from '../../common/completion.ts';
import { CodedError } from '../../common/errors.ts';
import { thousands } from '../../common/format.ts';
import { shuffled, uniforms } from '../../common/statistics/random.ts';
import { DIALECT, DIALECTS, dialectTokens } from '../../neural/models/manifest.ts';
import { type CursorExample, cursorExamples } from '../../prompts/completion/cursor-examples.ts';
import { PROMPT_LIMITS, PROMPT_SNIPPETS, PromptForm } from '../../prompts/completion/prompt-form.ts';
import type { Requests } from '../../specialist/engine/engine-protocol.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import type { HarvestedFile } from '../../workspace/files/harvest-types.ts';
import { yielding } from '../../workspace/files/yielding.ts';

type Sample = Requests['adapt']['request']['examples'][number];

interface SampleOptions {
  /** Tokens that a window predicts; a sample has at most one more token. */
  readonly length: number;
  readonly seed: number;
  /** Similar snippets of other training files, best first. */
  readonly snippets: (query: CompletionQuery) => readonly Snippet[];
  /** Probability of each token by the n-grams; undefined: not computed. */
  readonly known?: (file: HarvestedFile) => Float32Array | undefined;
}

/** Extra weight of a middle: a few tokens among hundreds, and the only ones that a completion needs. */
const MIDDLE_WEIGHT = 4;
/**
 * Tokens that the n-grams already predict weigh less: completions mix both models, and a mixture's gradient for one
 * model is scaled by its share of the token's probability (the responsibility, Jacobs et al. 1991). This constant
 * stands for the neural model's probability.
 */
const NEURAL_SHARE = 0.3;
/**
 * Share of samples with snippets, among those with a middle. Completion prompts have snippets whenever there are any.
 */
const SNIPPET_SHARE = 0.5;
/** Maximum tokens of snippets, as in a completion prompt of 512 tokens. */
const SNIPPET_ROOM = PROMPT_LIMITS.snippets / 512;
/** Suffix lengths as shares of the window, drawn evenly: mostly the 64 of 512 tokens of a completion prompt. */
const SUFFIX_SHARES = [0, 1 / 16, 1 / 8, 1 / 8];
/** Positions drawn per wanted one, because some middles are too long. */
const SPARE = 1.5;
/** A piece of running text begins at a line start within this many tokens. */
const REACH = 40;
/** Shorter prefixes predict nothing. */
const LEAST_PREFIX = 16;

/** Name of each special token in a displayed sample. */
export function specialNames(tokenizer: Tokenizer): ReadonlyMap<number, string> {
  const ids = dialectTokens(tokenizer);
  const names = DIALECTS[DIALECT].tokens;
  return new Map(
    (Object.keys(ids) as (keyof typeof ids)[]).flatMap((role) => {
      const id = ids[role];
      return id === undefined ? [] : [[id, names[role]]];
    }),
  );
}

/**
 * Running text, and at most as many samples with a middle at a drawn cursor position. Deterministic in the seed.
 */
export function samplesOf(
  files: readonly HarvestedFile[],
  tokenizer: Tokenizer,
  { length, seed, snippets, known }: SampleOptions,
): Sample[] {
  const form = new PromptForm(tokenizer);
  const random = uniforms(seed);
  return files.flatMap((each) => {
    const file = new TokenFile(each, tokenizer, form, known?.(each));
    const running = file.running(length);
    const positions = cursorExamples(each, { max: Math.ceil(running.length * SPARE), seed });
    const filled: Sample[] = [];
    for (const at of shuffled(positions.length, seed)) {
      if (filled.length === running.length) break;
      const position = positions[at] as CursorExample;
      const share = SUFFIX_SHARES[Math.floor(random() * SUFFIX_SHARES.length)] as number;
      const similar = random() < SNIPPET_SHARE ? snippets(position) : [];
      const sample = file.filled(position, length, Math.floor(share * length), similar);
      if (sample) filled.push(sample);
    }
    return [...running, ...filled];
  });
}

/** One file as tokens, with the byte offset of each. */
class TokenFile {
  private readonly tokenizer: Tokenizer;
  private readonly form: PromptForm;
  private readonly path: string;
  private readonly bytes: Buffer;
  private readonly ids: Int32Array;
  private readonly starts: Uint32Array;
  private readonly head: readonly number[];
  /** Weight of each token, and of the file's end. */
  private readonly tokenWeights: Float32Array;

  /** @param known see SampleOptions */
  constructor({ path, text }: HarvestedFile, tokenizer: Tokenizer, form: PromptForm, known?: Float32Array) {
    this.tokenizer = tokenizer;
    this.form = form;
    this.path = path;
    this.bytes = Buffer.from(text);
    this.ids = tokenizer.encode(text);
    this.starts = new Uint32Array(this.ids.length + 1);
    this.ids.forEach((id, i) => {
      this.starts[i + 1] = (this.starts[i] as number) + tokenizer.bytesOf(id).length;
    });
    this.head = form.file(path);
    this.tokenWeights = new Float32Array(this.ids.length + 1).fill(1);
    known?.forEach((probability, i) => {
      this.tokenWeights[i] = NEURAL_SHARE / (NEURAL_SHARE + probability);
    });
  }

  /**
   * The whole text in windows after the file's name. A later window begins at a line; its repeated tokens are not
   * trained.
   */
  running(length: number): Sample[] {
    const { head, form } = this;
    const stream = [...this.ids, form.specials.end];
    const room = length + 1 - head.length;
    const samples: Sample[] = [];
    let learned = 0;
    while (learned < stream.length - (samples.length > 0 ? 1 : 0)) {
      const start = this.lineBefore(learned, room);
      const ids = Int32Array.from([...head, ...stream.slice(start, start + room)]);
      const weights = new Float32Array(ids.length).fill(1);
      weights.set(this.tokenWeights.subarray(start, start + ids.length - head.length), head.length);
      if (samples.length > 0) weights.fill(0, 0, head.length + learned - start);
      samples.push({ ids, weights });
      learned = start + ids.length - head.length;
    }
    return samples;
  }

  /** `at`, or a token shortly before it that begins a line. */
  private lineBefore(at: number, room: number): number {
    const reach = Math.min(REACH, room >> 1);
    for (let i = at; i > Math.max(0, at - reach); i--) {
      if (this.bytes[this.starts[i] as number] === NEWLINE) return i;
    }
    return at;
  }

  /** Undefined if the middle is too long or the prefix too short. */
  filled(
    { prefix, suffix, truth }: CursorExample,
    length: number,
    suffixTokens: number,
    similar: readonly Snippet[],
  ): Sample | undefined {
    const { tokenizer, form } = this;
    const cursor = Buffer.byteLength(prefix);
    const at = this.boundary(cursor);
    const end = cursor + Buffer.byteLength(truth);
    // From the last token boundary, so that tokenization is unchanged, as token healing does in a completion.
    const middle = tokenizer.encode(this.bytes.toString('utf8', this.starts[at], end));
    if (middle.length > length / 3) return undefined;
    const after = form.suffix(suffix, suffixTokens);
    const fixed = form.head(this.path, similar, after, Math.floor(length * SNIPPET_ROOM));
    const tail = form.tail(after);
    const room = length + 1 - fixed.length - tail.length - middle.length - 1;
    const from = room > 0 ? form.prefixStart(this.ids, at, room) : at;
    if (room < LEAST_PREFIX || at - from < Math.min(LEAST_PREFIX, at)) return undefined;
    const ids = Int32Array.from([...fixed, ...this.ids.subarray(from, at), ...tail, ...middle, form.specials.eom]);
    const weights = new Float32Array(ids.length).fill(1);
    weights.set(this.tokenWeights.subarray(from, at), fixed.length);
    const cut = fixed.length + at - from + tail.length;
    weights.fill(MIDDLE_WEIGHT, cut);
    // A middle that ends inside a token of the text is tokenized differently.
    middle.forEach((id, i) => {
      if (this.ids[at + i] === id) weights[cut + i] = MIDDLE_WEIGHT * (this.tokenWeights[at + i] as number);
    });
    return { ids, weights };
  }

  /** The last token that begins at or before a byte and not inside a character. */
  private boundary(byte: number): number {
    let low = 0;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] as number) <= byte) low = middle;
      else high = middle - 1;
    }
    while (low > 0 && ((this.bytes[this.starts[low] as number] ?? 0) & 0xc0) === 0x80) low--;
    return low;
  }
}

const NEWLINE = 10;

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
interface SampleTarget {
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
interface SampleLimits {
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
  const samplesIn = async (files: readonly HarvestedFile[]) =>
    samplesOf(files, tokenizer, { ...options, known: await knownTo(index, files, limit, signal) });
  const examples = await samplesIn(held.train);
  const tokensPerEpoch = examples.reduce((sum, { ids }) => sum + ids.length, 0);
  if (tokensPerEpoch < leastTokens) {
    throw new CodedError('nothing-to-learn', `${thousands(tokensPerEpoch)} tokens are too few to train on.`);
  }
  // Completions use the mixture, so what the n-grams know counts less when the training is judged, too.
  const validationExamples = evenly(await samplesIn(held.fit), validationWindows >> halvings);
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
  const yieldIfDue = yielding(signal);
  let tokens = 0;
  for (const at of shuffled(files.length, usualSeed)) {
    const file = files[at] as HarvestedFile;
    const found = index.tokenProbabilities(file);
    known.set(file, found);
    tokens += found.length;
    if (tokens > limit) break;
    await yieldIfDue();
  }
  return (file: HarvestedFile) => known.get(file);
}

/** About `windows` windows of samples at most, evenly spread. */
function evenly(samples: readonly Sample[], windows: number): Sample[] {
  const tokens = samples.reduce((sum, { ids }) => sum + ids.length, 0);
  const every = Math.max(1, Math.ceil(tokens / (windows * windowTokens)));
  return samples.filter((_, i) => i % every === 0);
}
