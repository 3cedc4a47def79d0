// Answers of LiteLLM 1.108.7 before a server of chat completions, recorded on 2026-12-01. Its Messages API counts the
// prompt only at the end of a stream.

/** A stream of the Messages API: the beginning, which counts no tokens, and the end, which counts them. */
export const messagesStream = {
  start:
    'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_841e85ac-737c-4621-9365-c3014cce4999","type":"message","role":"assistant","content":[],"model":"claude-haiku-5-5","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}}}\n\n' +
    'event: content_block_start\ndata: {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}\n\n' +
    ['<insert>', 'sum', ' + item', '.price', '</insert>']
      .map(
        (text) =>
          `event: content_block_delta\ndata: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "${text}"}}\n\n`,
      )
      .join('') +
    'event: content_block_stop\ndata: {"type": "content_block_stop", "index": 0}\n\n',
  end:
    'event: message_delta\ndata: {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": 48, "output_tokens": 9}}\n\n' +
    'event: message_stop\ndata: {"type": "message_stop"}\n\n',
} as const;

/** HTTP 400 for a model that it does not have: of the Messages API, and of chat completions. */
export const unknownModel = {
  messages:
    '{"type":"error","error":{"type":"invalid_request_error","message":"anthropic_messages: Invalid model name passed in model=nonesuch. Call `/v1/models` to view available models for your key.","provider_specific_fields":{"error":"anthropic_messages: Invalid model name passed in model=nonesuch. Call `/v1/models` to view available models for your key."}}}',
  chat: '{"error":{"message":"/chat/completions: Invalid model name passed in model=nonesuch. Call `/v1/models` to view available models for your key.","type":"invalid_request_error","param":null,"code":"400","provider_specific_fields":{"error":"/chat/completions: Invalid model name passed in model=nonesuch. Call `/v1/models` to view available models for your key."}}}',
} as const;

/** Its list of models at `/v1/models`, and HTTP 404 for other paths. */
export const models =
  '{"data":[{"id":"claude-haiku-5-5","object":"model","created":1677610602,"owned_by":"openai","mode":"chat","max_input_tokens":1000000,"max_output_tokens":128000},{"id":"gpt-5.4-mini","object":"model","created":1677610602,"owned_by":"openai","mode":"chat","max_input_tokens":272000,"max_output_tokens":128000}],"object":"list"}';
export const notFound = '{"detail":"Not Found"}';
