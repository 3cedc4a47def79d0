// Candidate lines of a line model and the n-grams. Each model proposes whole lines, and each scores all of them in its
// own tokens (score-line.ts).
import type { GateExample } from '../../common/statistics/gate.ts';
import { cutBeforeRest } from '../../text/lines.ts';
import { textOf } from '../ngram/draft-tokens.ts';
import { LineScores } from './line-scores.ts';
import { type LineMixtureModels, proposeLine } from './propose-line.ts';
import { type ScoringSite, scoreLine } from './score-line.ts';
import type { MixHypothesis, SearchStart } from './search.ts';
import { TokenDistribution } from './token-distribution.ts';

/** Lines of the n-grams that are scored, and tokens of all of them that no pass has run. */
const MOST_LINES = 5;
const MOST_SCORED = 48;

/** Most probable first. Rejects with the signal's reason. */
export async function lineCandidates(
  models: LineMixtureModels,
  start: SearchStart,
  signal?: AbortSignal,
): Promise<MixHypothesis[]> {
  const { mapping, restText } = models;
  const lineEnds = restText === '' || !mapping.seesSuffix;
  const local = ngramLines(models, start);
  const proposed = await proposeLine(
    models,
    { healed: mapping.own.healed, lineEnds, maxTokens: start.maxTokens, expected: local, before: start },
    signal,
  );
  const written = proposed === undefined ? undefined : lineEnds ? cutBeforeRest(proposed, restText) : proposed;
  const lines: MixHypothesis[] = [];
  let scored = 0;
  for (const text of new Set([written ?? '', ...local].map((each) => each.trimEnd()))) {
    if (text.trim() === '' || scored > MOST_SCORED) continue;
    const scores = await scoresOf(models, text, signal);
    if (!scores) continue;
    scored += scores.newTokens;
    const line = scoreLine(text, scores.lineScores, models, start);
    if (line.hypothesis.steps.length <= start.maxTokens) lines.push(line.hypothesis);
  }
  return lines.sort((a, b) => b.logProbability - a.logProbability);
}

/** The n-grams' lines without the rest of the cursor's line, most probable first. */
function ngramLines(
  { position, vocabulary, restText }: ScoringSite,
  { before, healed, maxTokens }: SearchStart,
): string[] {
  return position.search
    .run(before, healed, position.scope, position.path, maxTokens)
    .flatMap((hypothesis) => cutBeforeRest(textOf(hypothesis, healed, vocabulary), restText) ?? [])
    .slice(0, MOST_LINES);
}

/** Training examples of the gate: the tokens of the true line. */
export async function lineExamples(
  models: LineMixtureModels,
  start: SearchStart,
  truth: string,
  signal?: AbortSignal,
): Promise<GateExample[]> {
  const scores = await scoresOf(models, truth, signal);
  return scores ? scoreLine(truth, scores.lineScores, models, start).examples : [];
}

/** Undefined if the context has no room for the line. */
async function scoresOf({ lines, mapping, restText }: LineMixtureModels, text: string, signal?: AbortSignal) {
  const { tokenizer } = mapping.vocabulary;
  // A model that is not shown the text behind the cursor has to predict it.
  const predictedSuffix = mapping.seesSuffix ? '' : restText;
  const respelled = mapping.vocabulary.decode(mapping.own.healed) + text + predictedSuffix;
  const path = [...tokenizer.encode(respelled)];
  if (path.length + 2 > lines.room) return undefined;
  const newTokens = path.length - lines.depthOf(path);
  const rows = (await lines.run(path, signal)).map((top) => new TokenDistribution(top, mapping.kinds, restText === ''));
  // Normalisation may change bytes; these are the bytes of the model's tokens.
  const bytes = mapping.vocabulary.bytesOf(path);
  const end = predictedSuffix === '' ? undefined : bytes.length - new TextEncoder().encode(predictedSuffix).length;
  return { lineScores: new LineScores(mapping, bytes, path, rows, end), newTokens };
}
