// The specialist that a folder's completions come from: the neural model and the n-gram index, mixed token by token, and
// whole lines then weighed against each other.
import type { CompletionQuery, Draft, DraftOptions } from '../common/completion.ts';
import type { Language } from '../decode/language.ts';
import { prefill } from '../decode/prefill.ts';
import { compose, textOf } from '../ngram/drafter.ts';
import type { NgramModel, Place } from '../ngram/model.ts';
import { type RankingExample, surroundings } from '../ngram/ranking.ts';
import type { GateExample } from './gate.ts';
import { type PromptLimits, PromptPlanner } from './prompt.ts';
import { describeMixed, type MixCandidate, type MixUnranked } from './ranking.ts';
import { Reader } from './reader.ts';
import { LINE_LIMITS, type Root, type SearchLimits, searchLine } from './search.ts';
import type { MixPlace, MixWeights } from './types.ts';
import { Viewer } from './view.ts';

/** Candidates whose fit with the next line is worked out: each costs a few n-gram distributions. */
const RESCORED = 6;
/** Snippets in the neural model's prompt; the planner cuts them to its limits. */
const SNIPPETS = { maxSnippets: 2, maxCharacters: 700 };
/** Longest middle that weights are learned from, tokens. */
const LONGEST_TRUTH = 40;

export interface Choice {
  readonly candidates: readonly MixCandidate[];
  readonly none: Float32Array;
}

export class Mixed {
  private readonly name: string;
  private readonly language: Pick<Language, 'network' | 'prefixes'>;
  private readonly ngram: () => NgramModel;
  private readonly planner: PromptPlanner;
  private readonly reader: Reader;
  private readonly limits: SearchLimits;
  weights: MixWeights;

  /**
   * @param ngram the current index; a call uses one throughout
   * @param name as in MixSource
   */
  constructor(
    name: string,
    language: Pick<Language, 'network' | 'prefixes'>,
    ngram: () => NgramModel,
    weights: MixWeights,
    limits: { readonly search?: SearchLimits; readonly prompt?: PromptLimits } = {},
  ) {
    this.name = name;
    this.language = language;
    this.ngram = ngram;
    this.weights = weights;
    this.limits = limits.search ?? LINE_LIMITS;
    const { vocabulary } = ngram();
    this.planner = new PromptPlanner(vocabulary, limits.prompt);
    this.reader = new Reader(vocabulary, language.network.config.vocabSize);
  }

  /** Rejects with the signal's reason. */
  async draft(query: CompletionQuery, options: DraftOptions, signal?: AbortSignal): Promise<Draft> {
    const started = performance.now();
    const model = `${this.name} + n-gram`;
    const ngram = this.ngram();
    const place = ngram.place(query, options.maxTokens);
    const choice = await this.choose(ngram, place, query, options.maxTokens, signal);
    const { own, search } = place;
    const parts = { vocabulary: ngram.vocabulary, own, search };
    const draft = compose(choice, this.weights.ranking, model, query, options, parts);
    return { ...draft, latencyMs: performance.now() - started };
  }

  /** What the ranking's weights are learned from at one place. */
  async rankingExample(
    { query, truth }: MixPlace,
    signal?: AbortSignal,
  ): Promise<RankingExample & { readonly candidates: readonly MixCandidate[] }> {
    const ngram = this.ngram();
    const { candidates, none } = await this.choose(
      ngram,
      ngram.place(query, LONGEST_TRUTH),
      query,
      LONGEST_TRUTH,
      signal,
    );
    return { candidates, none, right: candidates.findIndex(({ text }) => text.trim() === truth.trim()) };
  }

