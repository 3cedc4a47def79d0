// Reads the pieces of one streamed answer. It validates everything, because a proxy may send anything.
import { plainLine, plainText } from '../../common/plain-text.ts';
import { ProtocolError } from './failures.ts';
import { withoutKey } from './key-forms.ts';
import type { LlmUsage } from './models.ts';
import type { Piece } from './wire.ts';

/** Maximum characters per token, except for runs of white space or separator characters. */
const charactersPerToken = 64;
/** Upper bound for token counts, above any context or answer length. */
const maxCount = 100_000_000;

/** Text, usage and end of one answer. All text of a server passes through here and is plain text afterwards. */
export class AnswerReader {
  model: string | undefined;
  stop: Piece['stop'];
  /** Whether the server has begun to answer, so that the answer is paid for. */
  begun = false;
  /** Length of the thinking so far, UTF-16 units. */
  hiddenLength = 0;
  private counts: { [K in keyof LlmUsage]: number } | undefined;
  private isEnded = false;
  private raw: string;
  private plain: string | undefined;
  private readonly maxCharacters: number;
  private readonly apiKey: string;

  /**
   * @param textTokens maximum number of requested tokens; a server that sends much more text is an error
   * @param apiKey redacted in the answer, because the server may repeat it
   */
  constructor(prefill: string, textTokens: number, apiKey: string) {
    this.apiKey = apiKey;
    this.raw = prefill;
    this.maxCharacters = prefill.length + textTokens * charactersPerToken;
  }

  /** The answer so far, including the prefill. */
  get text(): string {
    // Applied to the whole text, because a sequence may be split between events.
    this.plain ??= withoutKey(plainText(this.raw), this.apiKey, 'answer');
    return this.plain;
  }

  /** The server's token counts, final only at the end of the answer. Undefined if there are none yet. */
  get usage(): LlmUsage | undefined {
    return this.counts;
  }

  /** Reads one piece. Returns true if it has new text. Throws a ProtocolError. */
  read({ text = '', hidden, model, usage, stop, end }: Piece): boolean {
    this.begun = true;
    if (typeof hidden === 'string') this.hiddenLength += hidden.length;
    if (typeof model === 'string') this.model = withoutKey(plainLine(model), this.apiKey, 'answer').slice(0, 100);
    if (usage !== undefined) this.count(usage);
    this.stop = stop ?? this.stop;
    this.isEnded ||= end === true;
    this.raw += text;
    this.plain = undefined;
    if (this.raw.length > this.maxCharacters) throw new ProtocolError('more text than requested');
    return text !== '';
  }

  /** Throws a ProtocolError if the answer is incomplete. */
  assertComplete(): void {
    if (!this.begun) throw new ProtocolError('no event stream');
    if (!this.isEnded || this.stop === undefined) throw new ProtocolError('the stream ended too soon');
  }

  /** Counts are cumulative, so later ones replace earlier ones. */
  private count(usage: NonNullable<Piece['usage']>): void {
    const previous = this.counts ?? { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 };
    this.counts = {
      inputTokens: tokenCount(usage.inputTokens) ?? previous.inputTokens,
      cacheWriteTokens: tokenCount(usage.cacheWriteTokens) ?? previous.cacheWriteTokens,
      cacheReadTokens: tokenCount(usage.cacheReadTokens) ?? previous.cacheReadTokens,
      outputTokens: tokenCount(usage.outputTokens) ?? previous.outputTokens,
    };
  }
}

export type JsonRecord = Readonly<Record<string, unknown>>;

/** The value as an object, or undefined if it is none. */
export function recordOf(value: unknown): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
}

/** The JSON text as an object, or undefined if it is none. */
export function parseRecord(text: string): JsonRecord | undefined {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The value as an object. Throws a ProtocolError that names the missing object. */
export function requireObject(value: unknown, name: string): JsonRecord {
  if (typeof value !== 'object' || value === null) throw new ProtocolError(`${name} is missing or not an object`);
  return value as JsonRecord;
}

/** Validates a token count. Undefined if it is absent or null. */
export function tokenCount(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maxCount)
    throw new ProtocolError('a token count is not a whole number');
  return value;
}
