// One row for each failure code: the sentence that says what to do, and whether a retry helps.
import type { ErrorCode } from '../../common/errors.ts';
import type { Provider } from './wire.ts';

export interface FailureContext {
  readonly model: string;
  readonly apiKey: string;
  /** Host of the request, for messages. */
  readonly host: string;
  readonly now: number;
  readonly provider: Pick<Provider, 'protocol' | 'failures' | 'urlVariable'>;
}

export interface FailureKind {
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

const chooseModel = "'Easy Adaptation: Choose the Large Model'";

/** Names the setting and the environment variable of the base URL. */
export const whereUrl = ({ provider: { urlVariable } }: FailureContext) =>
  `setting easyAdaptation.baseUrl${urlVariable ? `, or ${urlVariable}` : ''}`;

export const failureKinds: Readonly<Partial<Record<ErrorCode, FailureKind>>> = {
  'no-key': {
    messageOf: () =>
      "No API key is set. Set one with 'Easy Adaptation: Choose the Large Model…'; until then answers are local only.",
    ...{ pauseMs: Number.POSITIVE_INFINITY, stops: true, refused: true },
  },
  'bad-key': {
    messageOf: (detail, { host }) =>
      `${host} refused the API key (${detail}). Set a valid one with 'Easy Adaptation: Choose the Large Model…'.`,
    ...{ pauseMs: Number.POSITIVE_INFINITY, stops: true, refused: true },
  },
  'no-credit': {
    messageOf: (detail, { host }) =>
      `${host} no longer answers for this account (${detail}). Add credit on its website, or wait, or choose another model with ${chooseModel}.`,
    ...{ pauseMs: 5 * 60_000, stops: true, refused: true },
  },
  'no-consent': {
    messageOf: (detail, { host }) =>
      `${host} may not be used (${detail}). Allow it when the editor asks, or choose another model with ${chooseModel}.`,
    ...{ stops: true, refused: true },
  },
  'rate-limited': {
    messageOf: (detail, { host }) => `${host} limits the rate of requests (${detail}). They continue after a pause.`,
    ...{ pauseMs: 2_000, retries: 5, refused: true },
  },
  overloaded: {
    messageOf: (detail, { host }) => `${host} cannot answer now (${detail}). Requests continue after a pause.`,
    ...{ pauseMs: 2_000, retries: 5 },
  },
  network: {
    messageOf: (detail, { host }) =>
      `No connection to ${host} (${detail}). Check the network, the proxy and the base URL; requests continue after a pause.`,
    ...{ pauseMs: 2_000, retries: 3 },
  },
  // A timeout or a malformed answer may be caused by the prompt itself, so it is retried less often.
  timeout: {
    messageOf: (detail, { host }) =>
      `${host} took too long (${detail}). The time limit is the setting easyAdaptation.apiTimeout.`,
    ...{ pauseMs: 1_000, retries: 2 },
  },
  malformed: {
    messageOf: (detail, { host, provider }) =>
      `The answer of ${host} does not follow ${provider.protocol} (${detail}). Check the base URL, and any proxy in between.`,
    ...{ pauseMs: 2_000, retries: 1 },
  },
  redirected: {
    messageOf: (detail, context) =>
      `${context.host} redirects requests to ${detail || 'an invalid address'}; neither text nor key was sent there. ` +
      `If you trust that address, make it the base URL (${whereUrl(context)}).`,
    ...{ pauseMs: 30_000, stops: true, refused: true },
  },
  // Rejected because of its content, so a retry fails until a setting changes.
  'bad-request': {
    messageOf: (detail, { host }) =>
      `${host} rejected the request: ${detail}${/easyAdaptation|Easy Adaptation/.test(detail) ? '' : `. If this happens again, choose another model with ${chooseModel}`}.`,
    ...{ pauseMs: 30_000, refused: true },
  },
  'over-budget': { stops: true },
  unwritable: { pauseMs: 30_000, stops: true },
};
