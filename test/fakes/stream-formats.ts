// The stream formats of answers: events of the Messages API, chunks of chat completions, and chunks of completions
// that fill in a middle.

export interface StreamFormat {
  /** The beginning of the stream, with the model and the input tokens. */
  start(over?: {
    readonly model?: string;
    readonly input?: number;
    /** Counts of tokens by kind; absent: `input` alone. */
    readonly usage?: Readonly<Record<string, number>>;
  }): string;
  delta(text: unknown): string;
  /** A piece of the thinking, which must not be inserted. */
  thinking(text: string): string;
  /** An event without text. */
  ping: string;
  end(over?: { readonly output?: number; readonly why?: 'done' | 'length' | 'refusal' }): string;
  /** An error event after HTTP 200. */
  error(message: string): string;
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

const reasons = {
  messages: { done: 'end_turn', length: 'max_tokens', refusal: 'refusal' },
  chat: { done: 'stop', length: 'length', refusal: 'content_filter' },
} as const;

export const messages: StreamFormat = {
  start: ({ model = 'claude-haiku-5-5', input = 100, usage = { input_tokens: input } } = {}) => {
    const message = { id: 'm', type: 'message', role: 'assistant', model, content: [] };
    return event('message_start', { message: { ...message, usage: { ...usage, output_tokens: 1 } } });
  },
  delta: (text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  thinking: (thinking) => event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking } }),
  ping: event('ping', {}),
  end: ({ output = 5, why = 'done' } = {}) =>
    event('message_delta', { delta: { stop_reason: reasons.messages[why] }, usage: { output_tokens: output } }) +
    event('message_stop', {}),
  error: (message) => event('error', { error: { type: 'overloaded_error', message } }),
};

function chunk(choices: readonly object[], over: object = {}): string {
  return `data: ${JSON.stringify({ id: 'c', object: 'chunk', model: 'small', choices, ...over })}\n\n`;
}

/** @param as wraps a text as a chat's delta, or as a completion's text */
function completions(as: (text: unknown, more?: object) => object): StreamFormat {
  return {
    start: ({ model = 'small', input = 100 } = {}) =>
      chunk([{ index: 0, ...as('') }], { model, usage: { prompt_tokens: input, completion_tokens: 1 } }),
    delta: (text) => chunk([{ index: 0, ...as(text) }]),
    thinking: (text) => chunk([{ index: 0, ...as('', { reasoning_content: text }) }]),
    ping: chunk([{ index: 0, ...as('') }]),
    end: ({ output = 5, why = 'done' } = {}) =>
      chunk([{ index: 0, ...as(''), finish_reason: reasons.chat[why] }]) +
      chunk([], { usage: { prompt_tokens: 100, completion_tokens: output } }) +
      'data: [DONE]\n\n',
    error: (message) => `data: ${JSON.stringify({ error: { code: 502, message } })}\n\n`,
  };
}

export const chat = completions((content, more) => ({ delta: { content, ...more } }));
export const middles = completions((text) => ({ text }));

/** The stream format of a server at this path. */
export function streamFormatAt(path: string): StreamFormat {
  if (path.includes('/messages')) return messages;
  return /(?<!\/chat|\/fim)\/completions/.test(path) ? middles : chat;
}
