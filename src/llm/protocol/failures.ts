// Failures of a large model: a row for each code, and errors of wires as failures that say what to do. Messages never
// contain a key.
import { type ErrorCode, type Failure, messageOf } from '../../common/errors.ts';
import { plainLine } from '../../common/plain-text.ts';
import { withoutKey } from './key-forms.ts';
import type { FailureRow, Provider, WireError } from './wire.ts';

export interface FailureContext {
  readonly model: string;
  readonly apiKey: string;
  /** Host of the request, for messages. */
  readonly host: string;
  readonly now: number;
  readonly provider: Pick<Provider, 'protocol' | 'failures' | 'urlVariable'>;
}

/** Ends the message of a failure after which we ask again by ourselves. */
export const goesOn = 'Requests continue after a pause.';

/** The failure that ended a batch: it is not retried any more. */
export function givenUp(failure: Failure): Failure {
  return { ...failure, message: failure.message.replace(goesOn, 'Start it again later: it asks for the rest.') };
}

interface FailureKind {
  /** Makes the message from the detail. Absent if the detail is a sentence already. */
  readonly messageOf?: (detail: string, context: FailureContext) => string;
  /** First pause, ms, doubled after each further failure. Infinity: until a setting changes. Absent: no pause. */
  readonly pauseMs?: number;
  /** Number of retries of one prompt during labelling. Absent: no retries. */
  readonly retries?: number;
  /** The next prompt would fail too, so the rest is not sent. */
  readonly stops?: true;
  /** The server rejected the request, so nothing was paid. */
  readonly refused?: true;
}

/** The command that helps if a model does not. */
export const chooseModel = "'Easy Adaptation: Choose the Large Model'";

/** Names the setting and the environment variable of the base URL. */
const whereUrl = ({ provider: { urlVariable } }: FailureContext) =>
  `setting easyAdaptation.baseUrl${urlVariable ? `, or ${urlVariable}` : ''}`;

export const failureKinds: Readonly<Partial<Record<ErrorCode, FailureKind>>> = {
  'no-key': {
    messageOf: () =>
      "No API key is set. Set one with 'Easy Adaptation: Choose the Large Model…'; until then answers are local only.",
    pauseMs: Number.POSITIVE_INFINITY,
    stops: true,
    refused: true,
  },
  'bad-key': {
    messageOf: (detail, { host }) =>
      `${host} refused the API key (${detail}). Set a valid one with 'Easy Adaptation: Choose the Large Model…'.`,
    pauseMs: Number.POSITIVE_INFINITY,
    stops: true,
    refused: true,
  },
  'no-credit': {
    messageOf: (detail, { host }) =>
      `${host} no longer answers for this account (${detail}). Add credit on its website, or wait, or choose another model with ${chooseModel}.`,
    pauseMs: 5 * 60_000,
    stops: true,
    refused: true,
  },
  'no-consent': {
    messageOf: (detail, { host }) =>
      `${host} may not be used (${detail}). Allow it when the editor asks, or choose another model with ${chooseModel}.`,
    stops: true,
    refused: true,
  },
  'rate-limited': {
    messageOf: (detail, { host }) => `${host} limits the rate of requests (${detail}). ${goesOn}`,
    pauseMs: 2_000,
    retries: 5,
    refused: true,
  },
  overloaded: {
    messageOf: (detail, { host }) => `${host} cannot answer now (${detail}). ${goesOn}`,
    pauseMs: 2_000,
    retries: 5,
  },
  network: {
    messageOf: (detail, { host }) =>
      `No connection to ${host} (${detail}). Check the network, the proxy and the base URL. ${goesOn}`,
    pauseMs: 2_000,
    retries: 3,
  },
  // A timeout or a malformed answer may be caused by the prompt itself, so it is retried less often.
  timeout: {
    messageOf: (detail, { host }) =>
      `${host} took too long: ${detail}${/easyAdaptation|Easy Adaptation/.test(detail) ? '' : '. Check the network and the proxy'}.`,
    pauseMs: 1_000,
    retries: 2,
  },
  malformed: {
    messageOf: (detail, { host, provider }) =>
      `The answer of ${host} does not follow ${provider.protocol} (${detail}). Check the base URL, and any proxy in between.`,
    pauseMs: 2_000,
    retries: 1,
  },
  redirected: {
    messageOf: (detail, context) =>
      `${context.host} redirects requests to ${detail || 'an invalid address'}; neither text nor key was sent there. ` +
      `If you trust that address, make it the base URL (${whereUrl(context)}).`,
    pauseMs: 30_000,
    stops: true,
    refused: true,
  },
  // Rejected because of its content, so a retry fails until a setting changes.
  'bad-request': {
    messageOf: (detail, { host }) =>
      `${host} rejected the request: ${detail}${/easyAdaptation|Easy Adaptation/.test(detail) ? '' : `. If this happens again, choose another model with ${chooseModel}`}.`,
    pauseMs: 30_000,
    refused: true,
  },
  'over-budget': { stops: true },
  unwritable: { pauseMs: 30_000, stops: true },
};

