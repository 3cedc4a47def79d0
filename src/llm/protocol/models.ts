// Properties of a model that the client needs, for all providers: price, limits, form of prompt. Also the prompt of any
// task: text, limits, stop sequences, and how to read the answer.
//
// Privacy: the blocks of a prompt leave the machine. The caller must have the user's consent and redact secrets in
// them.
import type { Result } from '../../common/errors.ts';
import { FILL_IN, type FillIn } from '../../common/fill-in.ts';
import type { Purpose } from '../../common/paid-call.ts';

export interface LlmAnswer {
  /** The answer as `Prompt.read` extracts it, not cleaned for display. '' if it is empty or the model refused. */
  readonly text: string;
  readonly model: string;
  readonly usage: LlmUsage;
  readonly costUsd: number;
  readonly latencyMs: number;
  readonly firstTokenMs: number;
  /** Whether the length limit cut the answer. */
  readonly truncated: boolean;
  /** A sentence for the user if the server counted more than the maximum. The cost is then the maximum. */
  readonly overcounted?: string;
  /** The model declined (stop reason 'refusal'); `text` is ''. */
  readonly refused?: boolean;
  /** The answer is from the store, so nothing was paid now. */
  readonly fromStore?: boolean;
}

export interface LlmClient {
  readonly model: string;
  /** Properties of the model that are needed to build a prompt. */
  readonly facts: ModelFacts;
  /**
   * Requests one answer. Cancellation rejects with the signal's reason; every other failure is a value.
   * @param onText gets the raw text so far while it streams. Use it to show progress, not to show the text.
   * @param onLost gets the cost of an answer that is not returned because it was cancelled, timed out or broke off.
   *   If the progress of the model is unknown, this is the maximum cost. That is the case for thinking models, and for
   *   connections that broke before the first event. Called at most once, before the promise settles.
   */
  ask(
    prompt: Prompt,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
    onLost?: (paid: LlmAnswer) => void,
  ): Promise<Result<LlmAnswer>>;
  /** Whether the answer is stored, so that it costs nothing more. Absent if nothing is stored. */
  knows?(prompt: Prompt): boolean;
  /** Expected cost of the answer, US dollars, from token estimates and the price table. Ignores stored answers. */
  estimateUsd(prompt: Prompt): number;
  /** Maximum cost: one token for each byte of the prompt, and an answer of maximum length, including thinking. */
  ceilingUsd(prompt: Prompt): number;
}

/** How to reach a large model. Plain data, because it is sent to a job's process. Never log or store it. */
export interface LlmSettings {
  /** Id in the table of providers. Default: its first row. */
  readonly provider?: string;
  readonly apiKey: string;
  /** Absent or '': the address in the environment variable, or else the provider's. */
  readonly baseUrl?: string;
  /** '' for the default model. */
  readonly model: string;
  /** Timeout of one whole answer, ms. */
  readonly timeoutMs: number;
}

/** How a server accepts such a request: a prompt with special tokens, or prefix and suffix as two fields. */
export interface InfillEndpoint {
  readonly path: string;
  readonly form: 'tokens' | 'fields';
}

interface InfillFamily extends FillIn {
  /** Matches model names in lower case. */
  readonly names: RegExp;
  /** The form in which it was trained to write next edits, too: a row of edits/large-model/formats.ts. */
  readonly edits?: 'sweep' | 'zeta-2' | 'zeta-2.1';
}

export interface Infill {
  readonly family: InfillFamily;
  readonly endpoint: InfillEndpoint;
}

// As text, its marks need the surrounding spaces.
const CODELLAMA_TEXT = { prefix: '<PRE> ', suffix: ' <SUF>', middle: ' <MID>' };
const families: readonly InfillFamily[] = [
  { names: /sweep-?next-?edit/, ...FILL_IN['qwen-coder'], edits: 'sweep' },
  { names: /zeta-?2\.1/, ...FILL_IN['seed-coder'], edits: 'zeta-2.1' },
  { names: /zeta-?2/, ...FILL_IN['seed-coder'], edits: 'zeta-2' },
  { names: /qwen(2\.5|3)-?coder/, ...FILL_IN['qwen-coder'] },
  { names: /starcoder|granite.{0,60}code/, ...FILL_IN.starcoder },
  { names: /codellama.*(code|base)|code-?llama-\d+b-hf/, ...FILL_IN.codellama, ...CODELLAMA_TEXT },
  { names: /deepseek-coder/, ...FILL_IN['deepseek-coder'] },
  { names: /codegemma/, ...FILL_IN.codegemma },
  { names: /seed-?coder/, ...FILL_IN['seed-coder'] },
  { names: /codestral/, prefix: '[PREFIX]', suffix: '[SUFFIX]', middle: '', suffixFirst: true, ends: ['</s>'] },
];

/** The fill-in form of a model; undefined if the model gets instructions in words. */
export function infillOf(model: string, endpoint: InfillEndpoint | undefined): Infill | undefined {
  const name = model.toLowerCase();
  const family = families.find(({ names }) => names.test(name));
  return family && endpoint && { family, endpoint };
}

