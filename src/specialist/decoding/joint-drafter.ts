// Drafts of a folder's neural model and n-gram index as one: they find lines together, in one of two ways
// (token-mixture-drafter.ts, line-rescoring-drafter.ts). This is the rest: prompt, ranking, draft, fit, latency.
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import type { ChoiceExample } from '../../common/statistics/conditional-logit.ts';
import { type GateExample, meanLogLoss, mixtureProbability } from '../../common/statistics/gate.ts';
import { readTuning } from '../../common/tuning.ts';
import { type PromptLimits, promptLimitsFor } from '../../prompts/completion/prompt-form.ts';
import { restOfLine } from '../../text/lines.ts';
import { textOf } from '../ngram/block.ts';
import { distinctLines, firstLine, withBlock } from '../ngram/drafter.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import type { Predictor } from '../ngram/predictor.ts';
import { surroundings } from '../ngram/ranking.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';
import { DraftLatency, type LatencyEstimate } from './draft-latency.ts';
import { describeMixed, type MixCandidate } from './line-ranking.ts';
import type { MixWeights } from './mix-weights.ts';
import type { NextTokenScores, PromptScores } from './next-token-scores.ts';
import { PromptPlanner } from './prompt-planner.ts';
import type { MixHypothesis } from './search.ts';

/** Candidates whose agreement with the next line is computed; each costs a few n-gram distributions. */
const RESCORED = 6;

/** A cursor position with the text that the author wrote there. */
export interface LabelledQuery {
  readonly query: CompletionQuery;
  /** The rest of the cursor's line, trimmed at its end. */
  readonly truth: string;
}

/** Log loss of the mixture on a query's truth and the end of the truth. */
export interface QueryLoss {
  /** Number of scored tokens; 0 if the truth is too long to be scored. */
  readonly tokens: number;
  /** Sum of the losses of all tokens. */
  readonly nats: number;
}

/** A query, and the index and its predictor at it. */
export interface QuerySite {
  readonly query: CompletionQuery;
  readonly maxTokens: number;
  readonly ngram: NgramModel;
  readonly predictor: Predictor;
  /** The trimmed text between the cursor and the end of its line. */
  readonly rest: string;
}

interface MixedLineChoice {
  readonly candidates: readonly MixCandidate[];
  readonly none: Float32Array;
}

/** The likeliest line, and what the n-grams write below it: passes of the neural model would delay the line. */
function writeDraft(
  site: QuerySite,
  hypotheses: readonly MixHypothesis[],
  options: DraftOptions,
  model: string,
  ranking: ArrayLike<number>,
): Omit<Draft, 'latencyMs'> {
  const { query, predictor } = site;
  const first = firstLine(chooseLine(site, hypotheses), ranking, model, predictor);
  return withBlock(first, query, options, predictor);
}

/** @param hypotheses most probable first */
function chooseLine({ query, predictor }: QuerySite, hypotheses: readonly MixHypothesis[]): MixedLineChoice {
  const textAt = (hypothesis: MixHypothesis) => textOf(hypothesis, predictor.own.healed, predictor.vocabulary);
  const unranked = distinctLines(hypotheses, predictor, textAt, RESCORED);
  return describeMixed(unranked, surroundings(query.prefix, query.suffix));
}

/** Tokens of the longest middle that weights are fitted on. */
const LONGEST_TRUTH = 40;
/** Prompts are long if reading a new one takes at most this long, ms. */
const LONG_PROMPT_MS = readTuning(process.env).longPromptMs ?? 1000;
/** They stay long up to this many times as long, so that a busy moment does not empty the cache. */
const TOLERANCE = 2;

export interface DrafterOptions {
  readonly prompt?: PromptLimits;
  /** Limits of long prompts; absent: none is long. */
  readonly longPrompt?: PromptLimits | undefined;
  /** Prompts are long if reading a new one takes at most this long, ms. */
  readonly longPromptMs?: number;
}

/** A query whose prompt is in the neural model's cache. */
export interface PromptedQuery<Scores> extends QuerySite {
  readonly prompt: PromptScores<Scores>;
}

export abstract class JointDrafter<Scores = unknown> {
  weights: MixWeights;
  private readonly name: string;
  private readonly model: NextTokenScores<Scores>;
  private readonly ngram: () => NgramModel;
  private readonly planner: PromptPlanner;
  private readonly latency = new DraftLatency();
  private readonly longPromptMs: number;
  private isFast = false;

