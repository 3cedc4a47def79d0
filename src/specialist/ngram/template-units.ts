// A template as whole tokens, and what the probability of each depends on: the copies, and the n-grams beside them.
import { sigmoid } from '../../common/statistics/logistic.ts';
import type { Predictor } from './predictor.ts';
import type { TemplateDraft, TemplatePiece } from './template.ts';

/** Tokens before a template that the n-grams see. */
const CONTEXT_TOKENS = 64;

/** A piece of a template, or several, as whole tokens. */
export interface TemplateUnit {
  readonly tokens: readonly number[];
  readonly endsLine: boolean;
  /** Probability that the author writes the unit, given that all before it are right. */
  readonly probability: number;
}

/**
 * The template as tokens, a unit as soon as pieces and tokens end together. Undefined if the tokenizer does not give
 * back the text, as it may for composed letters. Ask for no other prediction meanwhile.
 */
export function templateUnits(
  template: TemplateDraft,
  predictor: Predictor,
): Generator<TemplateUnit, void> | undefined {
  const { pieces } = template;
  const { own, vocabulary } = predictor;
  const repeated = vocabulary.decode(own.healed);
  const text = repeated + pieces.map((piece) => piece.text).join('');
  const ids = vocabulary.tokenizer.encode(text);
  if (vocabulary.decode(vocabulary.bytesOf([...ids])) !== text) return undefined;
  return unitsOf(template, ids, repeated.length, predictor);
}

/** A unit while its tokens and pieces are read; both are read until they end together. */
interface OpenUnit {
  tokens: number[];
  /** As in UnitEvidence. */
  template: number;
  ngram: number;
  isBest: boolean;
  match: number;
  healed: boolean;
  agreeing: number;
  isContrary: boolean;
  isRenamed: boolean;
}

/** More than any number that is counted. */
const MANY = 99;

/** @param repeated UTF-16 units of text before the cursor that the unit repeats */
function openUnit(repeated: number): OpenUnit {
  return {
    tokens: [],
    template: 1,
    ngram: 1,
    isBest: true,
    match: MANY,
    healed: repeated > 0,
    agreeing: MANY,
    isContrary: false,
    isRenamed: false,
  };
}

/** @param repeated UTF-16 units of the text before the cursor that `ids` begin with */
function* unitsOf(
  { pieces, matched }: TemplateDraft,
  ids: Int32Array,
  repeated: number,
  predictor: Predictor,
): Generator<TemplateUnit, void> {
  const { own, vocabulary } = predictor;
  const before = own.lastTokens(CONTEXT_TOKENS);
  const context = new Int32Array(before.length + ids.length);
  context.set(before);
  context.set(ids, before.length);
  let unit = openUnit(repeated);
  let written = 0;
  // Ends of the tokens and of the pieces, UTF-8 bytes: a token may end within a character.
  let tokenEnd = 0;
  let pieceEnd = 0;
  let piece = 0;
  for (const [i, token] of ids.entries()) {
    predictor.predict(context, before.length + i);
    readToken(unit, token, own.healed.subarray(Math.min(tokenEnd, own.healed.length)), predictor);
    tokenEnd += vocabulary.tokenizer.bytesOf(token).length;
    for (; piece < pieces.length && (pieceEnd < tokenEnd || pieceEnd === 0); piece++) {
      const read = pieces[piece] as TemplatePiece;
      readPiece(unit, read);
      pieceEnd += Buffer.byteLength(read.text) + (piece === 0 ? own.healed.length : 0);
    }
    if (tokenEnd !== pieceEnd) continue;
    const { tokens, ...evidence } = unit;
    const endsLine = vocabulary.endsLine[tokens[0] as number] === 1;
    yield { tokens, endsLine, probability: unitProbability({ ...evidence, ends: endsLine, written, matched }) };
    unit = openUnit(0);
    written++;
  }
}

