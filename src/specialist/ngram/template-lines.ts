// Chooses between a template's continuation and the line that a search found, and computes the draft's probabilities.
import type { CompletionQuery, Draft } from '../../common/completion.ts';
import { sigmoid } from '../../common/statistics/logistic.ts';
import { dot } from '../../common/statistics/vectors.ts';
import { cutBeforeRest, restOfLine } from '../../text/lines.ts';
import { type Block, endProbability, type FirstLine, likelihood } from './block.ts';
import { draftTokens, textOf } from './draft-tokens.ts';
import type { OwnFile } from './own-file.ts';
import type { Predictor } from './predictor.ts';
import type { LookupScope } from './project-index.ts';
import type { LineSearch, Step } from './search.ts';
import type { TemplateDraft, TemplatePiece } from './template.ts';
import { unitWeights } from './template-weights.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Cost of a wrong line, in characters, if two lines compete. */
const WRONG = 20;
/** Tokens before a search, and the limit for its distributions. */
const CONTEXT_TOKENS = 64;
const REST_WORK = 40;
/** A template is continued while it is so likely, and to so many tokens. */
const LEAST = 0.1;
const MOST_TOKENS = 120;
const UNIT_WEIGHTS = Float64Array.from(unitWeights);

/** The draft of the cursor's line, and the lines below it that a template knows. */
export interface TemplatedLine {
  readonly first: FirstLine;
  readonly block?: Block;
}

/** A query's position for a search; its document is loaded. */
export interface SearchPosition {
  readonly own: OwnFile;
  readonly search: LineSearch;
  readonly predictor: Predictor;
  readonly scope: LookupScope;
  readonly path: string;
}

/** A piece of a template, or several, as whole tokens, with what its probability depends on. */
export interface TemplateUnit {
  readonly tokens: readonly number[];
  /** Length, UTF-16 units, including the text that healing repeats. */
  readonly length: number;
  readonly endsLine: boolean;
  readonly facts: Float64Array;
}

/**
 * The searched line or the template's line, whichever is expected to save more characters. If both begin alike, the
 * searched line gets the template's probabilities. If the template stops within the line, the n-grams complete the
 * line.
 */
export function withTemplate(
  first: FirstLine,
  template: TemplateDraft | undefined,
  { suffix }: CompletionQuery,
  maxTokens: number,
  vocabulary: Vocabulary,
  position: SearchPosition,
  weights = UNIT_WEIGHTS,
): TemplatedLine {
  if (template === undefined) return { first };
  const written = writtenBy(template, maxTokens, vocabulary, position, weights);
  if (written === undefined) return { first };
  const rest = restOfLine(suffix);
  const { healed } = position.own;
  const { line: found, further } = written;
  const text = rest === '' ? found.text : cutBeforeRest(found.text, rest);
  if (text === undefined || text.trim() === '') return { first };
  const { steps } = found;
  const isWhole = further !== undefined || written.complete;
  const ends = further?.steps[0]?.probability ?? written.ends;
  const sure = likelihood(steps);
  const tokens = draftTokens(steps, text, healed, vocabulary);
  const line = {
    draft: { ...first.draft, text, tokens, complete: true, confidence: sure * ends },
    steps,
    lineEndProbability: ends,
  };
  const { draft } = first;
  const isAlike = draft.text.startsWith(text) && (!isWhole || draft.text === text);
  const chosen = isAlike
    ? agreed(first, found, sure * ends, healed, vocabulary)
    : worth(line.draft) > worth(draft)
      ? line
      : undefined;
  if (chosen === undefined) return { first };
  if (!isWhole) return { first: isAlike ? chosen : completed(line, maxTokens, vocabulary, position) };
  if (further === undefined || further.text.trim() === '') return { first: chosen };
  return { first: chosen, block: { ...further, probability: likelihood(further.steps), complete: written.complete } };
}

interface Written {
  /** `units`: the number of tokens of each unit. */
  readonly line: Pick<Block, 'text' | 'steps'> & { readonly units: readonly number[] };
  /** Text that begins with a line end. */
  readonly further?: Pick<Block, 'text' | 'steps'>;
  /** Whether the last line is whole, and the probability that it ends there. */
  readonly complete: boolean;
  readonly ends: number;
}

