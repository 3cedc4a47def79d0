// Continues after the first line if a block is wanted: line by line, until the block is closed or a line is too
// improbable.
import type { CompletionQuery, Draft, DraftToken } from '../../common/completion.ts';
import { indentLength, lineStart, linesBelow } from '../../text/lines.ts';
import { closerOf, DRAFTED_OPENERS } from '../../text/syntax/blocks.ts';
import type { Predictor } from './predictor.ts';
import { findLines, type Hypothesis, likeliestLineEnd, type Step } from './search.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The draft of the cursor's line, and the tokens of its hypothesis. */
export interface FirstLine {
  readonly draft: Omit<Draft, 'latencyMs'>;
  readonly steps: readonly Step[];
  /** Probability that the line ends after the steps. */
  readonly lineEndProbability: number;
}

export interface Block {
  /** Text of the block, which begins with a line end; '' if there is only the first line. */
  readonly text: string;
  readonly steps: readonly Step[];
  /** Product of the lines' probabilities. */
  readonly probability: number;
  /** Whether the block ended by itself, not at a limit or at an improbable line. */
  readonly complete: boolean;
  /**
   * The line that was too improbable as a whole. Its beginning may still be right. Absent if the block stopped for
   * another reason.
   */
  readonly rejected?: Pick<Block, 'text' | 'steps'>;
}

const mostLines = 24;
/** A block is not continued below this probability. The router decides how much of it is shown. */
const leastProbability = 0.2;
/** Limit for the distributions of one more line: lower than for the first line, which the user waits for. */
const lineBudget = 50;

/** Product of the probabilities of the steps. */
export function likelihood(steps: readonly Step[]): number {
  return steps.reduce((product, { probability }) => product * probability, 1);
}

/** Probability that a line ends where the search found its end. */
export function endProbability({ steps, logProbability }: Hypothesis): number {
  return Math.min(1, Math.exp(logProbability) / likelihood(steps));
}

/**
 * Writes one line after the other below a first line, and decides when the block is complete.
 * @param first the draft of the cursor's line
 * @param maxTokens of the whole draft
 */
export function continueBlock(
  query: CompletionQuery,
  { draft: { text: firstLine }, steps: firstSteps, lineEndProbability: firstEnds }: FirstLine,
  maxTokens: number,
  predictor: Predictor,
): Block {
  const { vocabulary, own } = predictor;
  const lineBefore = query.prefix.slice(lineStart(query.prefix));
  const opensBlock = DRAFTED_OPENERS.firstLine.test(firstLine.trimEnd());
  const baseIndent = indentLength(lineBefore + firstLine);
  const lineBelowCursor = linesBelow(query.suffix, 1)[0]?.trim();
  const steps: Step[] = [];
  let text = '';
  let probability = 1;
  const firstProbability = likelihood(firstSteps) * firstEnds;
  let lastEndProbability = firstEnds;
  const context = (): Int32Array =>
    Int32Array.from([
      ...own.lastTokens(64),
      ...firstSteps.map((step) => step.token),
      ...steps.map((step) => step.token),
    ]);
  const finish = (): Block => ({ text, steps, probability, complete: true });
  const breakOff = (): Block => ({ text, steps, probability, complete: false });
  for (let count = 0; count < mostLines; count++) {
    const tokensLeft = maxTokens - firstSteps.length - steps.length;
    if (tokensLeft < 2) return breakOff();
    const written = context();
    const lineEnd = likeliestLineEnd(predictor, written);
    if (lineEnd === undefined) return breakOff();
    const below = Int32Array.from([...written, lineEnd.token]);
    const [best] = findLines(predictor, below, new Uint8Array(0), tokensLeft, lineBudget);
    if (best === undefined) return breakOff();
    const indent = vocabulary.decode(vocabulary.tokenizer.bytesOf(lineEnd.token));
    const lineIndent = indent.length - lineStart(indent);
    const lineProbability = Math.exp(best.logProbability);
    const body = vocabulary.decode(vocabulary.bytesOf(best.steps.map((step) => step.token)));
    const line = {
      text: indent + body,
      steps: [{ ...lineEnd, probability: lineEnd.probability * lastEndProbability }, ...best.steps],
    };
    if (!best.finished || firstProbability * probability * lineProbability < leastProbability)
      return { ...breakOff(), rejected: line };
    // A blank line belongs to the block only if more of the block follows.
    if (body.trim() === '') return finish();
    // Tags are left out here as they are among the openers.
    const closesBlock = /^[^<]/.test(closerOf(body, query.languageId));
    // Without an opener the cursor is inside the block, which ends at the first line with a smaller indent.
    if (lineIndent < baseIndent || (lineIndent === baseIndent && opensBlock && !closesBlock)) return finish();
    if (lineIndent === baseIndent && !opensBlock && closesBlock) return finish();
    // The text after the cursor continues from here.
    if (body.trim() === lineBelowCursor && (!closesBlock || !opensBlock)) return finish();
    steps.push(...line.steps);
    lastEndProbability = endProbability(best);
    text += line.text;
    probability *= lineProbability;
    if (lineIndent === baseIndent && opensBlock && closesBlock && !DRAFTED_OPENERS.closingLine.test(body.trimEnd()))
      return finish();
  }
  return breakOff();
}

/** The text after the cursor, without the bytes that healing repeats. */
export function textOf({ steps }: Hypothesis, healed: Uint8Array, vocabulary: Vocabulary): string {
  const bytes = vocabulary.bytesOf(steps.map((step) => step.token));
  return vocabulary.decode(bytes.subarray(healed.length));
}

/**
 * Tokens with the part of `text` that each stands for. The probability of tokens that only repeat healed bytes is
 * multiplied into the first token with new text.
 */
export function draftTokens(
  steps: readonly Step[],
  text: string,
  healed: Uint8Array,
  { tokenizer }: Vocabulary,
): DraftToken[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let skip = healed.length;
  let left = text.length;
  let repeated = 1;
  const tokens: DraftToken[] = [];
  for (const { token, ...features } of steps) {
    const bytes = tokenizer.bytesOf(token);
    const skipped = Math.min(skip, bytes.length);
    skip -= skipped;
    if (skipped === bytes.length) {
      repeated *= features.probability;
      continue;
    }
    const piece = decoder.decode(bytes.subarray(skipped), { stream: true }).slice(0, left);
    left -= piece.length;
    tokens.push({
      text: piece,
      ...features,
      probability: features.probability * repeated,
      margin: features.margin * repeated,
    });
    repeated = 1;
    if (left === 0) break;
  }
  return tokens;
}
