// Chooses between a template's continuation and the line that a search found, and computes the draft's probabilities.
import type { CompletionQuery, Draft } from '../../common/completion.ts';
import { cutBeforeRest, restOfLine } from '../../text/lines.ts';
import { type Block, draftTokens, type FirstLine, likelihood } from './block.ts';
import type { Predictor } from './predictor.ts';
import type { Step } from './search.ts';
import type { TemplateDraft } from './template.ts';
import { templateUnits } from './template-units.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Cost of a wrong line, in characters, if two lines compete. */
const WRONG = 20;
/** A template is continued while it is so likely, and to so many tokens. */
const LEAST = 0.1;
const MOST_TOKENS = 120;

/** The draft of the cursor's line, and the lines below it that a template knows. */
export interface TemplatedLine {
  readonly first: FirstLine;
  readonly block?: Block;
}

/**
 * The searched line or the template's line, whichever is expected to save more characters. If both begin alike, the
 * searched line gets the template's probabilities.
 */
export function withTemplate(
  first: FirstLine,
  template: TemplateDraft | undefined,
  { suffix }: CompletionQuery,
  maxTokens: number,
  predictor: Predictor,
): TemplatedLine {
  if (template === undefined) return { first };
  const written = writtenBy(template, maxTokens, predictor);
  if (written === undefined) return { first };
  const rest = restOfLine(suffix);
  const { own, vocabulary } = predictor;
  const { healed } = own;
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
  if (!isWhole && !isAlike) return { first };
  const chosen = isAlike
    ? agreed(first, found, sure * ends, healed, vocabulary)
    : worth(line.draft) > worth(draft)
      ? line
      : undefined;
  if (chosen === undefined) return { first };
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
function writtenBy(template: TemplateDraft, maxTokens: number, predictor: Predictor): Written | undefined {
  const { vocabulary } = predictor;
  const { healed } = predictor.own;
  const line: Step[] = [];
  const lengths: number[] = [];
  const further: Step[] = [];
  let sure = 1;
  let length = 0;
  let whole = false;
  let isFurther = false;
  const { copies, matched } = template;
  const units = templateUnits(template, predictor);
  if (units === undefined) return undefined;
  let next = units.next();
  for (; !next.done; next = units.next()) {
    const { tokens, endsLine, probability: p } = next.value;
    if (sure * p < LEAST || length + tokens.length > Math.max(maxTokens, MOST_TOKENS)) break;
    isFurther ||= endsLine;
    whole = endsLine;
    sure *= p;
    if (!isFurther) lengths.push(tokens.length);
    // The probability is about new text: tokens that only repeat text before the cursor are certain.
    const firstNew = length === 0 ? repeatedTokens(tokens, healed, vocabulary) : 0;
    length += tokens.length;
    for (const [i, token] of tokens.entries()) {
      const probability = i === firstNew ? p : 1;
      const entropy = probability < 1 ? -p * Math.log(p) - (1 - p) * Math.log(1 - p) : 0;
      const margin = Math.max(0, 2 * probability - 1);
      const match = { matchLength: matched, count: copies, tier: 'open-file' } as const;
      const step: Step = { token, probability, margin, entropy, ...match };
      (isFurther ? further : line).push(step);
    }
  }
  if (line.length === 0) return undefined;
  const textAs = (steps: readonly Step[]) => vocabulary.decode(vocabulary.bytesOf(steps.map(({ token }) => token)));
  const own = vocabulary.bytesOf(line.map(({ token }) => token)).subarray(healed.length);
  const complete = next.done === true ? template.complete : whole;
  return {
    line: { text: vocabulary.decode(own), steps: line, units: lengths },
    ...(further.length > 0 && { further: { text: textAs(further).trimEnd(), steps: further } }),
    complete,
    ends: next.done === true ? template.ends : 0,
  };
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
