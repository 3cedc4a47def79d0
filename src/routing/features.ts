// What the router sees, the same for fitting and for deciding: facts of a cursor position, labelled examples, and one
// table of named features of the local draft and of the position.
import { type CompletionQuery, type Draft, type DraftToken, NGRAM_MODEL, type Tier } from '../common/completion.ts';
import { quantile } from '../common/quality.ts';
import { logit } from '../common/statistics/logistic.ts';
import { type LanguageFamily, languageOf } from '../text/languages.ts';
import { lineState } from '../text/line-state.ts';
import { lastLines, lineAfter, lineBefore, linesBelow, withoutLastLine } from '../text/lines.ts';

/** Facts about the cursor position, besides the draft. */
export interface PositionFacts {
  readonly languageId: string;
  /** Text of the cursor's line before and after it. */
  readonly lineBefore: string;
  readonly lineAfter: string;
  /** Some lines above and below it. */
  readonly above?: string;
  readonly below?: string;
}

/** A labelled position in a held-out file. */
export interface RouterExample {
  readonly path: string;
  readonly draft: Draft;
  readonly position: PositionFacts;
  /** The specialist's draft equals what the author wrote (trimmed). */
  readonly specialistRight: boolean;
  /** Cuts of the draft, and whether the author's text begins with each. Absent: not measured. */
  readonly cuts?: readonly { readonly draft: Draft; readonly right: boolean }[];
  /** Whether the API's answer is right; undefined if it was not asked. */
  readonly apiRight?: boolean;
  /** Whether that answer is the draft. */
  readonly apiAgrees?: boolean;
}

/** Lines above and below the cursor's line, and their maximum length, UTF-16 units. */
const MAX_LINES = 3;
const MAX_LENGTH = 600;

export function positionFactsOf({ languageId, prefix, suffix }: CompletionQuery): PositionFacts {
  const above = lastLines(withoutLastLine(prefix.slice(-MAX_LENGTH)), MAX_LINES, MAX_LENGTH).join('\n');
  const below = linesBelow(suffix, MAX_LINES, MAX_LENGTH).join('\n');
  return { languageId, lineBefore: lineBefore(prefix), lineAfter: lineAfter(suffix), above, below };
}

export interface Feature {
  /** The key in a stored fit. */
  readonly name: string;
  /** For an empty draft all token features are 0. */
  readonly value: (draft: Draft, position: PositionFacts) => number;
  /** The number in the regression, if it differs. */
  readonly scale?: (value: number) => number;
}

/** Lowest token probability, the best single predictor of a right draft on the recorded cursors. */
export function lowestProbability(draft: Draft): number {
  return lowest(draft, (t) => t.probability);
}

/** Product of the token probabilities; 0 for an empty draft. */
export function wholeProbability(draft: Draft): number {
  return draft.tokens.length === 0 ? 0 : draft.tokens.reduce((product, token) => product * token.probability, 1);
}

/** Mean probability of the first three tokens, MCCom's rule (arXiv 2603.05974). */
export function meanOfFirstThree(draft: Draft): number {
  const first = draft.tokens.slice(0, 3);
  return first.length === 0 ? 0 : first.reduce((sum, t) => sum + t.probability, 0) / first.length;
}

function lowest(draft: Draft, of: (token: DraftToken) => number): number {
  return draft.tokens.length === 0 ? 0 : Math.min(...draft.tokens.map(of));
}

function highest(draft: Draft, of: (token: DraftToken) => number): number {
  return draft.tokens.length === 0 ? 0 : Math.max(...draft.tokens.map(of));
}

function share(draft: Draft, tier: Tier): number {
  return draft.tokens.length === 0 ? 0 : draft.tokens.filter((t) => t.tier === tier).length / draft.tokens.length;
}

function agreed(draft: Draft): number {
  return draft.tokens.length === 0 ? 0 : draft.tokens.filter((t) => t.agreed).length / draft.tokens.length;
}

function agreedFirst(draft: Draft): number {
  const other = draft.tokens.findIndex((t) => !t.agreed);
  return other < 0 ? draft.tokens.length : other;
}

/** Whether the draft adds a syntax error. `brokenCuts` count from the start of the tokens' text. */
function breaks({ text, tokens, brokenCuts }: Draft): boolean {
  if (brokenCuts === undefined || text === '') return false;
  const start = tokens
    .map((token) => token.text)
    .join('')
    .indexOf(text);
  return brokenCuts.includes(Math.max(0, start) + text.length);
}

export const flag = (condition: boolean): number => (condition ? 1 : 0);
const before = (pattern: RegExp) => (_: Draft, position: PositionFacts) => flag(pattern.test(position.lineBefore));
const after = (pattern: RegExp) => (_: Draft, position: PositionFacts) => flag(pattern.test(position.lineAfter));
const family = (name: LanguageFamily) => (_: Draft, position: PositionFacts) =>
  flag(languageOf(position.languageId).family === name);
