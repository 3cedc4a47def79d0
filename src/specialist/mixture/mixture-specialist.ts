// The specialist that a folder's completions come from: the neural model and the n-gram index, mixed token by token, and
// whole lines then weighed against each other.
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import type { ChoiceExample } from '../../common/statistics/conditional-logit.ts';
import { type GateExample, gated, meanLogLoss } from '../../common/statistics/gate.ts';
import { spelled } from '../../neural/decoding/healing.ts';
import type { LanguageModel } from '../../neural/decoding/language-model.ts';
import { prefill } from '../../neural/decoding/prefill.ts';
import { DIALECT, DIALECTS, type Dialect } from '../../neural/models/dialects.ts';
import { PROMPT_SNIPPETS, type PromptLimits } from '../../prompts/completion/prompt-form.ts';
import { restOfLine } from '../../text/lines.ts';
import { continueBlock } from '../ngram/block.ts';
import { firstLine, mayGoOn, textOf, wantsMore, withBlock } from '../ngram/drafter.ts';
import type { NgramModel } from '../ngram/model.ts';
import { surroundings } from '../ngram/ranking.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';
import { type BlockSpot, continueMixedBlock } from './block.ts';
import type { SearchLimits } from './branch-search.ts';
import { type ApartModels, examplesApart, linesApart } from './cross-tokenizer.ts';
import { DraftLatency } from './draft-latency.ts';
import { LogitReader } from './logit-reader.ts';
import { NextTokenMixer } from './next-token-mixer.ts';
import { PromptPlanner } from './prompt-planner.ts';
import { describeMixed, type MixCandidate, type MixUnranked } from './ranking.ts';
import { REST_TOKENS } from './rest-of-line.ts';
import { LINE_LIMITS, LOOK_AHEAD, type Start, searchLine } from './search.ts';
import type { Foreseen, MixPlace, MixWeights, PlaceLoss } from './types.ts';
import { ApartWords } from './vocabulary-mapping.ts';

/** Candidates whose fit with the next line is worked out: each costs a few n-gram distributions. */
const RESCORED = 6;
/** Longest middle that weights are learned from, tokens. */
const LONGEST_TRUTH = 40;

export interface MixedLineChoice {
  readonly candidates: readonly MixCandidate[];
  readonly none: Float32Array;
}

export interface MixedOptions {
  readonly search?: SearchLimits;
  readonly prompt?: PromptLimits;
  /** Default: that of the models that ship. */
  readonly dialect?: Dialect;
  /** The neural model's own words, where they are others than the n-grams'. */
  readonly tokenizer?: Vocabulary['tokenizer'];
}

/** A query with its prompt in the cache. */
interface Spot extends BlockSpot {
  readonly maxTokens: number;
}

export class MixtureSpecialist {
  private readonly name: string;
  private readonly language: Pick<LanguageModel, 'network' | 'prefixes'>;
  private readonly ngram: () => NgramModel;
  private readonly planner: PromptPlanner;
  private readonly reader: LogitReader;
  private readonly words: ApartWords | undefined;
  private readonly limits: SearchLimits;
  private readonly pace = new DraftLatency();
  weights: MixWeights;

  /**
   * @param ngram the current index; a call uses one throughout
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
    this.words = tokenizer && new ApartWords(tokenizer, vocabSize, DIALECTS[dialect ?? DIALECT].tokens.suffix !== '');
    this.planner = new PromptPlanner(this.words?.vocabulary ?? vocabulary, prompt, dialect);
    this.reader = this.words?.reader ?? new LogitReader(vocabulary, vocabSize);
  }

  /** Rejects with the signal's reason. */
  async draft(
    query: CompletionQuery,
    options: DraftOptions,
    signal?: AbortSignal,
    foreseen?: (of: Foreseen) => void,
  ): Promise<Draft> {
    const started = performance.now();
    const write = async (spot: Spot) => {
      const { vocabulary } = spot.ngram;
      const choice = await this.choose(spot, signal);
      const first = firstLine(choice, this.weights.ranking, `${this.name} + n-gram`, spot.place.own.healed, vocabulary);
      // Below a line that calls for none, what the n-grams know alone: a pass of the neural model for it would keep the line waiting.
      // So where its words are others: what it knows of lines further down is left to the large model.
      const block = !wantsMore(first, options)
        ? mayGoOn(first, query) && continueBlock(query, first, options.maxTokens, { ...spot.place, vocabulary })
        : this.words
          ? continueBlock(query, first, options.maxTokens, { ...spot.place, vocabulary })
          : restOfLine(query.suffix) === '' && (await continueMixedBlock(spot, first, options.maxTokens, signal));
      return block ? withBlock(first, block, options, vocabulary) : first.draft;
    };
    const told = foreseen && { foreseen, multiline: options.multiline || options.below === 'wanted' };
    const draft = await this.standAt(query, options.maxTokens, signal, write, told);
    return { ...draft, latencyMs: performance.now() - started };
  }

  /** A file of the index is another one now. */
  changed(path: string): void {
    this.planner.changed(path);
  }

  /** Leaves the query's prompt in the cache. What is done of it when the signal is given stays there too. */
  async warm(query: CompletionQuery, signal?: AbortSignal): Promise<void> {
    await this.standAt(query, 0, signal, async () => {});
  }

  /** What the ranking's weights are learned from at one place. */
  rankingExample({ query, truth }: MixPlace, signal?: AbortSignal): Promise<ChoiceExample & MixedLineChoice> {
    return this.standAt(query, LONGEST_TRUTH, signal, async (spot) => {
      const { candidates, none } = await this.choose(spot, signal);
      return { candidates, none, right: candidates.findIndex(({ text }) => text.trim() === truth.trim()) };
    });
  }