/** An answer that breaks the protocol; `message` says how. */
export class ProtocolError extends Error {}

/** Why neither text nor key reached the server, from the address in question. */
const unsent = {
  /** To another address, '' if that is none. */
  redirected: (address: string) => address,
  /** Plain http on another machine would send the key unencrypted. */
  insecure: (address: string, context: FailureContext) =>
    `the key and your text would be sent unencrypted: ${address} is not https. ` +
    `Set the base URL (${whereUrl(context)}) to one that begins with https`,
  credentials: (_: string, context: FailureContext) =>
    `the base URL holds a user name or a password, and nothing was sent. Name it without them (${whereUrl(context)}), ` +
    `and set the key with ${chooseModel}`,
  /** The provider has no default address, and none is set. */
  'no-address': (_: string, context: FailureContext) =>
    `no address is set for it. Name one in the ${whereUrl(context)}`,
} as const;

export class UnsentError extends Error {
  readonly why: keyof typeof unsent;
  readonly address: string;

  constructor(why: keyof typeof unsent, address = '') {
    super(`${why} ${address}`);
    this.why = why;
    this.address = address;
  }
}

export function failureOf(code: ErrorCode, detail: string, context: FailureContext, retryAfterMs?: number): Failure {
  const redactedDetail = redactedLine(detail, context.apiKey);
  const text = failureKinds[code]?.messageOf?.(redactedDetail, context) ?? redactedDetail;
  return retryAfterMs === undefined ? { code, message: text } : { code, message: text, retryAfterMs };
}

/** The message of a server or a proxy as plain text, with keys redacted in case it repeats them. */
function redactedLine(text: string, apiKey: string): string {
  const redactedDetail = plainLine(text, 2_000);
  return plainLine(withoutKey(redactedDetail, apiKey, 'message').replace(/\bsk-[\w-]{8,}/gi, '[key]'));
}

const noSuchModel = {
  code: 'bad-request',
  detail:
    'it knows no model "{model}" at this address ({message}). Choose another in the setting easyAdaptation.model, or check easyAdaptation.baseUrl',
} as const;

/** The meaning of a status for all providers. */
const commonFailures: readonly FailureRow[] = [
  { status: 401, code: 'bad-key' },
  { status: 402, code: 'no-credit' },
  { status: 403, code: 'bad-key' },
  { status: 400, message: /model.{0,100}(not exist|not found|invalid)|(invalid|not a valid) model/i, ...noSuchModel },
  { status: 404, ...noSuchModel },
  { status: 407, code: 'network' },
  { status: 408, code: 'timeout' },
  { status: 409, code: 'overloaded' },
  { status: 413, code: 'bad-request', detail: 'it is too long for "{model}" there ({message})' },
  { status: 429, code: 'rate-limited' },
  // 501 Not Implemented: a retry does not help.
  { status: 501, code: 'bad-request' },
];

const NO_CONNECTION = 'no connection in time';

/** The meaning of fetch's errors, by their codes. */
const connectionRows: readonly { readonly names: RegExp; readonly code?: ErrorCode; readonly detail?: string }[] = [
  { names: /CONNECT_TIMEOUT|HEADERS_TIMEOUT|^ETIMEDOUT$/, code: 'timeout', detail: NO_CONNECTION },
  { names: /TIMEOUT/, code: 'timeout' },
  {
    names: /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/,
    detail: "{message}: its certificate is not trusted here. Add the root that signs it to this machine's certificates",
  },
  { names: /^ERR_SSL|^EPROTO$/, detail: '{message}: the server does not use TLS' },
  { names: /^ECONNREFUSED$/, detail: '{message}: no server listens there. If it is your server, start it' },
  { names: /^(ENOTFOUND|EAI_AGAIN)$/, detail: '{message}: the host name is unknown' },
];

/** Converts an error of a wire, of fetch or of our reader. @param explain interprets the wire's own errors */
export function classify(
  error: unknown,
  context: FailureContext,
  explain: (error: unknown) => WireError | undefined = () => undefined,
): Failure {
  for (const cause of chain(error)) {
    if (cause instanceof UnsentError) {
      const code = cause.why === 'redirected' ? 'redirected' : 'bad-request';
      return failureOf(code, unsent[cause.why](cause.address, context), context);
    }
    if (cause instanceof ProtocolError || cause instanceof SyntaxError)
      return failureOf('malformed', shortened(cause), context);
  }
  const wireError = explain(error);
  if (wireError?.kind === 'timeout') return failureOf('timeout', NO_CONNECTION, context);
  if (wireError?.kind === 'refusal') return refusal(wireError, context);
  return connection(error, wireError !== undefined, context);
}

