// A line under a model that a server runs, as far as the server's answer tells: the tokens of the answer, and the
// likeliest others at each of them. A line that leaves the answer is unknown behind the token where it does.
import type { ServedAnswer } from '../../common/completion.ts';
import { startsWithBytes } from '../../text/tokenizer/bytes.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';
import { logOf } from './logit-reader.ts';
import type { NeuralReading, NeuralScores } from './score-line.ts';
import { tokenHead } from './vocabulary-mapping.ts';

/** Probability of a written token if the server does not tell it. */
const ASSUMED = 0.7;
/** What one token that is not listed has of their probability, together. */
const UNLISTED = 0.1;
/** How many of the last tokens may hold the end of the line. */
const ENDINGS = 3;
const NO_BYTES = new Uint8Array(0);

interface ScoredToken {
  /** Empty: the token ends the answer. */
  readonly bytes: Uint8Array;
  readonly probability: number;
}

/** A token of the answer, or its end. */
export interface AnswerToken extends ScoredToken {
  /** Offset of its first byte in the answer. */
  readonly start: number;
  /** The likeliest others, as far as the server tells. */
  readonly others: readonly ScoredToken[];
  /** Probability of a token that is not listed. */
  readonly least: number;
}

/** @param vocabulary cuts an answer into tokens if the server's do not spell it */
export function answerTokens({ text, tokens, complete }: ServedAnswer, { tokenizer }: Vocabulary): AnswerToken[] {
  const length = encoded(text).length;
  const known = spelling(text, tokens);
  const scored: Omit<AnswerToken, 'start' | 'least'>[] = known
    ? known.map(({ token, logprob, likeliest }) => ({
        bytes: encoded(token),
        probability: Math.exp(Math.min(0, logprob)),
        others: likeliest
          .filter((other) => other.token !== token)
          .map((other) => ({ bytes: encoded(other.token), probability: Math.exp(Math.min(0, other.logprob)) })),
      }))
    : [...tokenizer.encode(text)].map((id) => ({ bytes: tokenizer.bytesOf(id), probability: ASSUMED, others: [] }));
  const answer: AnswerToken[] = [];
  let start = 0;
  for (const token of [...scored, ...(complete ? [{ bytes: NO_BYTES, probability: ASSUMED, others: [] }] : [])]) {
    const listed = [token.probability, ...token.others.map(({ probability }) => probability)];
    const rest = 1 - listed.reduce((sum, p) => sum + p, 0);
    const least = Math.max(0, Math.min(rest * UNLISTED, ...listed));
    answer.push({ ...token, start, least, ...(start === length && { bytes: NO_BYTES }) });
    if (start >= length) break;
    start += token.bytes.length;
    // The last token holds the end, too.
    if (start > length) break;
  }
  return answer;
}

/** The tokens from the text's first one on. Undefined if they do not spell it. */
function spelling(text: string, tokens: ServedAnswer['tokens']): ServedAnswer['tokens'] | undefined {
  let skipped = tokens
    .map(({ token }) => token)
    .join('')
    .indexOf(text);
  const first = tokens.findIndex(({ token }) => {
    const isFirst = skipped === 0 && token !== '';
    skipped -= token.length;
    return isFirst;
  });
  if (first < 0) return undefined;
  // Tokens without text: parts of a character, or marks.
  let left = text.length;
  return tokens.slice(first).filter(({ token }) => {
    const counts = token !== '' || left <= 0;
    left -= token.length;
    return counts;
  });
}

export class ServedScores implements NeuralScores {
  readonly cursor: number;
  readonly knownEnd: number;
  private readonly answer: readonly AnswerToken[];
  private readonly line: Uint8Array;
  /** Tokens of the answer that the line begins with. */
  private readonly shared: number;
  /** Log probability of the tokens before each of them, and of all. */
  private readonly before: number[] = [0];

