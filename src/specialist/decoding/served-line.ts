// The draft where a server runs the neural model: the first line of its answer and the n-grams' lines are scored by both
// models and ranked together, as the lines of a model on this machine are.
import type { CompletionQuery, Draft, DraftOptions, ServedAnswer } from '../../common/completion.ts';
import { lineEnd } from '../../text/lines.ts';
import type { Block } from '../ngram/block.ts';
import { draftTokens } from '../ngram/draft-tokens.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { Step } from '../ngram/search.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';
import { ngramLines } from './line-candidates.ts';
import { scoreLine, scoringSite } from './score-line.ts';
import { answerTokens, ServedScores } from './served-scores.ts';
import type { MixWeights } from './types.ts';
import { startOf, writeDraft } from './write-draft.ts';

export async function draftWithServed(
  ngram: NgramModel,
  query: CompletionQuery,
  options: DraftOptions,
  answer: ServedAnswer,
  weights: MixWeights,
): Promise<Draft> {
  const started = performance.now();
  const { maxTokens } = options;
  const { vocabulary } = ngram;
  const { before } = answer;
  const model = `${answer.model} + n-gram`;
  const written = answer.text.slice(before.length);
  const end = lineEnd(written);
  const line = written.slice(0, end).trimEnd();
  const tokens = answerTokens(answer, vocabulary);
  const scores = (text: string) => new ServedScores(tokens, before, text);
  const below = blockOf(written, end, scores(written), answer, vocabulary);
  const latencyMs = () => performance.now() - started;
  // The line ends at the cursor, and no line of the n-grams competes with what is below.
  if (line === '') {
    const text = below.text.trimEnd();
    const drafted = draftTokens(below.steps, text, new Uint8Array(0), vocabulary);
    return { text, tokens: drafted, model, complete: below.complete, latencyMs: latencyMs() };
  }
  const site = { query, maxTokens, ngram, position: ngram.positionAt(query, maxTokens) };
  const scoring = scoringSite(site, weights.gate);
  const start = startOf(site);
  const texts = new Set([line, ...ngramLines(scoring, start).map((each) => each.trimEnd())]);
  const hypotheses = [...texts]
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const { hypothesis } = scoreLine(text, scores(text), scoring, start);
      return text === line && !answer.complete && end === written.length
        ? { ...hypothesis, finished: false }
        : hypothesis;
    })
    .sort((a, b) => b.logProbability - a.logProbability);
  const draft = await writeDraft(site, hypotheses, options, { model, ranking: weights.ranking }, async (first) =>
    first.draft.text === line && end < written.length ? below : undefined,
  );
  return { ...draft, latencyMs: latencyMs() };
}

/** What the answer has below its first line, as likely as the server holds it. */
function blockOf(
  written: string,
  end: number,
  scores: ServedScores,
  { complete }: ServedAnswer,
  vocabulary: Vocabulary,
): Block {
  const text = written.slice(end);
  let at = scores.cursor + new TextEncoder().encode(written.slice(0, end)).length;
  const steps = [...vocabulary.tokenizer.encode(text)].map((token): Step => {
    const reading = scores.readingAt(at);
    const from = scores.logBytes(at);
    at += vocabulary.tokenizer.bytesOf(token).length;
    const probability = Math.exp(scores.logBytes(at) - from);
    const entropy = reading?.entropy ?? -Math.log(probability);
    return {
      token,
      probability,
      margin: Math.max(0, 2 * probability - 1),
      entropy,
      matchLength: 0,
      count: 0,
      tier: 'base',
    };
  });
  const probability = steps.reduce((product, step) => product * step.probability, 1);
  return { text, steps, probability, complete };
}