/** The likely beginning of the template, as tokens with their probabilities. */
function writtenBy(
  template: TemplateDraft,
  maxTokens: number,
  vocabulary: Vocabulary,
  position: SearchPosition,
  weights: Float64Array,
): Written | undefined {
  const line: Step[] = [];
  const lengths: number[] = [];
  const further: Step[] = [];
  let sure = 1;
  let length = 0;
  let whole = false;
  let isFurther = false;
  const { copies, matched, isSibling } = template;
  const units = templateUnits(template, vocabulary, position);
  if (units === undefined) return undefined;
  let next = units.next();
  for (; !next.done; next = units.next()) {
    const { tokens, endsLine, facts } = next.value;
    const p = sigmoid(dot(facts, weights));
    if (sure * p < LEAST || length + tokens.length > Math.max(maxTokens, MOST_TOKENS)) break;
    isFurther ||= endsLine;
    whole = endsLine;
    sure *= p;
    if (!isFurther) lengths.push(tokens.length);
    // The probability is about new text: tokens that only repeat text before the cursor are certain.
    const firstNew = length === 0 ? repeatedTokens(tokens, position.own.healed, vocabulary) : 0;
    length += tokens.length;
    for (const [i, token] of tokens.entries()) {
      const probability = i === firstNew ? p : 1;
      const entropy = probability < 1 ? -p * Math.log(p) - (1 - p) * Math.log(1 - p) : 0;
      const margin = Math.max(0, 2 * probability - 1);
      const step: Step = {
        token,
        probability,
        margin,
        entropy,
        matchLength: matched,
        count: copies,
        tier: isSibling ? 'folder' : 'open-file',
      };
      (isFurther ? further : line).push(step);
    }
  }
  if (line.length === 0) return undefined;
  const textAs = (steps: readonly Step[]) => vocabulary.decode(vocabulary.bytesOf(steps.map(({ token }) => token)));
  const own = vocabulary.bytesOf(line.map(({ token }) => token)).subarray(position.own.healed.length);
  const complete = next.done === true ? template.complete : whole;
  return {
    line: { text: vocabulary.decode(own), steps: line, units: lengths },
    ...(further.length > 0 && { further: { text: textAs(further).trimEnd(), steps: further } }),
    complete,
    ends: next.done === true ? template.ends : 0,
  };
}

/**
 * The template as tokens, a unit as soon as pieces and tokens end together. Undefined if the tokenizer does not give
 * back the text, as it may for composed letters. Ask for no other prediction meanwhile.
 */
export function templateUnits(
  template: TemplateDraft,
  vocabulary: Vocabulary,
  position: SearchPosition,
): Generator<TemplateUnit, void> | undefined {
  const { pieces } = template;
  const repeated = vocabulary.decode(position.own.healed);
  const text = repeated + pieces.map((piece) => piece.text).join('');
  const ids = vocabulary.tokenizer.encode(text);
  if (vocabulary.decode(vocabulary.bytesOf([...ids])) !== text) return undefined;
  return unitsOf(template, ids, repeated.length, vocabulary, position);
}

/** A unit while its tokens and pieces are read; both are read until they end together. */
interface OpenUnit {
  tokens: number[];
  /** As in TemplateUnit. */
  length: number;
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
    length: repeated,
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
  { pieces, matched, isSibling }: TemplateDraft,
  ids: Int32Array,
  repeated: number,
  vocabulary: Vocabulary,
  position: SearchPosition,
): Generator<TemplateUnit, void> {
  const { own, predictor, scope, path } = position;
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
    predictor.predict(context, before.length + i, scope, path);
    readToken(unit, token, own.healed.subarray(Math.min(tokenEnd, own.healed.length)), predictor, vocabulary);
    tokenEnd += vocabulary.tokenizer.bytesOf(token).length;
    for (; piece < pieces.length && (pieceEnd < tokenEnd || pieceEnd === 0); piece++) {
      const read = pieces[piece] as TemplatePiece;
      readPiece(unit, read);
      pieceEnd += Buffer.byteLength(read.text) + (piece === 0 ? own.healed.length : 0);
    }
    if (tokenEnd !== pieceEnd) continue;
    const { tokens, length, ...evidence } = unit;
    const endsLine = vocabulary.endsLine[tokens[0] as number] === 1;
    yield { tokens, length, endsLine, facts: unitFacts({ ...evidence, ends: endsLine, written, matched, isSibling }) };
    unit = openUnit(0);
    written++;
  }
}

