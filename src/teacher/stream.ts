// Reads the events of one streamed answer, believing nothing that it has not checked: a proxy may send anything.
import { plainLine, plainText } from '../common/plain-text.ts';
import { ProtocolError } from './failures.ts';
import type { TeacherUsage } from './types.ts';

type Json = Readonly<Record<string, unknown>>;

/** No token is longer as a rule; white space and rulers may be. */
const charactersPerToken = 64;
/** More tokens than any context or answer has. */
const mostTokens = 100_000_000;

/**
 * Text, usage and ending of one answer, event by event. The one place where what a server writes enters: it is plain text
 * from here on.
 * Protocol: platform.claude.com/docs/en/build-with-claude/streaming.
 */
export class StreamReader {
  model: string | undefined;
  stopReason: string | undefined;
  private counts: { [K in keyof TeacherUsage]: number } | undefined;
  private stopped = false;
  private raw: string;
  private plain: string | undefined;
  private readonly mostCharacters: number;

  /** @param textTokens what was asked for at most; a server that writes much more is cut off */
  constructor(prefill: string, textTokens: number) {
    this.raw = prefill;
    this.mostCharacters = prefill.length + textTokens * charactersPerToken;
  }

  /** The answer so far, with the prefill that it continues. */
  get text(): string {
    // Of the whole: a sequence may have been cut in two between events.
    this.plain ??= plainText(this.raw);
    return this.plain;
  }

  /** What the server counted; output is only final once the answer is complete. Undefined before the first event. */
  get usage(): TeacherUsage | undefined {
    return this.counts;
  }

  /** Takes one event; true when there is new text. Throws a ProtocolError. */
  read(event: unknown): boolean {
    const { type, ...data } = object(event, 'an event');
    switch (type) {
      case 'message_start': {
        const message = object(data.message, 'message_start');
        this.model = typeof message.model === 'string' ? plainLine(message.model, 100) : undefined;
        this.count(object(message.usage, 'usage'));
        return false;
      }
      case 'content_block_delta':
        return this.delta(object(data.delta, 'a delta'));
      case 'message_delta': {
        const { stop_reason: reason } = object(data.delta, 'message_delta');
        if (typeof reason === 'string') this.stopReason = reason;
        this.count(object(data.usage, 'usage'));
        return false;
      }
      case 'message_stop':
        this.stopped = true;
        return false;
      default:
        // Other blocks' starts and ends, pings, and whatever the API adds later.
        return false;
    }
  }

  /** Throws a ProtocolError unless the answer came to its end. */
  assertComplete(): void {
    if (this.counts === undefined) throw new ProtocolError('no event stream');
    if (!this.stopped || this.stopReason === undefined) throw new ProtocolError('the stream ended too soon');
  }

  private delta(delta: Json): boolean {
    // Thinking and its signature are not for the file.
    if (delta.type !== 'text_delta') return false;
    if (typeof delta.text !== 'string') throw new ProtocolError('a text delta without text');
    this.raw += delta.text;
    this.plain = undefined;
    if (this.raw.length > this.mostCharacters) throw new ProtocolError('more text than was asked for');
    return delta.text !== '';
  }

  /** Later counts are cumulative: they replace the earlier, where they are given. */
  private count(usage: Json): void {
    const before = this.counts ?? { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 };
    this.counts = {
      inputTokens: whole(usage.input_tokens) ?? before.inputTokens,
      cacheWriteTokens: whole(usage.cache_creation_input_tokens) ?? before.cacheWriteTokens,
      cacheReadTokens: whole(usage.cache_read_input_tokens) ?? before.cacheReadTokens,
      outputTokens: whole(usage.output_tokens) ?? before.outputTokens,
    };
  }
}

function object(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null) throw new ProtocolError(`${what} is missing or not an object`);
  return value as Json;
}

/** A token count; undefined for what is absent or null. */
function whole(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > mostTokens)
    throw new ProtocolError('a token count is none');
  return value;
}