const probabilityAt = (p: number) => (draft: Draft) =>
  draft.tokens.length === 0
    ? 0
    : quantile(
        draft.tokens.map((t) => t.probability),
        p,
      );

/**
 * The table. 'whole draft' is the product of the token probabilities; a product (or a sum or mean of log-probabilities)
 * alone prefers short drafts, so the table also has the length and the quantiles.
 */
export const FEATURES: readonly Feature[] = [
  { name: 'lowest token probability', value: lowestProbability, scale: logit },
  { name: 'lower quartile of token probabilities', value: probabilityAt(0.25), scale: logit },
  { name: 'median token probability', value: probabilityAt(0.5), scale: logit },
  { name: 'mean probability of the first three tokens', value: meanOfFirstThree, scale: logit },
  { name: 'probability of the first token', value: (d) => d.tokens[0]?.probability ?? 0, scale: logit },
  { name: 'probability of the whole draft', value: wholeProbability, scale: logit },
  { name: "the specialist's own confidence", value: (d) => d.confidence ?? wholeProbability(d), scale: logit },
  { name: 'lowest margin over the runner-up', value: (d) => lowest(d, (t) => t.margin) },
  { name: 'margin of the first token', value: (d) => d.tokens[0]?.margin ?? 0 },
  { name: 'highest entropy, nats', value: (d) => highest(d, (t) => t.entropy) },
  { name: 'tokens in the draft', value: (d) => d.tokens.length, scale: Math.log1p },
  { name: 'characters in the draft', value: (d) => d.text.length, scale: Math.log1p },
  { name: 'longest match, tokens', value: (d) => highest(d, (t) => t.matchLength), scale: Math.log1p },
  { name: 'shortest match, tokens', value: (d) => lowest(d, (t) => t.matchLength), scale: Math.log1p },
  { name: 'first match, tokens', value: (d) => d.tokens[0]?.matchLength ?? 0, scale: Math.log1p },
  { name: 'times the first match was seen', value: (d) => d.tokens[0]?.count ?? 0, scale: Math.log1p },
  { name: 'fewest times a match was seen', value: (d) => lowest(d, (t) => t.count), scale: Math.log1p },
  { name: 'share from the open file', value: (d) => share(d, 'open-file') },
  { name: 'share from the folder', value: (d) => share(d, 'folder') },
  { name: 'share from the project', value: (d) => share(d, 'project') },
  { name: 'share that both models hold likeliest', value: agreed },
  { name: 'tokens until the models disagree', value: agreedFirst, scale: Math.log1p },
  { name: 'draft breaks the syntax', value: (d) => flag(breaks(d)) },
  { name: 'draft ended by itself', value: (d) => flag(d.complete) },
  { name: 'draft is one word', value: (d) => flag(/^\w+$/.test(d.text.trim())) },
  { name: 'draft is punctuation only', value: (d) => flag(d.text !== '' && /^[^\p{L}\p{N}]+$/u.test(d.text)) },
  { name: 'draft has several lines', value: (d) => flag(d.text.includes('\n')) },
  { name: 'no draft', value: (d) => flag(d.text === '') },
  { name: 'indent language', value: family('indent') },
  { name: 'markup', value: family('markup') },
  { name: 'data file', value: family('data') },
  { name: 'prose', value: family('prose') },
  { name: 'at the start of a line', value: before(/^\s*$/) },
  { name: 'inside a word', value: before(/[\p{L}\p{N}_$]$/u) },
  { name: 'after an opening bracket', value: before(/[([{<]\s*$/) },
  { name: 'after a dot', value: before(/(\.|::|->)$/) },
  { name: 'after an operator', value: before(/[=+\-*/%&|<>!?:,]\s*$/) },
  { name: 'after a keyword-like word and a space', value: before(/[\p{L}_]\s+$/u) },
  { name: 'in a comment', value: (_, p) => flag(lineState(p.languageId, p.lineBefore) === 'comment') },
  { name: 'in a string', value: (_, p) => flag(lineState(p.languageId, p.lineBefore) === 'string') },
  { name: 'indent, columns', value: (_, p) => /^\s*/.exec(p.lineBefore)?.[0].length ?? 0, scale: Math.log1p },
  { name: 'nothing after the cursor', value: after(/^\s*$/) },
  { name: 'only closing marks after the cursor', value: after(/^\s*[)\]}>"'`;,]+\s*$/) },
];

/** The draft for features of the position alone. */
export const EMPTY_DRAFT: Draft = { text: '', tokens: [], model: '', complete: false, latencyMs: 0 };

/** One number per feature for the regression; always finite. */
export function features(draft: Draft | undefined, position: PositionFacts): Float64Array {
  return Float64Array.from(FEATURES, (feature) => {
    const value = feature.value(draft ?? EMPTY_DRAFT, position);
    const scaled = feature.scale === undefined ? value : feature.scale(value);
    return Number.isFinite(scaled) ? scaled : 0;
  });
}

/**
 * Prior probability that the API's answer is exactly the rest of the line. Measured: 0.91, 0.80 and 0.93 in 439
 * recorded answers of a frontier Claude on three TypeScript packages (bench/data), 0.81 on a harder one. Taken lower,
 * because the default model is a smaller one, the packages are public and may have been known to the recorded model,
 * and people's own code is less regular. Prose has many right endings, so a literal match is rare; the figure there is
 * an assumption, not a measurement.
 */
const API_PRIOR: Readonly<Record<LanguageFamily, number>> = {
  bracket: 0.7,
  indent: 0.7,
  markup: 0.6,
  data: 0.6,
  prose: 0.3,
};

/** Log-odds. */
export function apiPrior(position: PositionFacts): number {
  return logit(API_PRIOR[languageOf(position.languageId).family]);
}

/**
 * Log-odds that a draft is right, for a folder without a fit. Where the specialist weighs rival lines against each
 * other, its own confidence is nearly calibrated already: a little too low at 1,158 positions of eight other npm
 * packages, a little too high at the recorded cursors, hence the small constant. Else the token probabilities, whose
 * product is overconfident: the weights are a logistic fit on those 1,158 positions.
 */
export function specialistPrior(draft: Draft): number {
  if (draft.confidence !== undefined) return 0.2 + logit(draft.confidence);
  return -0.7 + 0.43 * logit(wholeProbability(draft)) + 0.07 * logit(lowestProbability(draft));
}

/** After one of these, little is left of a line. */
const CLOSED = /[)\]}"'`>;,]$/;

/**
 * Characters that the author probably still writes in the line. A linear fit on 813 pauses of a simulated typist in
 * fourteen held-out packages, with drafts of the n-grams. Of the characters that calls there would bring, the half of
 * the calls that promise most brings 0.66, instead of 0.61 without the length. Eleven facts instead of three bring no
 * more.
 */
export function expectedCharacters(draft: Draft | undefined = EMPTY_DRAFT, { lineBefore }: PositionFacts): number {
  const [line = ''] = draft.text.split('\n', 1);
  const isClosed = flag(CLOSED.test(lineBefore));
  return Math.max(0, 12.3 - 12.5 * isClosed + 3.3 * Math.log1p(line.length) - 2.3 * specialistPrior(draft));
}

/** 1 if the n-grams drafted without a neural model. */
const isNgramsOnly = ({ model }: Draft): number => flag(model === NGRAM_MODEL);

/** The features of a cut's prior log-odds, each with its weight. */
const CUT_FACTS: readonly { readonly of: (cut: Draft, position: PositionFacts) => number; readonly weight: number }[] =
  [
    { of: () => 1, weight: 0.18 },
    { of: (cut) => logit(wholeProbability(cut)), weight: 0.96 },
    { of: ({ text }) => flag(/["'`]/.test(text)), weight: -0.46 },
    { of: (_, { lineBefore }) => Math.log1p(lineBefore.trim().length), weight: 0.15 },
    { of: ({ unknownIdentifier }) => flag(unknownIdentifier === true), weight: -0.34 },
    // The n-grams alone are too sure, less so of whole lines that they are sure of and of names that they can see.
    { of: isNgramsOnly, weight: -0.86 },
    { of: (cut) => isNgramsOnly(cut) * logit(wholeProbability(cut)), weight: -0.31 },
    { of: (cut) => isNgramsOnly(cut) * logit(cut.lineConfidence ?? 0.5), weight: 0.21 },
    { of: ({ knownNames }) => flag(knownNames === true), weight: 0.91 },
  ];

export const cutWeights: readonly number[] = CUT_FACTS.map(({ weight }) => weight);

export function cutFacts(cut: Draft, position: PositionFacts): number[] {
  return CUT_FACTS.map(({ of }) => of(cut, position));
}

/**
 * Log-odds that the author's text begins with a cut, for a folder without a fit. A logistic fit on 31,000 cuts in
 * thirteen held-out packages (TypeScript, Python, Go, Markdown), of medium with the n-grams and of the n-grams alone,
 * at random positions and at keystrokes. Fitted on one half of the packages and measured on the other, the loss is
 * 0.455 nats instead of 0.483 with the weights before, and 0.480 instead of 0.516 for the n-grams alone. Tried and left
 * out, because the loss fell by less than 0.0007: whether the cut ends a line, its lines and length, comments,
 * Markdown, the lowest and second lowest token probability, lengths of matches, agreement of both models, an equal line
 * nearby. Names that do not exist came later: at 6,000 cuts of thirteen held-out packages the loss falls from 0.4685 to
 * 0.4671 nats for the n-grams alone, and from 0.4649 to 0.4641 for small with the n-grams.
 */
export function cutPrior(cut: Draft, position: PositionFacts): number {
  return cutFacts(cut, position).reduce((sum, fact, i) => sum + fact * (cutWeights[i] as number), 0);
}