/** @param repeated bytes that the token has to repeat, perhaps none; only tokens that do share the probability */
function readToken(
  unit: OpenUnit,
  token: number,
  repeated: Uint8Array,
  predictor: Predictor,
  vocabulary: Vocabulary,
): void {
  const { evidence, mixture } = predictor;
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

function readPiece(unit: OpenUnit, { text, probability, agreeing, contrary, isRenamed }: TemplatePiece): void {
  unit.agreeing = Math.min(unit.agreeing, agreeing);
  unit.isContrary ||= contrary > 0;
  unit.isRenamed ||= isRenamed;
  unit.template *= probability;
  unit.length += text.length;
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
  readonly isSibling: boolean;
}

const flag = (condition: boolean) => (condition ? 1 : 0);
const logit = (p: number) => {
  const clamped = Math.min(0.9995, Math.max(1e-5, p));
  return Math.log(clamped / (1 - clamped));
};

type UnitFact = (evidence: UnitEvidence) => number;

/** One row a feature, in the order of the weights. */
const COPY_FACTS: readonly UnitFact[] = [
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

/** Features of units that the head of another file writes; 0 for all others. */
const HEAD_FACTS: readonly UnitFact[] = [
  ({ isSibling }) => flag(isSibling),
  ({ isSibling, template }) => (isSibling ? logit(template) : 0),
  ({ isSibling, ngram }) => (isSibling ? logit(ngram) : 0),
  ({ isSibling, isBest }) => flag(isSibling && isBest),
  ({ isSibling, isBest, ngram }) => (isSibling && isBest ? logit(ngram) : 0),
  ({ isSibling, agreeing }) => (isSibling ? Math.log1p(agreeing) : 0),
  ({ isSibling, isContrary }) => flag(isSibling && isContrary),
  ({ isSibling, isRenamed }) => flag(isSibling && isRenamed),
];

const UNIT_FACTS = [...COPY_FACTS, ...HEAD_FACTS];

export const copyUnitFactCount = COPY_FACTS.length;

function unitFacts(evidence: UnitEvidence): Float64Array {
  return Float64Array.from(UNIT_FACTS, (fact) => fact(evidence));
}

/** The highest expected gain of any beginning of the line, characters. */
function worth({ tokens }: Pick<Draft, 'tokens'>): number {
  let p = 1;
  let length = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (const { text, probability } of tokens) {
    p *= probability;
    length += text.length;
    most = Math.max(most, p * (length - 1) - (1 - p) * WRONG);
  }
  return most;
}

/** Number of tokens that only repeat healed bytes. */
function repeatedTokens(tokens: readonly number[], healed: Uint8Array, { tokenizer }: Vocabulary): number {
  let left = healed.length;
  return tokens.findIndex((token) => {
    left -= tokenizer.bytesOf(token).length;
    return left < 0;
  });
}

/** The searched line, whose beginning equals the template. Each unit gets the higher of the two probabilities. */
function agreed(
  { draft, steps, lineEndProbability }: FirstLine,
  { steps: known, units }: Written['line'],
  sure: number,
  healed: Uint8Array,
  vocabulary: Vocabulary,
): FirstLine {
  const common = steps.findIndex(({ token }, i) => known[i]?.token !== token);
  const shared = common < 0 ? steps.length : common;
  const isWhole = shared === steps.length && known.length === steps.length;
  const surer = [...steps];
  let from = 0;
  for (const length of units) {
    const to = from + length;
    if (to > shared) break;
    const unit = known.slice(from, to);
    if (likelihood(unit) > likelihood(steps.slice(from, to)))
      for (const [i, { probability, margin }] of unit.entries())
        surer[from + i] = { ...(steps[from + i] as Step), probability, margin };
    from = to;
  }
  return {
    draft: {
      ...draft,
      tokens: draftTokens(surer, draft.text, healed, vocabulary),
      ...(isWhole && { confidence: Math.max(draft.confidence ?? 0, sure) }),
    },
    steps: surer,
    lineEndProbability,
  };
}

/** The template's beginning of a line, completed by the n-grams. */
function completed(
  { draft, steps }: FirstLine,
  maxTokens: number,
  vocabulary: Vocabulary,
  { own, search, scope, path }: SearchPosition,
): FirstLine {
  const before = Int32Array.from([...own.lastTokens(CONTEXT_TOKENS), ...steps.map(({ token }) => token)]);
  const none = new Uint8Array(0);
  const [rest] = search.run(before, none, scope, path, maxTokens, REST_WORK);
  if (rest === undefined || !rest.finished)
    return { draft: { ...draft, complete: false, confidence: 0 }, steps, lineEndProbability: 0 };
  const text = draft.text + textOf(rest, none, vocabulary).trimEnd();
  const tokens = [...draft.tokens, ...draftTokens(rest.steps, text.slice(draft.text.length), none, vocabulary)];
  const confidence = likelihood(steps) * Math.exp(rest.logProbability);
  return {
    draft: { ...draft, text, tokens, complete: true, confidence },
    steps: [...steps, ...rest.steps],
    lineEndProbability: endProbability(rest),
  };
}
