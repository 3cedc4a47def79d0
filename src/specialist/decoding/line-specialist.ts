// The specialist for a neural model with another tokenizer than the n-grams: each proposes whole lines, and both score
// all of them in their own tokens (score-line.ts). Blocks are written by the n-grams alone, or by the large model.
import type { GateExample } from '../../common/statistics/gate.ts';
import type { TopTokens } from '../../neural/inference/top-tokens.ts';
import { DIALECTS } from '../../neural/models/dialects.ts';
import { longPromptLimitsFor } from '../../prompts/completion/prompt-form.ts';
import { cutBeforeRest } from '../../text/lines.ts';
import { textOf } from '../ngram/draft-tokens.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import { FolderSpecialist, type PromptedQuery, type SpecialistOptions } from './folder-specialist.ts';
import { LineScores, TokenDistribution } from './line-scores.ts';
import { beginnings, type NextTokenScores } from './next-token-scores.ts';
import { proposeLine } from './propose-line.ts';
import { scoreLine } from './score-line.ts';
import type { MixHypothesis } from './search.ts';
import type { MixWeights } from './types.ts';
import { VocabularyMapping } from './vocabulary-mapping.ts';
import type { QuerySite } from './write-draft.ts';

/** Lines of the n-grams that are scored, and tokens of all of them that no pass has run. */
const MOST_LINES = 5;
const MOST_SCORED = 48;

type Prompted = PromptedQuery<TopTokens>;

export class LineSpecialist extends FolderSpecialist<TopTokens> {
  private readonly mapping: VocabularyMapping;

  constructor(
    name: string,
    model: NextTokenScores<TopTokens>,
    ngram: () => NgramModel,
    weights: MixWeights,
    options: SpecialistOptions = {},
  ) {
    const { tokenizer, vocabularySize, dialect, contextLength } = model;
    const mapping = new VocabularyMapping(tokenizer, vocabularySize, DIALECTS[dialect].tokens.suffix !== '');
    const longPrompt = longPromptLimitsFor(contextLength);
    super(name, model, ngram, weights, mapping.vocabulary, { longPrompt, ...options });
    this.mapping = mapping;
  }

  protected ownFile({ query }: QuerySite): OwnFile {
    this.mapping.own.load(query, 0);
    return this.mapping.own;
  }

  protected async linesAt(prompted: Prompted, signal?: AbortSignal): Promise<MixHypothesis[]> {
    const { mapping } = this;
    const { rest, maxTokens } = prompted;
    const expected = ngramLines(prompted);
    const proposed = await proposeLine({ ...prompted, mapping }, expected, signal);
    const written = proposed !== undefined && !mapping.seesSuffix ? cutBeforeRest(proposed, rest) : proposed;
    const lines: MixHypothesis[] = [];
    let scored = 0;
    for (const text of new Set([written ?? '', ...expected].map((each) => each.trimEnd()))) {
      if (text.trim() === '' || scored > MOST_SCORED) continue;
      const scores = await this.scoresOf(prompted, text, signal);
      if (!scores) continue;
      scored += scores.newTokens;
      const { hypothesis } = scoreLine(text, scores.lineScores, prompted, this.weights.gate);
      if (hypothesis.steps.length <= maxTokens) lines.push(hypothesis);
    }
    return lines.sort((a, b) => b.logProbability - a.logProbability);
  }

  protected async examplesAt(prompted: Prompted, truth: string, signal?: AbortSignal): Promise<GateExample[]> {
    const scores = await this.scoresOf(prompted, truth, signal);
    return scores ? scoreLine(truth, scores.lineScores, prompted, this.weights.gate).examples : [];
  }

  protected async blockAt(): Promise<undefined> {}

  /** Undefined if the context has no room for the line. */
  private async scoresOf({ prompt, rest }: Prompted, text: string, signal?: AbortSignal) {
    const { mapping } = this;
    const { vocabulary } = mapping;
    // A model that is not shown the text behind the cursor has to predict it.
    const predictedSuffix = mapping.seesSuffix ? '' : rest;
    const path = [...vocabulary.tokenizer.encode(vocabulary.decode(mapping.own.healed) + text + predictedSuffix)];
    if (path.length + 2 > prompt.room) return undefined;
    const newTokens = path.length - prompt.depthOf(path);
    const rows = await prompt.run(beginnings(path), signal);
    const readings = rows.map((top) => new TokenDistribution(top, mapping.kinds, rest === ''));
    // Normalisation may change bytes; these are the bytes of the model's tokens.
    const bytes = vocabulary.bytesOf(path);
    const end = predictedSuffix === '' ? undefined : bytes.length - new TextEncoder().encode(predictedSuffix).length;
    return { lineScores: new LineScores(mapping, bytes, path, readings, end), newTokens };
  }
}

/** The n-grams' lines without the rest of the cursor's line, most probable first. */
function ngramLines({ position, ngram, rest, maxTokens }: QuerySite): string[] {
  const { own, search, scope, path } = position;
  return search
    .run(own.before, own.healed, scope, path, maxTokens)
    .flatMap((hypothesis) => cutBeforeRest(textOf(hypothesis, own.healed, ngram.vocabulary), rest) ?? [])
    .slice(0, MOST_LINES);
}
