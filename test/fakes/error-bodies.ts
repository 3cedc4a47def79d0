// Real error answers of the providers: status and body, quoted from their documentation and from issue reports of other
// clients, with the expected error code. A body that is a string is sent as it is, not as JSON.
import type { ErrorCode } from '../../src/common/errors.ts';

export interface ErrorRow {
  readonly status: number;
  readonly body: unknown;
  readonly code: ErrorCode;
  /** Matches the error message, which quotes the server and gives advice. */
  readonly says: RegExp;
}

const error = (message: string, type: string | null, code: string | number | null = null) => ({
  error: { message, type, param: null, code },
});
const invalid = (message: string, code: string | null = null) => error(message, 'invalid_request_error', code);
/** The format of OpenRouter and Azure. */
const routed = (message: string, code: string | number, more: object = {}) => ({ error: { message, code, ...more } });
const anthropic = (type: string, message: string) => ({ type: 'error', error: { type, message }, request_id: 'req_1' });
/** The format of vLLM, SGLang and Mistral: without an enclosing `error` object. */
const bare = (message: unknown, type: string, code: string | number | null) => ({
  object: 'error',
  ...{ message, type, param: null, code },
});
const rows = (...all: readonly (readonly [number, unknown, ErrorCode, RegExp])[]): readonly ErrorRow[] =>
  all.map(([status, body, code, says]) => ({ status, body, code, says }));

const cannotServe = rows([502, '<html><h1>Bad gateway</h1></html>', 'overloaded', /HTTP 502.*continue after a pause/]);
const contextOfLocal = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens";