  /** What the gate between the neural model and the n-grams is learned from at one place: every token of the truth, and its end. None where the truth is too long. */
  gateExamples({ query, truth }: MixPlace, signal?: AbortSignal): Promise<GateExample[]> {
    return this.standAt(query, LONGEST_TRUTH, signal, async (spot) => {
      const { ngram, place, root, viewer } = spot;
      const { tokenizer } = ngram.vocabulary;
      const { own } = place;
      let { healed } = own;
      const tokens = [...tokenizer.encode(ngram.vocabulary.decode(healed) + truth)];
      if (tokens.length > LONGEST_TRUTH) return [];
      const apart = this.apart(spot);
      if (apart) return examplesApart(root, apart, startOf(spot), truth);
      root.branches.keep([]);
      const held = root.cache.length;
      const pass = { ids: tokens.map((id) => [id]), rows: tokens.map((_, i) => i) };
      const logits = await root.network.forward(root.cache, pass);
      root.cache.truncate(held);
      const context = new Int32Array(own.contextLength + tokens.length + LOOK_AHEAD);
      context.set(own.context.subarray(0, own.contextLength));
      const examples: GateExample[] = [];
      for (let at = 0; at <= tokens.length; at++) {
        const [row, source] = at === 0 ? [0, root.logits] : [at - 1, logits];
        const view = viewer.look(context, own.contextLength + at, healed, source, row, at === 0);
        const token = tokens[at];
        if (healed.length === 0) {
          const chance = viewer.chanceOf(token, view, source, row);
          examples.push({ features: view.features, first: chance.neural, second: chance.ngram });
        }
        if (token === undefined) break;
        context[own.contextLength + at] = token;
        healed = spelled(healed, tokenizer.bytesOf(token));
      }
      return examples;
    });
  }

  async lossAt(place: MixPlace, signal?: AbortSignal): Promise<PlaceLoss> {
    const examples = await this.gateExamples(place, signal);
    return {
      tokens: examples.length,
      nats: meanLogLoss(examples, (example) => gated(example, this.weights.gate)) * examples.length,
    };
  }

  /** Runs the query's prompt, and then `work` on what it left; the prompt stays for the next query. */
  private async standAt<T>(
    query: CompletionQuery,
    maxTokens: number,
    signal: AbortSignal | undefined,
    work: (spot: Spot) => Promise<T>,
    told?: { readonly foreseen: (of: Foreseen) => void; readonly multiline: boolean },
  ): Promise<T> {
    const { network, prefixes } = this.language;
    const ngram = this.ngram();
    const place = ngram.place(query, maxTokens);
    this.words?.own.load(query, 0);
    const prompt = this.planner.plan(query, this.words?.own ?? place.own, () => ngram.snippets(query, PROMPT_SNIPPETS));
    const lease = prefixes.lease(prompt);
    const { branches, cache } = lease;
    const promptTokens = prompt.length - lease.reused;
    const ms = this.pace.foresee(promptTokens);
    told?.foreseen({ promptTokens, ...(ms !== undefined && { ms }) });
    const started = performance.now();
    try {
      branches.logits ??= await prefill(network, cache, prompt, lease.reused, signal);
      signal?.throwIfAborted();
      const ready = performance.now();
      this.pace.ran(promptTokens, ready - started);
      const viewer = new NextTokenMixer(
        place,
        ngram.vocabulary,
        this.reader,
        this.weights.gate,
        restOfLine(query.suffix),
      );
      const { contextLength } = network.config;
      const root = { network, cache, branches, contextLength, logits: branches.logits as Float32Array };
      const done = await work({ query, maxTokens, ngram, place, root, reader: this.reader, viewer });
      if (told?.multiline === false)
        this.pace.wrote(promptTokens, performance.now() - started, performance.now() - ready);
      return done;
    } finally {
      lease.finish(prompt);
    }
  }

  private async choose(spot: Spot, signal?: AbortSignal): Promise<MixedLineChoice> {
    const { query, ngram, place, root, viewer } = spot;
    const { own, asking, path, search } = place;
    const { vocabulary } = ngram;
    const start = startOf(spot);
    const { before } = start;
    const apart = this.apart(spot);
    const found = apart
      ? await linesApart(root, apart, start, this.limits, signal)
      : await searchLine(root, { place, vocabulary, viewer }, start, this.limits, signal);
    const seen = new Set<string>();
    const unranked: MixUnranked[] = [];
    for (const hypothesis of found) {
      const text = textOf(hypothesis, own.healed, vocabulary);
      if (text.trim() === '' || seen.has(text.trimEnd())) continue;
      seen.add(text.trimEnd());
      const logNextLine = unranked.length < RESCORED ? search.logNextLine(hypothesis, before, asking, path) : -20;
      unranked.push({ hypothesis, text, logNextLine });
    }
    return describeMixed(unranked, surroundings(query.prefix, query.suffix));
  }

  /** Undefined where both models have the same words. */
  private apart({ query, ngram: { vocabulary }, place }: Spot): ApartModels | undefined {
    const { words } = this;
    if (!words) return undefined;
    const restText = restOfLine(query.suffix);
    const rest = vocabulary.tokenizer.encode(restText).subarray(0, REST_TOKENS);
    return { place, vocabulary, words, gate: this.weights.gate, rest, restText };
  }
}

function startOf({ place: { own }, maxTokens }: Spot): Start {
  return { before: own.context.subarray(0, own.contextLength), healed: own.healed, maxTokens };
}
