// The specialist that completes in a folder: the neural model and the n-gram index, mixed token by token. Whole lines
// are then ranked against each other.
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import type { ChoiceExample } from '../../common/statistics/conditional-logit.ts';
import { type GateExample, gated, meanLogLoss } from '../../common/statistics/gate.ts';
import { remainingBytes } from '../../neural/inference/healing.ts';
import type { LanguageModel } from '../../neural/inference/language-model.ts';
import { prefill } from '../../neural/inference/prefill.ts';
import { DIALECT, DIALECTS, type Dialect } from '../../neural/models/dialects.ts';
import { PROMPT_SNIPPETS, type PromptLimits } from '../../prompts/completion/prompt-form.ts';
import { restOfLine } from '../../text/lines.ts';
import { continueBlock } from '../ngram/block.ts';
import { firstLine, mayContinue, textOf, wantsBlock, withBlock } from '../ngram/drafter.ts';
import type { NgramModel } from '../ngram/model.ts';
import { surroundings } from '../ngram/ranking.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';
import { type BlockContext, continueMixedBlock } from './block.ts';
import type { SearchLimits } from './branch-search.ts';
import { type CrossTokenizerModels, crossTokenizerCandidates, crossTokenizerExamples } from './cross-tokenizer.ts';
import { DraftLatency } from './draft-latency.ts';
import { LogitReader } from './logit-reader.ts';
import { NextTokenMixer } from './next-token-mixer.ts';
import { PromptPlanner } from './prompt-planner.ts';
import { describeMixed, type MixCandidate, type MixUnranked } from './ranking.ts';
import { REST_TOKENS } from './rest-of-line.ts';
import { LINE_LIMITS, LOOK_AHEAD, type SearchStart, searchLine } from './search.ts';
import type { LabeledQuery, LatencyEstimate, MixWeights, QueryLoss } from './types.ts';
import { VocabularyMapping } from './vocabulary-mapping.ts';

/** Candidates whose agreement with the next line is computed; each costs a few n-gram distributions. */
const RESCORED = 6;
/** Tokens of the longest middle that weights are fitted on. */
const LONGEST_TRUTH = 40;

export interface MixedLineChoice {
  readonly candidates: readonly MixCandidate[];
  readonly none: Float32Array;
}

export interface MixedOptions {
  readonly search?: SearchLimits;
  readonly prompt?: PromptLimits;
  /** Default: the dialect of the shipped models. */
  readonly dialect?: Dialect;
  /** The neural model's tokenizer, if it differs from that of the n-grams. */
  readonly tokenizer?: Vocabulary['tokenizer'];
}

/** A query whose prompt is in the cache. */
interface PromptedQuery extends BlockContext {
  readonly maxTokens: number;
}

export class MixtureSpecialist {
  private readonly name: string;
  private readonly language: Pick<LanguageModel, 'network' | 'prefixes'>;
  private readonly ngram: () => NgramModel;
  private readonly planner: PromptPlanner;
  private readonly reader: LogitReader;
  private readonly mapping: VocabularyMapping | undefined;
  private readonly limits: SearchLimits;
  private readonly latency = new DraftLatency();
  weights: MixWeights;

  /**
   * @param ngram the current index; one call uses one index throughout
   * @param name as in MixSource
   */
  constructor(
    name: string,
    language: Pick<LanguageModel, 'network' | 'prefixes'>,
    ngram: () => NgramModel,
    weights: MixWeights,
    { search, prompt, dialect, tokenizer }: MixedOptions = {},
  ) {
    this.name = name;
    this.language = language;
    this.ngram = ngram;
    this.weights = weights;
    this.limits = search ?? LINE_LIMITS;
    const { vocabulary } = ngram();
    const { vocabSize } = language.network.config;
    this.mapping =
      tokenizer && new VocabularyMapping(tokenizer, vocabSize, DIALECTS[dialect ?? DIALECT].tokens.suffix !== '');
    this.planner = new PromptPlanner(this.mapping?.vocabulary ?? vocabulary, prompt, dialect);
    this.reader = this.mapping?.reader ?? new LogitReader(vocabulary, vocabSize);
  }