export const errorBodies: Readonly<Record<string, readonly ErrorRow[]>> = {
  anthropic: rows(
    [
      401,
      anthropic('authentication_error', 'invalid x-api-key'),
      'bad-key',
      /invalid x-api-key.*Choose the Large Model/,
    ],
    [403, anthropic('permission_error', 'not for this workspace'), 'bad-key', /not for this workspace/],
    [404, anthropic('not_found_error', 'model: claude-none'), 'bad-request', /no model.*model: claude-none/],
    [
      400,
      anthropic('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'),
      'no-credit',
      /too low.*Add credit on its website, or wait/,
    ],
    [
      400,
      anthropic('invalid_request_error', 'You have reached your specified API usage limits.'),
      'no-credit',
      /usage limits.*Choose the Large Model/,
    ],
    [400, anthropic('invalid_request_error', 'prompt is too long'), 'bad-request', /prompt is too long/],
    [413, anthropic('request_too_large', 'Request exceeds the maximum size'), 'bad-request', /too long/],
    [429, anthropic('rate_limit_error', 'input tokens per minute'), 'rate-limited', /per minute.*pause/],
    [500, anthropic('api_error', 'Internal server error'), 'overloaded', /Internal server error.*pause/],
    [529, anthropic('overloaded_error', 'Overloaded'), 'overloaded', /Overloaded.*pause/],
    [401, { detail: 'no such key at this gateway' }, 'bad-key', /no such key at this gateway/],
  ),
  openai: rows(
    [401, invalid('Incorrect API key provided', 'invalid_api_key'), 'bad-key', /Incorrect API key/],
    [
      403,
      error('Country, region, or territory not supported', 'request_forbidden', 'unsupported_country_region_territory'),
      'bad-request',
      /country or region.*Choose the Large Model/,
    ],
    [404, invalid('The model `x` does not exist', 'model_not_found'), 'bad-request', /no model/],
    [400, invalid(contextOfLocal, 'context_length_exceeded'), 'bad-request', /too long for .*maximum context/],
    [429, error('Rate limit reached for gpt-5.4-mini', 'requests', 'rate_limit_exceeded'), 'rate-limited', /pause/],
    [429, error('You exceeded your current quota', 'insufficient_quota', 'insufficient_quota'), 'no-credit', /quota/],
    [400, invalid('Billing hard limit has been reached', 'billing_hard_limit_reached'), 'no-credit', /Add credit/],
    [503, error('The server is overloaded', 'service_unavailable_error'), 'overloaded', /overloaded.*pause/],
  ),
  mistral: rows(
    [401, { detail: 'Unauthorized' }, 'bad-key', /Unauthorized.*Choose the Large Model/],
    [401, { message: 'Unauthorized', request_id: 'r' }, 'bad-key', /Unauthorized/],
    [400, bare('Invalid model: small', 'invalid_model', '1500'), 'bad-request', /no model.*Invalid model/],
    [429, bare('Rate limit exceeded', 'rate_limited', '1300'), 'rate-limited', /Rate limit exceeded.*pause/],
    [429, { message: 'Requests rate limit exceeded' }, 'rate-limited', /Requests rate limit exceeded/],
    [
      422,
      bare(
        { detail: [{ type: 'extra_forbidden', loc: ['body', 'user'], msg: 'Extra inputs are not permitted' }] },
        'x',
        null,
      ),
      'bad-request',
      /body\.user: Extra inputs are not permitted.*Choose the Large Model/,
    ],
    [500, bare('Service unavailable.', 'internal_server_error', '1000'), 'overloaded', /Service unavailable/],
  ),
  deepseek: rows(
    [
      401,
      error('Authentication Fails', 'authentication_error', 'invalid_request_error'),
      'bad-key',
      /Authentication Fails/,
    ],
    [
      402,
      error('Insufficient Balance', 'unknown_error', 'invalid_request_error'),
      'no-credit',
      /Insufficient Balance.*Add credit/,
    ],
    [400, invalid('Model Not Exist', 'invalid_request_error'), 'bad-request', /no model.*Model Not Exist/],
    [422, invalid('Failed to deserialize the JSON body'), 'bad-request', /deserialize/],
    [429, error('Rate Limit Reached', 'rate_limit'), 'rate-limited', /pause/],
    [503, error('Server Overloaded', 'server_error'), 'overloaded', /Overloaded.*pause/],
  ),
  openrouter: rows(
    [401, routed('No auth credentials found', 401), 'bad-key', /No auth credentials/],
    [402, routed('This request requires more credits', 402), 'no-credit', /more credits/],
    [403, routed('openai/x requires moderation. Your input was flagged', 403), 'bad-request', /flagged/],
    [400, { ...routed('a/b is not a valid model ID', 400), user_id: 'u' }, 'bad-request', /no model.*a\/b/],
    [404, routed('No endpoints found for a/b', 404), 'bad-request', /No endpoints found/],
    [
      429,
      routed('Provider returned error', 429, {
        metadata: { raw: 'a/b is temporarily rate-limited upstream', provider_name: 'Some' },
      }),
      'rate-limited',
      /temporarily rate-limited upstream.*pause/,
    ],
    // Sent with HTTP 200 in place of a stream.
    [200, routed('Upstream error', 502), 'overloaded', /Upstream error.*pause/],
    [200, routed('This request requires more credits', 402), 'no-credit', /more credits/],
    [503, routed('No available model provider', 503), 'overloaded', /No available/],
  ),
  azure: rows(
    [401, routed('Access denied due to invalid subscription key', '401'), 'bad-key', /subscription key/],
    [401, { statusCode: 401, message: 'Unauthorized. Access token is missing' }, 'bad-key', /Access token is missing/],
    [403, routed('Public access is disabled.', '403'), 'network', /Public access.*network/],
    [
      404,
      routed('The API deployment for this resource does not exist.', 'DeploymentNotFound'),
      'bad-request',
      /no model.*deployment/,
    ],
    [429, routed('exceeded token rate limit. Please retry after 7 seconds.', '429'), 'rate-limited', /pause/],
    [
      400,
      routed('filtered', 'content_filter', { type: null, param: 'prompt', status: 400 }),
      'bad-request',
      /filtered/,
    ],
  ),
  groq: rows(
    [401, invalid('Invalid API Key', 'invalid_api_key'), 'bad-key', /Invalid API Key/],
    [404, invalid('The model `x` does not exist', 'model_not_found'), 'bad-request', /no model/],
    [413, error('Request too large for model `x`', 'tokens', 'rate_limit_exceeded'), 'bad-request', /too long/],
    [
      429,
      error('Rate limit reached. Please try again in 5.289s', 'tokens', 'rate_limit_exceeded'),
      'rate-limited',
      /pause/,
    ],
    [498, invalid('capacity exceeded', 'capacity_exceeded'), 'overloaded', /capacity.*pause/],
  ),
  vllm: rows(
    [401, { error: 'Unauthorized' }, 'bad-key', /Unauthorized/],
    [404, bare('The model `x` does not exist.', 'NotFoundError', 404), 'bad-request', /no model.*does not exist/],
    [404, error('The model `x` does not exist.', 'NotFoundError', 404), 'bad-request', /no model.*does not exist/],
    [404, { detail: 'Not Found' }, 'bad-request', /Not Found.*baseUrl/],
    [400, bare(contextOfLocal, 'BadRequestError', 400), 'bad-request', /too long for .*maximum context/],
    [200, bare('The model `x` does not exist.', 'NotFoundError', 404), 'bad-request', /no model.*does not exist/],
    [500, 'Internal Server Error', 'overloaded', /Internal Server Error.*pause/],
  ),
  sglang: rows(
    [401, { error: 'Unauthorized' }, 'bad-key', /Unauthorized/],
    [
      400,
      bare(
        "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
        'BadRequestError',
        400,
      ),
      'bad-request',
      /too long for .*40960/,
    ],
    [404, { detail: 'Not Found' }, 'bad-request', /Not Found.*baseUrl/],
    [503, bare('The server is starting', 'ServiceUnavailable', 503), 'overloaded', /starting.*pause/],
  ),
  'llama.cpp': rows(
    [401, error('Invalid API Key', 'authentication_error', 401), 'bad-key', /Invalid API Key/],
    [503, error('Loading model', 'unavailable_error', 503), 'overloaded', /Loading model.*pause/],
    [
      400,
      {
        error: {
          code: 400,
          message: 'request (4390 tokens) exceeds it',
          type: 'exceed_context_size_error',
          n_ctx: 4096,
        },
      },
      'bad-request',
      /too long for .*4390/,
    ],
    [501, error('This server does not support completions', 'not_supported_error', 501), 'bad-request', /not support/],
    [404, error('File Not Found', 'not_found_error', 404), 'bad-request', /File Not Found.*baseUrl/],
  ),
  ollama: rows(
    [
      404,
      error('model "x" not found, try pulling it first', 'api_error'),
      'bad-request',
      /no model.*try pulling it first/,
    ],
    [404, { error: "model 'x' not found" }, 'bad-request', /no model.*'x' not found/],
    [
      500,
      error('model requires more system memory (9.6 GiB) than is available (5.1 GiB)', 'api_error'),
      'bad-request',
      /9\.6 GiB.*smaller/,
    ],
    [400, invalid('registry.ollama.ai/library/x does not support insert'), 'bad-request', /not support insert/],
    [
      503,
      error('server busy, please try again. maximum pending requests exceeded', 'api_error'),
      'overloaded',
      /busy.*pause/,
    ],
  ),
  lmstudio: rows(
    [
      404,
      invalid('No models loaded. Please load a model in the developer page', 'model_not_found'),
      'bad-request',
      /No models loaded/,
    ],
    [
      400,
      { error: 'Invalid model identifier "x". Please specify a valid downloaded model' },
      'bad-request',
      /no model.*identifier/,
    ],
    [
      400,
      { error: 'Trying to keep the first 5000 tokens, the model is loaded with context length of only 4096' },
      'bad-request',
      /too long for .*4096/,
    ],
  ),
};

/** An error of a proxy in front of any provider. */
export const anywhere = cannotServe;
