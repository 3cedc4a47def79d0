// The drafter for a neural model with another tokenizer than the n-grams: each proposes whole lines, and both score
// all of them in their own tokens (line-scores.ts, score-line.ts). Blocks are written by the n-grams alone.
import type { GateExample } from '../../common/statistics/gate.ts';
import type { TopTokens } from '../../neural/inference/passes.ts';
import { remainingBytes } from '../../neural/inference/prefill.ts';
import { DIALECTS } from '../../neural/models/manifest.ts';
import { longPromptLimitsFor } from '../../prompts/completion/prompt-form.ts';
import { cutBeforeRest } from '../../text/lines.ts';
import { startsWithBytes } from '../../text/tokenizer/bpe.ts';
import { textOf } from '../ngram/block.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import { contextWithRoom, findLines } from '../ngram/search.ts';
import { type DrafterOptions, JointDrafter, type PromptedQuery, type QuerySite } from './joint-drafter.ts';
import { LineScores, TokenDistribution } from './line-scores.ts';
import type { MixWeights } from './mix-weights.ts';
import { beginnings, type NextTokenScores } from './next-token-scores.ts';
import { likelyTokens } from './ngram-predictions.ts';
import { scoreLine } from './score-line.ts';
import type { MixHypothesis } from './search.ts';
import { tokenHead, VocabularyMapping } from './vocabulary-mapping.ts';

/** Lines of the n-grams that are scored, and tokens of all of them that no pass has run. */
const MOST_LINES = 5;
const MOST_SCORED = 48;

type Prompted = PromptedQuery<TopTokens>;

export class LineRescoringDrafter extends JointDrafter<TopTokens> {
  private readonly mapping: VocabularyMapping;

  constructor(
    name: string,
    model: NextTokenScores<TopTokens>,
    ngram: () => NgramModel,
    weights: MixWeights,
    options: DrafterOptions = {},
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
function ngramLines({ predictor, rest, maxTokens }: QuerySite): string[] {
  const { own, vocabulary } = predictor;
  return findLines(predictor, own.before, own.healed, maxTokens)
    .flatMap((hypothesis) => cutBeforeRest(textOf(hypothesis, own.healed, vocabulary), rest) ?? [])
    .slice(0, MOST_LINES);
}

interface MappedQuery extends PromptedQuery<TopTokens> {
  readonly mapping: VocabularyMapping;
}

/** N-gram tokens that a pass verifies beyond a known line, and their least joint probability. */
const AHEAD = 6;
const WORTH_A_ROW = 0.15;

/**
 * Text from the cursor to the line's end; undefined if no line was finished. Rejects with the signal's reason.
 * @param expected lines of the n-grams, most probable first
 */
async function proposeLine(
  site: MappedQuery,
  expected: readonly string[],
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { prompt, mapping, rest } = site;
  const { tokenizer } = mapping.vocabulary;
  // Else only a special token ends the middle.
  const lineEnds = rest === '' || !mapping.seesSuffix;
  const most = Math.min(site.maxTokens, prompt.room - AHEAD - 2);
  const path: number[] = [];
  const bytes: number[] = [];
  let left = mapping.own.healed;
  while (path.length < most) {
    const guess = expectedPath(site, expected, path, bytes).slice(0, most + AHEAD);
    const rows = await prompt.run(beginnings(guess), signal);
    for (;;) {
      const top = rows[path.length];
      if (!top) break;
      const choice = choose(new TokenDistribution(top, mapping.kinds, lineEnds), left, lineEnds, mapping);
      if (choice === 'none') return undefined;
      if (choice === 'end') return textOfBytes(bytes);
      const spelling = tokenizer.bytesOf(choice);
      const fresh = spelling.subarray(Math.min(left.length, spelling.length));
      const head = tokenHead(fresh);
      bytes.push(...(head ?? fresh));
      if (head) return textOfBytes(bytes);
      left = remainingBytes(left, spelling);
      path.push(choice);
      if (guess[path.length - 1] !== choice) break;
    }
  }
  return undefined;
}

/** The likeliest allowed token. */
function choose(
  { ids }: TokenDistribution,
  left: Uint8Array,
  lineEnds: boolean,
  { kinds, vocabulary: { tokenizer } }: VocabularyMapping,
): number | 'end' | 'none' {
  for (const id of ids) {
    const kind = kinds[id] ?? 2;
    if (left.length > 0) {
      // The healed text may contain a line end and an indent, which would count as the end of the line.
      if (kind === 2) continue;
      const spelling = tokenizer.bytesOf(id);
      if (startsWithBytes(spelling, left) || startsWithBytes(left, spelling)) return id;
    } else if (kind === 2) return 'end';
    else if (kind === 1) {
      if (lineEnds) return 'end';
    } else if (lineEnds || tokenHead(tokenizer.bytesOf(id)) === undefined) return id;
  }
  return 'none';
}

/** The path, extended by the n-grams' whole line that begins with it, or by their likeliest next tokens. */
function expectedPath(
  { mapping, ...site }: MappedQuery,
  expected: readonly string[],
  path: readonly number[],
  bytes: readonly number[],
): readonly number[] {
  const { vocabulary, own } = mapping;
  const again = vocabulary.decode(own.healed);
  const text = textOfBytes(bytes);
  if (text === undefined) return path;
  const line = expected.find((each) => each.length > text.length && each.startsWith(text));
  for (const next of [line, text + continuation(site, text)]) {
    if (next === undefined || next === text) continue;
    const guess = [...vocabulary.tokenizer.encode(again + next)];
    if (guess.length > path.length && path.every((id, i) => guess[i] === id)) return guess;
  }
  return path;
}

/** The n-grams' likeliest tokens after the beginning of a line, while their joint probability is high enough. */
function continuation({ predictor }: QuerySite, beginning: string): string {
  const { own, vocabulary } = predictor;
  const begun = vocabulary.tokenizer.encode(vocabulary.decode(own.healed) + beginning);
  const { context, kept } = contextWithRoom(own.before, begun.length + AHEAD);
  context.set(begun, kept);
  const found = likelyTokens(predictor, context, kept + begun.length, AHEAD, WORTH_A_ROW);
  return textOfBytes([...vocabulary.bytesOf(found)]) ?? '';
}

/** Undefined if the bytes are not whole characters. */
function textOfBytes(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}