  /**
   * @param name as in MixSource
   * @param ngram the current index; one call uses one index throughout
   * @param vocabulary of the neural model
   */
  protected constructor(
    name: string,
    model: NextTokenScores<Scores>,
    ngram: () => NgramModel,
    weights: MixWeights,
    vocabulary: Vocabulary,
    { prompt = promptLimitsFor(model.contextLength), longPrompt, longPromptMs = LONG_PROMPT_MS }: DrafterOptions,
  ) {
    this.name = name;
    this.model = model;
    this.ngram = ngram;
    this.weights = weights;
    this.planner = new PromptPlanner(vocabulary, prompt, model.dialect, longPrompt);
    this.longPromptMs = longPromptMs;
  }

  /** The query's document in the neural model's tokens. */
  protected abstract ownFile(site: QuerySite): OwnFile;
  /** Lines, most probable first. */
  protected abstract linesAt(prompted: PromptedQuery<Scores>, signal?: AbortSignal): Promise<readonly MixHypothesis[]>;
  /** Training examples of the gate: every token of the truth, and its end. Empty if the truth is too long. */
  protected abstract examplesAt(
    prompted: PromptedQuery<Scores>,
    truth: string,
    signal?: AbortSignal,
  ): Promise<GateExample[]>;
  /** Rejects with the signal's reason. */
  async draft(
    query: CompletionQuery,
    options: DraftOptions,
    signal?: AbortSignal,
    onEstimate?: (of: LatencyEstimate) => void,
  ): Promise<Draft> {
    const started = performance.now();
    const write = async (prompted: PromptedQuery<Scores>) =>
      writeDraft(
        prompted,
        await this.linesAt(prompted, signal),
        options,
        `${this.name} + n-gram`,
        this.weights.ranking,
      );
    const estimates = onEstimate && { onEstimate, multiline: options.multiline };
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
  rankingExample({ query, truth }: LabelledQuery, signal?: AbortSignal): Promise<ChoiceExample & MixedLineChoice> {
    return this.withPrompt(query, LONGEST_TRUTH, signal, async (prompted) => {
      const { candidates, none } = chooseLine(prompted, await this.linesAt(prompted, signal));
      return { candidates, none, right: candidates.findIndex(({ text }) => text.trim() === truth.trim()) };
    });
  }

  /** Training examples of the gate: every token of the truth, and its end. Empty if the truth is too long. */
  gateExamples({ query, truth }: LabelledQuery, signal?: AbortSignal): Promise<GateExample[]> {
    return this.withPrompt(query, LONGEST_TRUTH, signal, async (prompted) => {
      const { own, vocabulary } = prompted.predictor;
      const tokens = vocabulary.tokenizer.encode(vocabulary.decode(own.healed) + truth);
      return tokens.length > LONGEST_TRUTH ? [] : this.examplesAt(prompted, truth, signal);
    });
  }

  async lossAt(labelled: LabelledQuery, signal?: AbortSignal): Promise<QueryLoss> {
    const examples = await this.gateExamples(labelled, signal);
    return {
      tokens: examples.length,
      nats: meanLogLoss(examples, (example) => mixtureProbability(example, this.weights.gate)) * examples.length,
    };
  }

  /** The prompt's tokens: long where this machine reads a long prompt quickly, as measured on the prompts before. */
  private plan(site: QuerySite): number[] {
    const { longTokens } = this.planner;
    const ms = longTokens === undefined ? undefined : this.latency.promptMs(longTokens);
    if (ms !== undefined) this.isFast = ms <= this.longPromptMs * (this.isFast ? TOLERANCE : 1);
    const { query, ngram } = site;
    return this.planner.plan(query, this.ownFile(site), (options) => ngram.snippets(query, options), this.isFast);
  }

  /** Runs the query's prompt, then `work` on the resulting cache. The prompt stays in the cache for the next query. */
  private async withPrompt<T>(
    query: CompletionQuery,
    maxTokens: number,
    signal: AbortSignal | undefined,
    work: (prompted: PromptedQuery<Scores>) => Promise<T>,
    estimates?: { readonly onEstimate: (of: LatencyEstimate) => void; readonly multiline: boolean },
  ): Promise<T> {
    const ngram = this.ngram();
    const predictor = ngram.predictorAt(query, maxTokens);
    const site = { query, maxTokens, ngram, predictor, rest: restOfLine(query.suffix) };
    const prompt = this.model.open(this.plan(site));
    const { freshTokens: promptTokens } = prompt;
    const ms = this.latency.estimate(promptTokens);
    estimates?.onEstimate({ promptTokens, ...(ms !== undefined && { ms }) });
    const started = performance.now();
    try {
      await prompt.ready(signal);
      const readyAt = performance.now();
      this.latency.promptRan(promptTokens, readyAt - started);
      const done = await work({ ...site, prompt });
      if (estimates?.multiline === false)
        this.latency.lineWritten(promptTokens, performance.now() - started, performance.now() - readyAt);
      return done;
    } finally {
      prompt.close();
    }
  }
}