  /** Rejects with the signal's reason. */
  async draft(
    query: CompletionQuery,
    options: DraftOptions,
    signal?: AbortSignal,
    onEstimate?: (of: LatencyEstimate) => void,
  ): Promise<Draft> {
    const started = performance.now();
    const write = async (prompted: PromptedQuery) => {
      const { vocabulary } = prompted.ngram;
      const choice = await this.choose(prompted, signal);
      const first = firstLine(
        choice,
        this.weights.ranking,
        `${this.name} + n-gram`,
        prompted.position.own.healed,
        vocabulary,
      );
      // If the line needs no block, only the n-grams continue it: a pass of the neural model would delay the line. With
      // another tokenizer, too, the neural model writes no block; the large model does.
      const block = !wantsBlock(first, options)
        ? mayContinue(first, query) &&
          continueBlock(query, first, options.maxTokens, { ...prompted.position, vocabulary })
        : this.mapping
          ? continueBlock(query, first, options.maxTokens, { ...prompted.position, vocabulary })
          : restOfLine(query.suffix) === '' && (await continueMixedBlock(prompted, first, options.maxTokens, signal));
      return block ? withBlock(first, block, options, vocabulary) : first.draft;
    };
    const estimates = onEstimate && { onEstimate, multiline: options.multiline || options.linesBelow === 'wanted' };
    const draft = await this.withPrompt(query, options.maxTokens, signal, write, estimates);
    return { ...draft, latencyMs: performance.now() - started };
  }

  /** A file of the index has changed. */
  noteChange(path: string): void {
    this.planner.noteChange(path);
  }

  /** Leaves the query's prompt in the cache. A cancelled call leaves what it has computed there. */
  async warm(query: CompletionQuery, signal?: AbortSignal): Promise<void> {
    await this.withPrompt(query, 0, signal, async () => {});
  }

  /** A training example of the ranking. */
  rankingExample({ query, truth }: LabeledQuery, signal?: AbortSignal): Promise<ChoiceExample & MixedLineChoice> {
    return this.withPrompt(query, LONGEST_TRUTH, signal, async (prompted) => {
      const { candidates, none } = await this.choose(prompted, signal);
      return { candidates, none, right: candidates.findIndex(({ text }) => text.trim() === truth.trim()) };
    });
  }

  /** Training examples of the gate: every token of the truth, and its end. Empty if the truth is too long. */
  gateExamples({ query, truth }: LabeledQuery, signal?: AbortSignal): Promise<GateExample[]> {
    return this.withPrompt(query, LONGEST_TRUTH, signal, async (prompted) => {
      const { ngram, position, root, mixer } = prompted;
      const { tokenizer } = ngram.vocabulary;
      const { own } = position;
      let { healed } = own;
      const tokens = [...tokenizer.encode(ngram.vocabulary.decode(healed) + truth)];
      if (tokens.length > LONGEST_TRUTH) return [];
      const crossTokenizer = this.crossTokenizerModels(prompted);
      if (crossTokenizer) return crossTokenizerExamples(root, crossTokenizer, startOf(prompted), truth);
      root.branches.keep([]);
      const promptLength = root.cache.length;
      const pass = { ids: tokens.map((id) => [id]), rows: tokens.map((_, i) => i) };
      const logits = await root.network.forward(root.cache, pass);
      root.cache.truncate(promptLength);
      const context = new Int32Array(own.contextLength + tokens.length + LOOK_AHEAD);
      context.set(own.context.subarray(0, own.contextLength));
      const examples: GateExample[] = [];
      for (let at = 0; at <= tokens.length; at++) {
        const [row, source] = at === 0 ? [0, root.logits] : [at - 1, logits];
        const prediction = mixer.predict(context, own.contextLength + at, healed, source, row, at === 0);
        const token = tokens[at];
        if (healed.length === 0) {
          const probability = mixer.probabilityOf(token, prediction, source, row);
          examples.push({ features: prediction.features, first: probability.neural, second: probability.ngram });
        }
        if (token === undefined) break;
        context[own.contextLength + at] = token;
        healed = remainingBytes(healed, tokenizer.bytesOf(token));
      }
      return examples;
    });
  }