function refusal(
  { status, type, message: rawMessage, headers }: WireError & { kind: 'refusal' },
  context: FailureContext,
): Failure {
  const message = rawMessage.trim().replace(/\.$/, '');
  const detail = [status === undefined ? '' : `HTTP ${status}`, message].filter((part) => part !== '').join(': ');
  const providerRows = context.provider.failures;
  const matches = (row: FailureRow) =>
    (row.status ?? status) === status && (row.type?.test(type) ?? true) && (row.message?.test(message) ?? true);
  const row =
    providerRows.find((each) => each.status !== undefined && matches(each)) ??
    commonFailures.find(matches) ??
    ((status ?? 0) >= 500 ? { code: 'overloaded' as const } : providerRows.find(matches));
  // An error inside a stream has no status. It counts as the server's failure unless a row matches.
  if (row === undefined && status === undefined)
    return failureOf(detail === '' ? 'malformed' : 'overloaded', detail || 'an unknown error', context);
  const template: string | undefined = (row as FailureRow | undefined)?.detail;
  const sentence = template?.replace('{model}', () => context.model).replace('{message}', () => detail) ?? detail;
  return failureOf(row?.code ?? 'bad-request', sentence, context, retryAfter(headers, context.now));
}

/** Longest pause that a server can request, ms. After it, a retry shows whether the limit still holds. */
const longestRetryAfter = 3_600_000;

/**
 * The pause that the server requests, ms: `retry-after-ms`, or `retry-after` in seconds or as a date. At most an hour.
 * Undefined if the value is invalid or in the past.
 */
function retryAfter(headers: Headers | undefined, now: number): number | undefined {
  const precise = waitOf(headers?.get('retry-after-ms'), (ms) => ms);
  const wait = precise ?? waitOf(headers?.get('retry-after'), (seconds) => seconds * 1000, now);
  return wait === undefined ? undefined : Math.min(wait, longestRetryAfter);
}

function waitOf(text: string | null | undefined, toMs: (value: number) => number, now?: number): number | undefined {
  const value = text?.trim() ?? '';
  if (value === '') return undefined;
  const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(value);
  const wait = decimal ? toMs(Number(value)) : now === undefined ? Number.NaN : Date.parse(value) - now;
  return wait >= 0 ? wait : undefined;
}

function connection(error: unknown, isWireError: boolean, context: FailureContext): Failure {
  const codes = chain(error).map((cause) => (cause as { code?: unknown }).code);
  const code = codes.find((each): each is string => typeof each === 'string');
  if (code === 'ERR_INVALID_URL')
    return failureOf('bad-request', 'the setting easyAdaptation.baseUrl is not a URL', context);
  const last = chain(error).at(-1);
  const message = code ?? shortened(last);
  if (code === undefined && !isWireError && !(error instanceof TypeError))
    return failureOf('malformed', message, context);
  const row = connectionRows.find(({ names }) => names.test(code ?? ''));
  return failureOf(row?.code ?? 'network', row?.detail?.replace('{message}', () => message) ?? message, context);
}

/** Errors before a secure connection was made: Node's by code, those of Electron and undici by message. */
const unconnected = {
  code: /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_INVALID_URL)$|CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|^ERR_(SSL|TLS)|^EPROTO$/,
  /** The first line: a request that could not be built. */
  message:
    /cannot be constructed|cannot have body|invalid header|to a ByteString|failed to (?:parse URL|execute)|^(?:bad port|unknown scheme)$|before secure TLS connection|proxy|tunnel|net::ERR_(INTERNET_DISCONNECTED|NETWORK_ACCESS|CONNECTION_(REFUSED|FAILED|TIMED_OUT)|(NAME|DNS|ADDRESS|SSL|CERT)_)/i,
} as const;

/** Whether a request certainly did not reach its server. After other connection errors, it may have been paid for. */
export function neverArrived(error: unknown): boolean {
  return chain(error).some((cause) => {
    const { code, syscall, message } = cause as { code?: unknown; syscall?: unknown; message: string };
    if (cause instanceof UnsentError) return true;
    if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
    // If a proxy requires authentication, fetch throws an error without message and code.
    if (cause.constructor === Error && message === '' && code === undefined) return true;
    return (typeof code === 'string' && unconnected.code.test(code)) || unconnected.message.test(message);
  });
}

function chain(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let current = error; current instanceof Error && causes.length < 6; ) {
    causes.push(current);
    // Node tries all addresses of a host and reports an error for each.
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return causes;
}

/** JSON errors quote the input, which may be file text, so only their kind is kept. */
function shortened(error: unknown): string {
  return error instanceof SyntaxError ? 'an event is not JSON' : messageOf(error);
}
