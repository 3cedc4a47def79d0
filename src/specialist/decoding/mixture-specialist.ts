// The specialist that completes in a folder: the neural model and the n-gram index, mixed token by token. Whole lines
// are then ranked against each other.
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import type { ChoiceExample } from '../../common/statistics/conditional-logit.ts';
import { type GateExample, meanLogLoss, mixtureProbability } from '../../common/statistics/gate.ts';
import { readTuning } from '../../common/tuning.ts';
import { remainingBytes } from '../../neural/inference/healing.ts';
import type { LanguageModel } from '../../neural/inference/language-model.ts';
import { prefill } from '../../neural/inference/prefill.ts';
import { DIALECTS, type Dialect } from '../../neural/models/dialects.ts';
import { longPromptLimitsFor, type PromptLimits, promptLimitsFor } from '../../prompts/completion/prompt-form.ts';
import { restOfLine } from '../../text/lines.ts';
import type { Block, FirstLine } from '../ngram/block.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import { type BlockContext, continueMixedBlock } from './block.ts';
import type { SearchLimits } from './branch-search.ts';
import { DraftLatency } from './draft-latency.ts';
import { lineCandidates, lineExamples } from './line-candidates.ts';
import type { LineModel, PromptedLines } from './line-model.ts';
import { LogitReader } from './logit-reader.ts';
import { NextTokenMixer } from './next-token-mixer.ts';
import { PromptPlanner } from './prompt-planner.ts';
import type { LineMixtureModels } from './propose-line.ts';
import { scoringSite } from './score-line.ts';
import { LINE_LIMITS, type MixHypothesis, REST_ENTRIES, searchLine } from './search.ts';
import type { LabeledQuery, LatencyEstimate, MixWeights, QueryLoss } from './types.ts';
import { VocabularyMapping } from './vocabulary-mapping.ts';
import { chooseLine, type MixedLineChoice, type QuerySite, startOf, writeDraft } from './write-draft.ts';

/** Tokens of the longest middle that weights are fitted on. */
const LONGEST_TRUTH = 40;
/** Prompts are long if reading a new one takes at most this long, ms. */
const LONG_PROMPT_MS = readTuning(process.env).longPromptMs ?? 1000;
/** They stay long up to this many times as long, so that a busy moment does not empty the cache. */
const TOLERANCE = 2;

export interface MixedOptions {
  readonly search?: SearchLimits;
  readonly prompt?: PromptLimits;
}

export interface LineOptions extends Pick<MixedOptions, 'prompt'> {
  readonly longPrompt?: PromptLimits;
  /** Prompts are long if reading a new one takes at most this long, ms. */
  readonly longPromptMs?: number;
}

/** A query whose prompt is in the cache of a model with the n-grams' tokenizer. */
interface PromptedQuery extends BlockContext {
  readonly maxTokens: number;
}

interface PromptedLineQuery extends QuerySite {
  readonly lines: PromptedLines;
}

/** A prompt that is about to run. */
interface OpenedPrompt<P> {
  /** Tokens of the prompt that no cache holds. */
  readonly freshTokens: number;
  /** Runs the prompt. Rejects with the signal's reason. */
  readonly ready: (signal?: AbortSignal) => Promise<P>;
  /** Closes the prompt. Tokens that were run stay in the cache for the next prompt. */
  readonly close: () => void;
}

/** The common part of both mixtures: prompt, ranking, block, fit, latency. */
export abstract class FolderSpecialist<P extends QuerySite = QuerySite> {
  weights: MixWeights;
  protected readonly planner: PromptPlanner;
  private readonly name: string;
  private readonly ngram: () => NgramModel;
  private readonly latency = new DraftLatency();
  private readonly longPromptMs: number;
  private isFast = false;

  protected constructor(
    name: string,
    ngram: () => NgramModel,
    weights: MixWeights,
    planner: PromptPlanner,
    longPromptMs = LONG_PROMPT_MS,
  ) {
    this.name = name;
    this.ngram = ngram;
    this.weights = weights;
    this.planner = planner;
    this.longPromptMs = longPromptMs;
  }

  /** Plans and opens the query's prompt. */
  protected abstract open(site: QuerySite): OpenedPrompt<P>;
  /** Lines, most probable first. */
  protected abstract linesAt(prompted: P, signal?: AbortSignal): Promise<readonly MixHypothesis[]>;
  /** Training examples of the gate: every token of the truth, and its end. Empty if the truth is too long. */
  protected abstract examplesAt(prompted: P, truth: string, signal?: AbortSignal): Promise<GateExample[]>;
  /** A wanted block below the first line; undefined if only the n-grams write blocks. */
  protected abstract blockAt(
    prompted: P,
    first: FirstLine,
    maxTokens: number,
    signal?: AbortSignal,
  ): Promise<Block | false | undefined>;