  /**
   * @param before text before the cursor that the answer repeats
   * @param text from the cursor on
   */
  constructor(answer: readonly AnswerToken[], before: string, text: string) {
    this.answer = answer;
    this.line = encoded(before + text);
    this.cursor = encoded(before).length;
    let shared = 0;
    for (const { start, bytes, probability } of answer) {
      if (bytes.length === 0 || !startsWithBytes(this.line.subarray(start), bytes)) break;
      this.before.push((this.before[shared++] as number) + logOf(probability));
    }
    this.shared = shared;
    this.knownEnd = this.findKnownEnd();
  }

  logBytes(end: number): number {
    const until = Math.min(end, this.knownEnd);
    let at = Math.min(this.shared, this.answer.length - 1);
    while (at > 0 && (this.answer[at] as AnswerToken).start >= until) at--;
    const token = this.answer[at];
    if (!token || until <= token.start) return 0;
    const covered = coveredBy(token, this.line.subarray(token.start, until));
    return (this.before[at] as number) + logOf(Math.max(covered, token.least));
  }

  logLine(): number | undefined {
    const { answer, line, shared, before } = this;
    const last = answer[shared];
    if (!last || this.knownEnd < line.length) return undefined;
    let sum = 0;
    for (let at = Math.max(0, shared - ENDINGS); at <= shared; at++) {
      const token = answer[at] as AnswerToken;
      sum += Math.exp(before[at] as number) * endingWith(token, line.subarray(token.start));
    }
    if (sum > 0) return logOf(sum);
    const left = line.subarray(last.start);
    // Another token than the answer's ends where the line does: what follows it is unknown.
    if (last.others.some(({ bytes }) => bytes.length === left.length && startsWithBytes(bytes, left))) return undefined;
    return this.logBytes(line.length) + logOf(last.least);
  }

  readingAt(end: number): NeuralReading | undefined {
    const token = this.answer.find(({ start }, at) => start === end && at <= this.shared);
    if (!token) return undefined;
    const all = [token, ...token.others];
    const rest = 1 - all.reduce((sum, { probability }) => sum + probability, 0);
    const entropy = [...all.map(({ probability }) => probability), rest].reduce(
      (sum, p) => sum - (p > 0 ? p * Math.log(p) : 0),
      0,
    );
    const best = all
      .filter(({ bytes }) => !endsWith(bytes, NO_BYTES))
      .reduce<ScoredToken | undefined>((a, b) => (a && a.probability >= b.probability ? a : b), undefined);
    return { entropy, finish: endingWith(token, NO_BYTES), ...(best && { best }) };
  }

  private findKnownEnd(): number {
    const { answer, line, shared } = this;
    const token = answer[shared];
    const last = answer.at(-1);
    if (!token) return last ? last.start + last.bytes.length : 0;
    const left = line.subarray(token.start);
    let known = 0;
    while (known < left.length && coveredBy(token, left.subarray(0, known + 1)) > 0) known++;
    const isWhole = token.others.some(
      ({ bytes }) => bytes.length === known && known > 0 && startsWithBytes(left, bytes),
    );
    // The first byte that no listed token has is known to be improbable.
    return token.start + (known === left.length || isWhole ? known : known + 1);
  }
}

/** Probability of the listed tokens that begin with these bytes. */
function coveredBy(token: AnswerToken, bytes: Uint8Array): number {
  return sumOf([token, ...token.others].filter((each) => startsWithBytes(each.bytes, bytes)));
}

/** Probability of the listed tokens that are these bytes and a line end, or end the answer. */
function endingWith(token: AnswerToken, bytes: Uint8Array): number {
  return sumOf([token, ...token.others].filter((each) => endsWith(each.bytes, bytes)));
}

function endsWith(token: Uint8Array, bytes: Uint8Array): boolean {
  const head = token.length === 0 ? token : tokenHead(token);
  return head !== undefined && head.length === bytes.length && startsWithBytes(head, bytes);
}

const sumOf = (tokens: readonly ScoredToken[]) =>
  Math.min(
    1,
    tokens.reduce((sum, { probability }) => sum + probability, 0),
  );
const encoded = (text: string) => new TextEncoder().encode(text);
