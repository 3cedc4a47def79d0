// Goes on after the first line where a block is wanted: line by line, until the block is closed or trust runs out.

import type { CompletionQuery } from '../common/completion.ts';
import { bracketBalance } from '../text/brackets.ts';
import { indentLength } from '../text/indents.ts';
import { lineStart, linesBelow } from '../text/lines.ts';
import type { OwnFile } from './own-file.ts';
import { type Asking, folderOf } from './project-index.ts';
import type { Hypothesis, LineSearch, Step } from './search.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface BlockParts {
  readonly vocabulary: Vocabulary;
  readonly own: OwnFile;
  readonly search: LineSearch;
}

/** What comes after the lines so far: asked of whichever model writes the block. */
export interface BlockQuestion {
  /** The last tokens up to the end of the last line. */
  readonly context: Int32Array;
  /** Tokens that the next line may take. */
  readonly left: number;
}

/** A line end with its indent, and the line; 'end': the text ends here. Undefined: no idea. */
export type BlockLine = { readonly lineEnd: Step; readonly line: Hypothesis } | 'end' | undefined;

export interface Block {
  /** Begins with a line end; '' where the first line stands alone. */
  readonly text: string;
  readonly steps: readonly Step[];
  /** Product of the lines' probabilities. */
  readonly probability: number;
  /** It stopped at its own end, not at a limit or for want of trust. */
  readonly complete: boolean;
}

const mostLines = 24;
/** A line less likely than this is not proposed: a block is only as good as its worst line. */
const trusted = 0.15;
/** Distributions that one more line may cost: less than the first line, which the user waits for. */
const lineBudget = 50;
/** The end of a line that the next one has to go on with. */
const dangling = /(?:[=+\-*/%&|?:<.]|=>|\b(?:return|const|let|else|extends))$/;
const closing = /^[\])}]|^(?:end|fi|done|esac)\b/;

/** The n-grams' block after a first line. */
export function continueBlock(
  query: CompletionQuery,
  firstLine: string,
  firstSteps: readonly Step[],
  maxTokens: number,
  parts: BlockParts,
): Block {
  const { own, search } = parts;
  const asking: Asking = { folder: folderOf(query.path), following: own.following };
  const lines = writeBlock(query, firstLine, firstSteps, maxTokens, parts);
  const answer = ({ context, left }: BlockQuestion): BlockLine => {
    const lineEnd = search.lineEnd(context, asking, query.path);
    if (lineEnd === undefined) return undefined;
    const before = Int32Array.from([...context, lineEnd.token]);
    const line = search.run(before, new Uint8Array(0), asking, query.path, left, lineBudget)[0];
    return line && { lineEnd, line };
  };
  let next = lines.next();
  while (!next.done) next = lines.next(answer(next.value));
  return next.value;
}

/**
 * Asks for line after line, and says when the block is whole.
 * @param firstLine what was proposed for the cursor's line
 * @param maxTokens of the whole draft
 */
export function* writeBlock(
  query: CompletionQuery,
  firstLine: string,
  firstSteps: readonly Step[],
  maxTokens: number,
  { vocabulary, own }: Pick<BlockParts, 'vocabulary' | 'own'>,
): Generator<BlockQuestion, Block, BlockLine> {
  const lineBefore = query.prefix.slice(lineStart(query.prefix));
  const opened = /[([{:]$|=>$/.test(firstLine.trimEnd());
  const base = indentLength(lineBefore + firstLine);
  const next = linesBelow(query.suffix, 1)[0]?.trim();
  const steps: Step[] = [];
  let text = '';
  let probability = 1;
  // What was there when brackets were last closed and no operator dangled: where a block that breaks off is cut.
  let sound = { text, steps: 0, probability };
  const context = (): Int32Array =>
    Int32Array.from([
      ...own.context.subarray(Math.max(0, own.contextLength - 64), own.contextLength),
      ...firstSteps.map((step) => step.token),
      ...steps.map((step) => step.token),
    ]);
  const finish = (): Block => ({ text, steps, probability, complete: true });
  const breakOff = (): Block => ({ ...sound, steps: steps.slice(0, sound.steps), complete: false });
  for (let line = 0; line < mostLines; line++) {
    const left = maxTokens - firstSteps.length - steps.length;
    if (left < 2) return breakOff();
    const answer = yield { context: context(), left };
    if (answer === 'end') return bracketBalance(firstLine + text) > 0 ? breakOff() : finish();
    if (answer === undefined) return breakOff();
    const { lineEnd, line: best } = answer;
    const indent = vocabulary.decode(vocabulary.tokenizer.bytesOf(lineEnd.token));
    const deep = indent.length - lineStart(indent);
    const p = Math.exp(best.logProbability);
    if (!best.finished || p < trusted) return breakOff();
    const body = vocabulary.decode(vocabulary.bytesOf(best.steps.map((step) => step.token)));
    // A blank line belongs to the block only when something of it follows.
    if (body.trim() === '') return finish();
    const closes = closing.test(body.trim());
    // Without an opener the cursor stands inside the block: its end is the first line that is less deep.
    if (deep < base || (deep === base && opened && !closes)) return finish();
    if (deep === base && !opened && closes) return finish();
    // The text after the cursor goes on from here.
    if (body.trim() === next && (!closes || !opened)) return finish();
    steps.push(lineEnd, ...best.steps);
    text += indent + body;
    probability *= p;
    if (bracketBalance(firstLine + text) <= 0 && !dangling.test(body.trimEnd()))
      sound = { text, steps: steps.length, probability };
    if (deep === base && opened && closes && !/[([{:]$/.test(body.trimEnd())) return finish();
  }
  return breakOff();
}
