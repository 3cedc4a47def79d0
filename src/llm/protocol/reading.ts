// Reads the pieces of one streamed answer, believing nothing that it has not checked: a proxy may send anything.
import { plainLine, plainText } from '../../common/plain-text.ts';
import { ProtocolError } from './failures.ts';
import { withoutKey } from './key-forms.ts';
import type { LlmUsage } from './models.ts';
import type { Piece, TokenOdds } from './wire.ts';

/** No token is longer as a rule; white space and rulers may be. */
const charactersPerToken = 64;
/** More tokens than any context or answer has. */
const mostTokens = 100_000_000;

/** Text, usage and ending of one answer. The one place where what a server writes enters: it is plain text from here on. */
export class AnswerReader {
  model: string | undefined;
  stop: Piece['stop'];
  /** The server has begun to answer: from here on it is paid for. */
  begun = false;
  private readonly odds: TokenOdds[] = [];
  private counts: { [K in keyof LlmUsage]: number } | undefined;
  private ended = false;
  private raw: string;
  private plain: string | undefined;
  private readonly mostCharacters: number;
  private readonly apiKey: string;

  /**
   * @param textTokens what was asked for at most; a server that writes much more is cut off
   * @param apiKey what the server was sent, and may not have kept to itself
   */
  constructor(prefill: string, textTokens: number, apiKey: string) {
    this.apiKey = apiKey;
    this.raw = prefill;
    this.mostCharacters = prefill.length + textTokens * charactersPerToken;
  }

  /** The answer so far, with the prefill that it continues. */
  get text(): string {
    // Of the whole: a sequence may have been cut in two between events.
    this.plain ??= withoutKey(plainText(this.raw), this.apiKey, 'answer');
    return this.plain;
  }

  /** Of the text, where the server tells them; none where they spell the key. */
  get tokens(): readonly TokenOdds[] {
    const spelled = this.odds.map(({ token }) => token).join('');
    return withoutKey(spelled, this.apiKey, 'answer') === spelled ? this.odds : [];
  }

  /** What the server counted; output is only final once the answer is complete. Undefined where it has not counted yet. */
  get usage(): LlmUsage | undefined {
    return this.counts;
  }

  /** Takes one piece; true when there is new text. Throws a ProtocolError. */
  read({ text = '', model, usage, stop, end, logprobs = [] }: Piece): boolean {
    this.begun = true;
    if (typeof model === 'string') this.model = withoutKey(plainLine(model), this.apiKey, 'answer').slice(0, 100);
    if (usage !== undefined) this.count(usage);
    this.stop = stop ?? this.stop;
    this.ended ||= end === true;
    this.raw += text;
    this.odds.push(...logprobs);
    this.plain = undefined;
    if (this.raw.length > this.mostCharacters) throw new ProtocolError('more text than was asked for');
    return text !== '';
  }

  /** Throws a ProtocolError unless the answer came to its end. */
  assertComplete(): void {
    if (!this.begun) throw new ProtocolError('no event stream');
    if (!this.ended || this.stop === undefined) throw new ProtocolError('the stream ended too soon');
  }

  /** Later counts are cumulative: they replace the earlier, where they are given. */
  private count(usage: NonNullable<Piece['usage']>): void {
    const before = this.counts ?? { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 };
    this.counts = {
      inputTokens: whole(usage.inputTokens) ?? before.inputTokens,
      cacheWriteTokens: whole(usage.cacheWriteTokens) ?? before.cacheWriteTokens,
      cacheReadTokens: whole(usage.cacheReadTokens) ?? before.cacheReadTokens,
      outputTokens: whole(usage.outputTokens) ?? before.outputTokens,
    };
  }
}

export type JsonRecord = Readonly<Record<string, unknown>>;

/** Undefined where it is no object. */
export function record(value: unknown): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
}

/** Throws a ProtocolError that names what is missing. */
export function object(value: unknown, what: string): JsonRecord {
  if (typeof value !== 'object' || value === null) throw new ProtocolError(`${what} is missing or not an object`);
  return value as JsonRecord;
}

/** A token count; undefined for what is absent or null. */
export function whole(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > mostTokens)
    throw new ProtocolError('a token count is none');
  return value;
}