  async lossAt(labeled: LabeledQuery, signal?: AbortSignal): Promise<QueryLoss> {
    const examples = await this.gateExamples(labeled, signal);
    return {
      tokens: examples.length,
      nats: meanLogLoss(examples, (example) => gated(example, this.weights.gate)) * examples.length,
    };
  }

  /** Runs the query's prompt, then `work` on the resulting cache. The prompt stays in the cache for the next query. */
  private async withPrompt<T>(
    query: CompletionQuery,
    maxTokens: number,
    signal: AbortSignal | undefined,
    work: (prompted: PromptedQuery) => Promise<T>,
    estimates?: { readonly onEstimate: (of: LatencyEstimate) => void; readonly multiline: boolean },
  ): Promise<T> {
    const { network, prefixes } = this.language;
    const ngram = this.ngram();
    const position = ngram.positionAt(query, maxTokens);
    this.mapping?.own.load(query, 0);
    const prompt = this.planner.plan(query, this.mapping?.own ?? position.own, () =>
      ngram.snippets(query, PROMPT_SNIPPETS),
    );
    const lease = prefixes.lease(prompt);
    const { branches, cache } = lease;
    const promptTokens = prompt.length - lease.reused;
    const ms = this.latency.estimate(promptTokens);
    estimates?.onEstimate({ promptTokens, ...(ms !== undefined && { ms }) });
    const started = performance.now();
    try {
      branches.logits ??= await prefill(network, cache, prompt, lease.reused, signal);
      signal?.throwIfAborted();
      const promptReadyAt = performance.now();
      this.latency.promptRan(promptTokens, promptReadyAt - started);
      const mixer = new NextTokenMixer(
        position,
        ngram.vocabulary,
        this.reader,
        this.weights.gate,
        restOfLine(query.suffix),
      );
      const { contextLength } = network.config;
      const root = { network, cache, branches, contextLength, logits: branches.logits as Float32Array };
      const done = await work({ query, maxTokens, ngram, position, root, reader: this.reader, mixer });
      if (estimates?.multiline === false)
        this.latency.lineWritten(promptTokens, performance.now() - started, performance.now() - promptReadyAt);
      return done;
    } finally {
      lease.finish(prompt);
    }
  }

  private async choose(prompted: PromptedQuery, signal?: AbortSignal): Promise<MixedLineChoice> {
    const { query, ngram, position, root, mixer } = prompted;
    const { own, scope, path, search } = position;
    const { vocabulary } = ngram;
    const start = startOf(prompted);
    const { before } = start;
    const crossTokenizer = this.crossTokenizerModels(prompted);
    const found = crossTokenizer
      ? await crossTokenizerCandidates(root, crossTokenizer, start, this.limits, signal)
      : await searchLine(root, { position, vocabulary, mixer }, start, this.limits, signal);
    const seen = new Set<string>();
    const unranked: MixUnranked[] = [];
    for (const hypothesis of found) {
      const text = textOf(hypothesis, own.healed, vocabulary);
      if (text.trim() === '' || seen.has(text.trimEnd())) continue;
      seen.add(text.trimEnd());
      const logNextLine = unranked.length < RESCORED ? search.logNextLine(hypothesis, before, scope, path) : -20;
      unranked.push({ hypothesis, text, logNextLine });
    }
    return describeMixed(unranked, surroundings(query.prefix, query.suffix));
  }

  /** Undefined if both models have the same tokenizer. */
  private crossTokenizerModels({
    query,
    ngram: { vocabulary },
    position,
  }: PromptedQuery): CrossTokenizerModels | undefined {
    const { mapping } = this;
    if (!mapping) return undefined;
    const restText = restOfLine(query.suffix);
    const rest = vocabulary.tokenizer.encode(restText).subarray(0, REST_TOKENS);
    return { position, vocabulary, mapping, gate: this.weights.gate, rest, restText };
  }
}

function startOf({ position: { own }, maxTokens }: PromptedQuery): SearchStart {
  return { before: own.context.subarray(0, own.contextLength), healed: own.healed, maxTokens };
}