  /** Rejects with the signal's reason. */
  async draft(
    query: CompletionQuery,
    options: DraftOptions,
    signal?: AbortSignal,
    onEstimate?: (of: LatencyEstimate) => void,
  ): Promise<Draft> {
    const started = performance.now();
    const write = async (prompted: P) => {
      const hypotheses = await this.linesAt(prompted, signal);
      const model = `${this.name} + n-gram`;
      return writeDraft(prompted, hypotheses, options, { model, ranking: this.weights.ranking }, (first) =>
        this.blockAt(prompted, first, options.maxTokens, signal),
      );
    };
    const estimates = onEstimate && { onEstimate, multiline: options.multiline || options.linesBelow === 'wanted' };
    const draft = await this.withPrompt(query, options.maxTokens, signal, write, estimates);
    return { ...draft, latencyMs: performance.now() - started };
  }

  /** A file of the index has changed. */
  noteChange(path: string): void {
    this.planner.noteChange(path);
  }

  /** Runs the query's prompt into the cache. After a cancelled call the finished part stays there. */
  async warm(query: CompletionQuery, signal?: AbortSignal): Promise<void> {
    await this.withPrompt(query, 0, signal, async () => {});
  }

  /** A training example of the ranking. */
  rankingExample({ query, truth }: LabeledQuery, signal?: AbortSignal): Promise<ChoiceExample & MixedLineChoice> {
    return this.withPrompt(query, LONGEST_TRUTH, signal, async (prompted) => {
      const { candidates, none } = chooseLine(prompted, await this.linesAt(prompted, signal));
      return { candidates, none, right: candidates.findIndex(({ text }) => text.trim() === truth.trim()) };
    });
  }

  /** Training examples of the gate: every token of the truth, and its end. Empty if the truth is too long. */
  gateExamples({ query, truth }: LabeledQuery, signal?: AbortSignal): Promise<GateExample[]> {
    return this.withPrompt(query, LONGEST_TRUTH, signal, async (prompted) => {
      const { vocabulary } = prompted.ngram;
      const tokens = vocabulary.tokenizer.encode(vocabulary.decode(prompted.position.own.healed) + truth);
      return tokens.length > LONGEST_TRUTH ? [] : this.examplesAt(prompted, truth, signal);
    });
  }

  async lossAt(labeled: LabeledQuery, signal?: AbortSignal): Promise<QueryLoss> {
    const examples = await this.gateExamples(labeled, signal);
    return {
      tokens: examples.length,
      nats: meanLogLoss(examples, (example) => mixtureProbability(example, this.weights.gate)) * examples.length,
    };
  }

  /** The prompt's tokens: long where this machine reads a long prompt quickly, as measured on the prompts before. */
  protected plan({ query, ngram }: QuerySite, own: OwnFile): number[] {
    const { longTokens } = this.planner;
    const ms = longTokens === undefined ? undefined : this.latency.promptMs(longTokens);
    if (ms !== undefined) this.isFast = ms <= this.longPromptMs * (this.isFast ? TOLERANCE : 1);
    return this.planner.plan(query, own, (options) => ngram.snippets(query, options), this.isFast);
  }

  /** Runs the query's prompt, then `work` on the resulting cache. The prompt stays in the cache for the next query. */
  protected async withPrompt<T>(
    query: CompletionQuery,
    maxTokens: number,
    signal: AbortSignal | undefined,
    work: (prompted: P) => Promise<T>,
    estimates?: { readonly onEstimate: (of: LatencyEstimate) => void; readonly multiline: boolean },
  ): Promise<T> {
    const ngram = this.ngram();
    const position = ngram.positionAt(query, maxTokens);
    const { freshTokens: promptTokens, ready, close } = this.open({ query, maxTokens, ngram, position });
    const ms = this.latency.estimate(promptTokens);
    estimates?.onEstimate({ promptTokens, ...(ms !== undefined && { ms }) });
    const started = performance.now();
    try {
      const prompted = await ready(signal);
      const readyAt = performance.now();
      this.latency.promptRan(promptTokens, readyAt - started);
      const done = await work(prompted);
      if (estimates?.multiline === false)
        this.latency.lineWritten(promptTokens, performance.now() - started, performance.now() - readyAt);
      return done;
    } finally {
      close();
    }
  }
}

/** The specialist for a neural model with the n-grams' tokenizer: both are mixed token by token. */
export class MixtureSpecialist extends FolderSpecialist<PromptedQuery> {
  private readonly language: Pick<LanguageModel, 'network' | 'prefixes'>;
  private readonly reader: LogitReader;
  private readonly limits: SearchLimits;

  /**
   * @param ngram the current index; one call uses one index throughout
   * @param name as in MixSource
   */
  constructor(
    name: string,
    language: Pick<LanguageModel, 'network' | 'prefixes'>,
    ngram: () => NgramModel,
    weights: MixWeights,
    { search, prompt, dialect }: MixedOptions & { readonly dialect?: Dialect } = {},
  ) {
    const { vocabulary } = ngram();
    super(name, ngram, weights, new PromptPlanner(vocabulary, prompt, dialect));
    this.language = language;
    this.limits = search ?? LINE_LIMITS;
    this.reader = new LogitReader(vocabulary, language.network.config.vocabSize);
  }

