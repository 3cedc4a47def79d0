// Interfaces of a provider of large models: a row of plain data, and a wire that implements its protocol.
import type { ErrorCode } from '../../common/errors.ts';
import type { InfillEndpoint, LlmUsage, ModelFacts, Prompt } from './models.ts';

/** The provider's terms about training on answers. */
export interface Terms {
  /** 'by model': a local server has no terms, so the licence of its model applies. */
  readonly training: 'allowed' | 'restricted' | 'not known' | 'by model';
  /** The restriction, in a sentence. */
  readonly restriction?: string;
  /** Address of the terms. */
  readonly page: string;
  /** Date on which we read the terms, '2026-11-26', or on which we could not find them. */
  readonly readOn: string;
}

export interface Provider {
  /** Used in settings, names of secrets and request hashes. Never change it. */
  readonly id: string;
  /** Display name: 'Anthropic'. */
  readonly label: string;
  /** Display name of its protocol: 'the Messages API'. */
  readonly protocol: string;
  readonly key: {
    /** 'optional': a local server that may require a key. 'none': the editor signs in. */
    readonly need: 'required' | 'optional' | 'none';
    /** The beginning of a key, 'sk-ant-…', and the page that creates keys. */
    readonly example: string;
    readonly createdAt: string;
    /** Environment variable of the key, for the command line. */
    readonly variable: string;
  };
  /** Default address, if neither the setting nor `urlVariable` names one. '' if the setting is required. */
  readonly baseUrl: string;
  readonly urlVariable?: string;
  readonly terms: Terms;
  /** '' if the user must choose a model. */
  readonly defaultModel: string;
  /** Asked only when the user starts something, such as an adaptation; never while the user types. */
  readonly onlyOnUserAction?: true;
  /** Rows with a status are searched before the common rows in failures.ts, rows without a status after them. */
  readonly failures: readonly FailureRow[];
  /** @param host of the request; '' for the default */
  /** @param hasKey a server of this machine that takes a key may hand requests on to a paid one; absent: it takes none */
  facts(model: string, host: string, hasKey?: boolean): ModelFacts;
  /** Loads the wire and its packages on demand. */
  wire(): Promise<{ readonly openWire: (options: WireOptions) => Wire }>;
}

export interface WireOptions {
  readonly provider: Provider;
  readonly apiKey: string;
  /** Undefined for the address of the provider's row. */
  readonly baseUrl: string | undefined;
  readonly model: string;
  readonly facts: ModelFacts;
  /** Timeout of an SDK, ms. Our own timeout is shorter. */
  readonly timeoutMs: number;
  /** The editor's models, if the caller has access to them. */
  readonly editor?: EditorModels | undefined;
}

/** A connection to one model. Each request is made once and gives one answer. */
export interface Wire {
  /** The request body for a prompt, as a JSON value. */
  body(prompt: Prompt): unknown;
  /** Streams the answer in pieces. @param send guarded fetch */
  ask(prompt: Prompt, send: typeof fetch, signal: AbortSignal): AsyncIterable<Piece>;
  /** Interprets an error of the SDK or of the server. Undefined for other errors. */
  explain(error: unknown): WireError | undefined;
  /** Names of the available models, in the server's order. */
  models(send: typeof fetch, signal: AbortSignal): Promise<readonly string[]>;
}

/** A part of an answer. Only its types are checked; reading.ts validates the rest. */
export interface Piece {
  readonly text?: string;
  /** Text that is paid for and no part of the answer: thinking. */
  readonly hidden?: unknown;
  readonly model?: unknown;
  /** The server's token counts so far, or null. */
  readonly usage?: Readonly<Partial<Record<keyof LlmUsage, unknown>>>;
  /** Why the model stopped. */
  readonly stop?: 'done' | 'length' | 'refusal';
  /** Set on the last piece. */
  readonly end?: true;
}

/** The parts of the protocol that a server supports. */
export interface ServerCapabilities {
  /** Maximum number of stop sequences. */
  readonly stops: number;
  /** Whether it sends token counts on request or always. */
  readonly usage: 'requested' | 'always';
  /** How it fills in the middle. Absent if it does not. */
  readonly infill?: InfillEndpoint;
  /** Additional request fields for this server. */
  readonly extras?: Readonly<Record<string, unknown>>;
}

/** An error of a wire: no response, or a server's refusal. */
export type WireError =
  | { readonly kind: 'timeout' | 'connection' }
  | {
      readonly kind: 'refusal';
      readonly status: number | undefined;
      /** Type and code in the error body: 'rate_limit_error', 'insufficient_quota'. */
      readonly type: string;
      readonly message: string;
      readonly headers: Headers | undefined;
    };

/** One kind of refusal. It matches if all of its given fields match. */
export interface FailureRow {
  readonly status?: number;
  readonly type?: RegExp;
  readonly message?: RegExp;
  readonly code: ErrorCode;
  /** The sentence for the user, in place of the server's message. `{model}` and `{message}` stand for those two. */
  readonly detail?: string;
}

/** The editor's language models. A job's process reaches them through its parent. */
export interface EditorModels {
  /** Ids that `ask` accepts. */
  list(): Promise<readonly string[]>;
  ask(model: string, text: string, signal: AbortSignal): AsyncIterable<string>;
}