/** @param repeated bytes that the token has to repeat, perhaps none; only tokens that do share the probability */
function readToken(unit: OpenUnit, token: number, repeated: Uint8Array, predictor: Predictor): void {
  const { evidence, mixture, vocabulary } = predictor;
  const p = predictor.probabilityOf(token);
  let best = 0;
  let total = evidence.find(token) < 0 ? p : 0;
  for (let slot = 0; slot < evidence.size; slot++) {
    if (repeated.length > 0 && !vocabulary.heals(evidence.candidates[slot] as number, repeated)) continue;
    best = Math.max(best, mixture.probabilities[slot] as number);
    total += mixture.probabilities[slot] as number;
  }
  unit.ngram *= repeated.length > 0 ? p / total : p;
  unit.isBest &&= p >= best;
  unit.match = Math.min(unit.match, evidence.matchLength);
  unit.tokens.push(token);
}

function readPiece(unit: OpenUnit, { probability, agreeing, contrary, isRenamed }: TemplatePiece): void {
  unit.agreeing = Math.min(unit.agreeing, agreeing);
  unit.isContrary ||= contrary > 0;
  unit.isRenamed ||= isRenamed;
  unit.template *= probability;
}

interface UnitEvidence {
  /** Probabilities by the template and by the n-grams. */
  readonly template: number;
  readonly ngram: number;
  /** Whether each token is the n-grams' likeliest one. */
  readonly isBest: boolean;
  /** Shortest match of the n-grams. */
  readonly match: number;
  readonly ends: boolean;
  /** Whether the unit begins with text that healing repeats. */
  readonly healed: boolean;
  readonly agreeing: number;
  readonly isContrary: boolean;
  readonly isRenamed: boolean;
  /** Number of units before this one. */
  readonly written: number;
  /** Number of words and marks that the template shares with the text above. */
  readonly matched: number;
}

const flag = (condition: boolean) => (condition ? 1 : 0);
const logit = (p: number) => {
  const clamped = Math.min(0.9995, Math.max(1e-5, p));
  return Math.log(clamped / (1 - clamped));
};

type UnitFact = (evidence: UnitEvidence) => number;

/** One row a feature, in the order of the weights. */
const UNIT_FACTS: readonly UnitFact[] = [
  () => 1,
  ({ template }) => logit(template),
  ({ ngram, healed }) => (healed ? 0 : logit(ngram)),
  ({ isBest, healed }) => flag(isBest && !healed),
  ({ isBest, ngram, healed }) => (isBest && !healed ? logit(ngram) : 0),
  ({ match, healed }) => (healed ? 0 : Math.log1p(match)),
  ({ ends }) => flag(ends),
  ({ healed }) => flag(healed),
  ({ template, healed }) => (healed ? logit(template) : 0),
  ({ agreeing }) => flag(agreeing > 1),
  ({ agreeing }) => flag(agreeing > 2),
  ({ agreeing, template }) => (agreeing > 1 ? logit(template) : 0),
  ({ isContrary }) => flag(isContrary),
  ({ isRenamed }) => flag(isRenamed),
  ({ isRenamed, agreeing }) => flag(isRenamed && agreeing > 1),
  ({ written }) => flag(written === 0),
  ({ written }) => Math.log1p(written),
  ({ written, agreeing }) => (agreeing > 1 ? Math.log1p(written) : 0),
  ({ matched }) => Math.log1p(matched),
];

/** In the order of the features; from a logistic fit (fit-template, in git, last at commit b3e1572c). */
const WEIGHTS: readonly number[] = [
  -0.591, 0.677, 0.105, 0.79, 0.437, -0.387, 0.367, -1.011, 0.03, 0.544, 0.073, -0.101, -0.827, 0.523, 0.605, 0.363,
  0.147, -0.158, -0.013,
];

function unitProbability(evidence: UnitEvidence): number {
  return sigmoid(UNIT_FACTS.reduce((sum, fact, i) => sum + fact(evidence) * (WEIGHTS[i] as number), 0));
}