  protected open(site: QuerySite): OpenedPrompt<PromptedQuery> {
    const { network, prefixes } = this.language;
    const { query, maxTokens, ngram, position } = site;
    const prompt = this.plan(site, position.own);
    const lease = prefixes.lease(prompt);
    const { branches, cache } = lease;
    return {
      freshTokens: prompt.length - lease.reused,
      ready: async (signal) => {
        branches.logits ??= await prefill(network, cache, prompt, lease.reused, signal);
        signal?.throwIfAborted();
        const rest = restOfLine(query.suffix);
        const mixer = new NextTokenMixer(position, ngram.vocabulary, this.reader, this.weights.gate, rest);
        const { contextLength } = network.config;
        const root = { network, cache, branches, contextLength, logits: branches.logits as Float32Array };
        return { query, maxTokens, ngram, position, root, reader: this.reader, mixer };
      },
      close: () => lease.finish(prompt),
    };
  }

  protected linesAt(prompted: PromptedQuery, signal?: AbortSignal): Promise<readonly MixHypothesis[]> {
    const { ngram, position, root, mixer } = prompted;
    return searchLine(root, { position, vocabulary: ngram.vocabulary, mixer }, startOf(prompted), this.limits, signal);
  }

  protected async blockAt(
    prompted: PromptedQuery,
    first: FirstLine,
    maxTokens: number,
    signal?: AbortSignal,
  ): Promise<Block | false> {
    return restOfLine(prompted.query.suffix) === '' && continueMixedBlock(prompted, first, maxTokens, signal);
  }

  protected async examplesAt({ ngram, position, root, mixer }: PromptedQuery, truth: string): Promise<GateExample[]> {
    const { tokenizer } = ngram.vocabulary;
    const { own } = position;
    let { healed } = own;
    const tokens = [...tokenizer.encode(ngram.vocabulary.decode(healed) + truth)];
    root.branches.keep([]);
    const promptLength = root.cache.length;
    const pass = { ids: tokens.map((id) => [id]), rows: tokens.map((_, i) => i) };
    const logits = await root.network.forward(root.cache, pass);
    root.cache.truncate(promptLength);
    const cursor = own.before.length;
    const context = new Int32Array(cursor + tokens.length + REST_ENTRIES);
    context.set(own.before);
    const examples: GateExample[] = [];
    for (let at = 0; at <= tokens.length; at++) {
      const [row, source] = at === 0 ? [0, root.logits] : [at - 1, logits];
      const prediction = mixer.predict(context, cursor + at, healed, source, row, at === 0);
      const token = tokens[at];
      if (healed.length === 0) {
        const probability = mixer.probabilityOf(token, prediction, source, row);
        examples.push({ features: prediction.features, first: probability.neural, second: probability.ngram });
      }
      if (token === undefined) break;
      context[cursor + at] = token;
      healed = remainingBytes(healed, tokenizer.bytesOf(token));
    }
    return examples;
  }
}

/**
 * The specialist for a neural model with another tokenizer than the n-grams: each proposes whole lines, and both score
 * all of them. Blocks are written by the n-grams alone, or by the large model.
 */
export class LineSpecialist extends FolderSpecialist<PromptedLineQuery> {
  private readonly model: LineModel;
  private readonly mapping: VocabularyMapping;

  /** Parameters as for MixtureSpecialist. */
  constructor(
    name: string,
    model: LineModel,
    ngram: () => NgramModel,
    weights: MixWeights,
    { prompt, longPrompt, longPromptMs }: LineOptions = {},
  ) {
    const mapping = new VocabularyMapping(
      model.tokenizer,
      model.vocabularySize,
      DIALECTS[model.dialect].tokens.suffix !== '',
    );
    super(
      name,
      ngram,
      weights,
      new PromptPlanner(
        mapping.vocabulary,
        prompt ?? promptLimitsFor(model.contextLength),
        model.dialect,
        longPrompt ?? longPromptLimitsFor(model.contextLength),
      ),
      longPromptMs,
    );
    this.model = model;
    this.mapping = mapping;
  }

  protected open(site: QuerySite): OpenedPrompt<PromptedLineQuery> {
    this.mapping.own.load(site.query, 0);
    const prompt = this.plan(site, this.mapping.own);
    const lines = this.model.open(prompt);
    return {
      freshTokens: lines.freshTokens,
      ready: async (signal) => {
        await lines.ready(signal);
        return { ...site, lines };
      },
      close: () => lines.close(),
    };
  }

  protected linesAt(prompted: PromptedLineQuery, signal?: AbortSignal): Promise<readonly MixHypothesis[]> {
    return lineCandidates(this.modelsAt(prompted), startOf(prompted), signal);
  }

  protected examplesAt(prompted: PromptedLineQuery, truth: string, signal?: AbortSignal): Promise<GateExample[]> {
    return lineExamples(this.modelsAt(prompted), startOf(prompted), truth, signal);
  }

  protected async blockAt(): Promise<undefined> {}

  private modelsAt(prompted: PromptedLineQuery): LineMixtureModels {
    return { ...scoringSite(prompted, this.weights.gate), lines: prompted.lines, mapping: this.mapping };
  }
}