export interface LlmUsage {
  /** Tokens neither written to nor read from the prompt cache. */
  readonly inputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
}

export interface ModelFacts {
  readonly id: string;
  /** US dollars per million tokens: uncached, written to the prompt cache, read from it, and output. */
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
  /** Prompts with more tokens cost `longFactor` times as much, including the output. */
  readonly longAbove?: number;
  readonly longFactor?: number;
  /** Shortest prefix that the prompt cache accepts, tokens. Infinity: no caching is requested. */
  readonly cacheMinimum: number;
  /** Characters of code per token, a low value, so that estimates are rather too high. */
  readonly charactersPerToken: number;
  /**
   * How to prevent thinking, which takes too long for a completion. 'none': the model thinks only on request.
   * 'disabled' and 'between_tools': the value to send. 'always': it cannot be prevented. Then little thinking is
   * requested, and tokens are reserved for it.
   */
  readonly thinking: 'none' | 'disabled' | 'between_tools' | 'always';
  /** Whether the model continues a last assistant message. */
  readonly prefill: boolean;
  /** Date of the price, '2026-04-30'. */
  readonly priced?: string;
  /** The price is unknown and only assumed. */
  readonly guessed?: true;
  /** Set if the model fills in the middle of a text and gets no instructions in words. */
  readonly infill?: Infill;
  /** The name in the request hash, if the model's name does not identify the server. */
  readonly asked?: string;
}

/** Assumes the highest price of any model, and uses no optional request fields. */
export const unknownModel: ModelFacts = {
  id: '',
  input: 10,
  cacheWrite: 12.5,
  cacheRead: 1,
  output: 50,
  cacheMinimum: 4096,
  charactersPerToken: 2.4,
  thinking: 'none',
  prefill: false,
  guessed: true,
};

const million = 1_000_000;

/** The cost of a call, US dollars. */
export function priceUsd(usage: LlmUsage, facts: ModelFacts): number {
  const prompt = usage.inputTokens + usage.cacheWriteTokens + usage.cacheReadTokens;
  const factor = prompt > (facts.longAbove ?? Number.POSITIVE_INFINITY) ? (facts.longFactor ?? 1) : 1;
  const perMillion =
    usage.inputTokens * facts.input +
    usage.cacheWriteTokens * facts.cacheWrite +
    usage.cacheReadTokens * facts.cacheRead +
    usage.outputTokens * facts.output;
  return (factor * perMillion) / million;
}

/** Estimates the tokens of a text, rather too high. */
export function estimateTokens(characters: number, facts: ModelFacts): number {
  return Math.ceil(characters / facts.charactersPerToken);
}

/** A text block. `cache` asks the API to cache the prompt up to the end of this block. */
export interface PromptBlock {
  readonly text: string;
  readonly cache: boolean;
}

/** A plain value that is hashed, priced and sent unchanged. */
export interface Prompt {
  /** The path that it is about, relative to the folder. */
  readonly about: string;
  /** What its cost is booked as; absent: as the client's calls are. */
  readonly purpose?: Purpose;
  readonly system: PromptBlock;
  readonly user: readonly PromptBlock[];
  /** Start of the answer for models that support prefill, otherwise ''. */
  readonly prefill: string;
  readonly stop: readonly string[];
  /** Maximum and usual number of tokens of the answer's text. */
  readonly maxTokens: number;
  readonly usualTokens: number;
  /** Set if the model continues the only block of `user`, before this suffix. Absent if the prompt has instructions. */
  readonly infill?: { readonly suffix: string | undefined };
  /**
   * Extracts the answer from the model's text. Pure and idempotent, because stored answers are read again.
   * @param more whether the text still streams
   */
  read(written: string, more?: boolean): string;
  /** Whether the rest of the answer is not needed. Absent if the whole answer is needed. */
  enough?(written: string): boolean;
}

/** Additional tokens for models that count thinking against the limit. */
const thinkingTokens = 4_096;

/** Maximum number of tokens of the answer, including thinking. */
export function mostTokens({ maxTokens, infill }: Prompt, { thinking }: Pick<ModelFacts, 'thinking'>): number {
  return maxTokens + (thinking === 'always' && infill === undefined ? thinkingTokens : 0);
}

/** Length of the whole prompt, and of the part up to the last cache breakpoint, in the unit of `lengthOf`. */
export function promptLength(
  prompt: Prompt,
  lengthOf: (text: string) => number = (text) => text.length,
): { readonly all: number; readonly cached: number } {
  const blocks = [prompt.system, ...prompt.user];
  const last = blocks.findLastIndex((block) => block.cache);
  const length = (until: number) => blocks.slice(0, until).reduce((sum, block) => sum + lengthOf(block.text), 0);
  const outerLength =
    lengthOf(prompt.prefill) + (prompt.infill?.suffix === undefined ? 0 : lengthOf(prompt.infill.suffix));
  return { all: length(blocks.length) + outerLength, cached: length(last + 1) };
}
