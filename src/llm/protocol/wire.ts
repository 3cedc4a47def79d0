// The interface of a provider of large models: a row of plain data, and a wire that speaks the provider's protocol.
import type { ErrorCode } from '../../common/errors.ts';
import type { InfillDoor } from './infill.ts';
import type { LlmUsage, ModelFacts } from './models.ts';
import type { Prompt } from './prompt.ts';

/** Whether the provider's terms allow training on its answers. */
export interface Terms {
  /** 'by model': the user's own server has no terms, so the licence of its model decides. */
  readonly training: 'allowed' | 'restricted' | 'not known' | 'by model';
  /** The restriction in one sentence. */
  readonly said?: string;
  /** Address of the terms, or a description of the text that replaces them. */
  readonly page: string;
  /** The day on which the page was read, '2026-11-26'. 'not known': the day on which its text could not be found. */
  readonly read: string;
}

export interface Provider {
  /** Never changes: settings, names of secrets and hashes of questions contain it. */
  readonly id: string;
  /** Name for the UI: 'Anthropic'. */
  readonly label: string;
  /** Name of the expected protocol for the UI: 'the Messages API'. */
  readonly protocol: string;
  readonly key: {
    /** 'optional': the user's own server may ask for a key; 'none': the editor signs in. */
    readonly need: 'required' | 'optional' | 'none';
    /** How a key begins, 'sk-ant-…', and the page that issues it. */
    readonly example: string;
    readonly madeAt: string;
    /** The command that sets the key; absent: Set API Key. */
    readonly command?: string;
    /** Environment variable with the command line's key; '': EASY_ADAPTATION_API_KEY. */
    readonly variable: string;
  };
  /**
   * Default address. A setting replaces it, and for the command line the environment variable `urlVariable`. '': there
   * is no default.
   */
  readonly baseUrl: string;
  readonly urlVariable?: string;
  readonly terms: Terms;
  /** '': the user has to choose a model. */
  readonly defaultModel: string;
  /** Called only for an action of the user, such as labelling, and never for completions while typing. */
  readonly onUsersActionOnly?: true;
  /** Share of the price that an answer in a batch costs, 0..1. Absent: the user is offered no batches. */
  readonly batchDiscount?: number;
  /** Rows with a status precede the rows for every server (failures.ts); rows without one follow them. */
  readonly failures: readonly FailureRow[];
  /** @param host the host that is called; '': the default */
  facts(model: string, host: string): ModelFacts;
  /** Loads the code that speaks the protocol, with its SDK. */
  wire(): Promise<{ readonly openWire: (options: WireOptions) => Wire }>;
}

export interface WireOptions {
  readonly provider: Provider;
  readonly apiKey: string;
  /** Undefined: the provider's default address. */
  readonly baseUrl: string | undefined;
  readonly model: string;
  readonly facts: ModelFacts;
  /** For the SDK, ms. The client's own deadline is earlier and ends a call first. */
  readonly timeoutMs: number;
  /** Whether to request token probabilities; undefined: `ServerCapabilities.always` decides. */
  readonly logprobs?: boolean;
  /** The editor's own models, if the caller has access to them. */
  readonly editor?: EditorModels | undefined;
}

/** A connection to one model. A request gets one answer and is not repeated. */
export interface Wire {
  /** The request's body for a prompt, as JSON. */
  body(prompt: Prompt): unknown;
  /** Yields the answer in pieces as it arrives. @param send a guarded fetch that the caller observes */
  ask(prompt: Prompt, send: typeof fetch, signal: AbortSignal): AsyncIterable<Piece>;
  /** Translates an error of the SDK; undefined: the error is not one of the SDK's. */
  explain(error: unknown): Told | undefined;
  /** Many questions in one request, at a lower price; absent: the provider has no batches. */
  readonly batches?: BatchWire;
  /** Names of the available models, in the server's order. */
  models(send: typeof fetch, signal: AbortSignal): Promise<readonly string[]>;
}

/** A provider's batches. `Wire.explain` translates the errors of these methods, too. */
export interface BatchWire {
  submit(
    questions: readonly { readonly id: string; readonly prompt: Prompt }[],
    send: typeof fetch,
    signal: AbortSignal,
  ): Promise<string>;
  list(
    send: typeof fetch,
    signal: AbortSignal,
  ): Promise<readonly { readonly id: string; readonly at: number; readonly total: number }[]>;
  ended(id: string, send: typeof fetch, signal: AbortSignal): Promise<boolean>;
  results(
    id: string,
    send: typeof fetch,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly id: string; readonly pieces: readonly Piece[] | undefined }>;
}

/** How likely a token of an answer was, natural logarithms. */
export interface TokenOdds {
  readonly token: string;
  readonly logprob: number;
  /** `logprob` of the most likely tokens at this position, as many as the server returns. It may include this token. */
  readonly likeliest: readonly number[];
}

/** Part of a streamed answer. Its values are not checked yet (reading.ts checks them). */
export interface Piece {
  readonly text?: string;
  readonly model?: unknown;
  /** Token counts so far, as the server gives them; null if it gives none. */
  readonly usage?: Readonly<Partial<Record<keyof LlmUsage, unknown>>>;
  /** Why it ended. */
  readonly stop?: 'done' | 'length' | 'refusal';
  /** Nothing follows. */
  readonly end?: true;
  /** One row per token of `text`. */
  readonly logprobs?: readonly TokenOdds[];
}

/** The part of the protocol that a server supports. */
export interface ServerCapabilities {
  /** Maximum number of stop sequences. */
  readonly stops: number;
  /** Whether the server reports token counts: on request, always or never. */
  readonly usage: 'asked' | 'always' | 'never';
  /** The form of the token probabilities that the server returns on request; 'none': it returns none. */
  readonly logprobs: 'chat' | 'completions' | 'none';
  /** Token probabilities are requested with every answer. */
  readonly always?: 'logprobs';
  /** How the server takes a request for a middle; absent: it takes none. */
  readonly infill?: InfillDoor;
  /** Extra fields of each request, for this server only. */
  readonly extras?: Readonly<Record<string, unknown>>;
}

/** The content of an SDK's error. */
export type Told =
  | { readonly kind: 'timeout' | 'connection' }
  | {
      readonly kind: 'refusal';
      readonly status: number | undefined;
      /** Type and code of the error in the response body: 'rate_limit_error', 'insufficient_quota'. */
      readonly type: string;
      readonly said: string;
      readonly headers: Headers | undefined;
    };

/** One kind of refusal. A row fits if every condition that it names fits. */
export interface FailureRow {
  readonly status?: number;
  readonly type?: RegExp;
  readonly said?: RegExp;
  readonly code: ErrorCode;
  /** Replaces the server's text in the message to the user. `{model}` and `{said}` are filled in. */
  readonly detail?: string;
}

/** Models that the editor has signed in to; a job's process reaches them through its owner. */
export interface EditorModels {
  /** Ids that `ask` takes. */
  list(): Promise<readonly string[]>;
  ask(model: string, text: string, signal: AbortSignal): AsyncIterable<string>;
}