  /** What the gate is learned from at one place: every token of the truth, and its end. None where the truth is too long. */
  async gateExamples({ query, truth }: MixPlace, signal?: AbortSignal): Promise<GateExample[]> {
    const ngram = this.ngram();
    const { vocabulary } = ngram;
    const place = ngram.place(query, LONGEST_TRUTH);
    const { own } = place;
    const healedText = vocabulary.decode(own.healed);
    const tokens = [...vocabulary.tokenizer.encode(healedText + truth)];
    if (tokens.length > LONGEST_TRUTH) return [];
    const { network, prefixes } = this.language;
    const prompt = this.promptOf(ngram, place, query);
    const lease = prefixes.lease(prompt);
    const examples: GateExample[] = [];
    try {
      const first = await prefill(network, lease.cache, prompt, lease.reused, signal);
      signal?.throwIfAborted();
      if (first === undefined) return [];
      const root = lease.cache.length;
      const rows = tokens.map((_, i) => i);
      const logits = await network.forward(lease.cache, { ids: tokens.map((id) => [id]), rows });
      lease.cache.truncate(root);
      const viewer = this.viewerOf(ngram, place, query);
      const context = new Int32Array(own.contextLength + tokens.length + 8);
      context.set(own.context.subarray(0, own.contextLength));
      let { healed } = own;
      for (let at = 0; at <= tokens.length; at++) {
        const [row, source] = at === 0 ? [0, first] : [at - 1, logits];
        const view = viewer.look(context, own.contextLength + at, healed, source, row, at === 0);
        const token = tokens[at];
        if (healed.length === 0) {
          const { ngram: local, neural } = viewer.chanceOf(token, view, source, row);
          examples.push({ features: view.features, ngram: local, neural });
        }
        if (token === undefined) break;
        context[own.contextLength + at] = token;
        healed = healed.subarray(Math.min(healed.length, vocabulary.tokenizer.bytesOf(token).length));
      }
    } finally {
      lease.finish(prompt);
    }
    return examples;
  }

  /** Forgets prompts made from an index that is another one now. */
  clear(): void {
    this.planner.clear();
  }

  private async choose(
    ngram: NgramModel,
    place: Place,
    query: CompletionQuery,
    maxTokens: number,
    signal?: AbortSignal,
  ): Promise<Choice> {
    const { network, prefixes } = this.language;
    const { own } = place;
    const prompt = this.promptOf(ngram, place, query);
    const lease = prefixes.lease(prompt);
    try {
      const logits = await prefill(network, lease.cache, prompt, lease.reused, signal);
      signal?.throwIfAborted();
      if (logits === undefined) return { candidates: [], none: new Float32Array(0) };
      const root: Root = { network, cache: lease.cache, logits };
      const before = own.context.subarray(0, own.contextLength);
      const viewer = this.viewerOf(ngram, place, query);
      const found = await searchLine(
        root,
        place,
        ngram.vocabulary,
        viewer,
        before,
        own.healed,
        maxTokens,
        this.limits,
        signal,
      );
      const seen = new Set<string>();
      const unranked: MixUnranked[] = [];
      for (const hypothesis of found) {
        const text = textOf(hypothesis, own.healed, ngram.vocabulary);
        if (text.trim() === '' || seen.has(text.trimEnd())) continue;
        seen.add(text.trimEnd());
        const { asking, path, search } = place;
        const logNextLine = unranked.length < RESCORED ? search.logNextLine(hypothesis, before, asking, path) : -20;
        unranked.push({ hypothesis, text, logNextLine });
      }
      return describeMixed(unranked, surroundings(query.prefix, query.suffix));
    } finally {
      lease.finish(prompt);
    }
  }

  private promptOf(ngram: NgramModel, { own }: Place, query: CompletionQuery): number[] {
    return this.planner.plan(query, own, () => ngram.snippets(query, SNIPPETS));
  }

  private viewerOf(ngram: NgramModel, place: Place, { suffix }: CompletionQuery): Viewer {
    const lineEnd = suffix.indexOf('\n');
    const rest = (lineEnd < 0 ? suffix : suffix.slice(0, lineEnd)).trim();
    return new Viewer(place, ngram.vocabulary, this.reader, this.weights.gate, rest);
  }
}
