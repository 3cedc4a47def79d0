// What a provider of large models is to the rest of this room: a row of plain data, and a wire that speaks its protocol.
import type { ErrorCode } from '../../common/errors.ts';
import type { InfillDoor } from './infill.ts';
import type { LlmUsage, ModelFacts } from './models.ts';
import type { Prompt } from './prompt.ts';

/** Whether answers may be trained on, as the provider's terms have it. */
export interface Terms {
  /** 'by model': a server of one's own has none, the licence of the model that it serves decides. */
  readonly training: 'allowed' | 'restricted' | 'not known' | 'by model';
  /** What is restricted, in a sentence. */
  readonly said?: string;
  /** Where that stands, or would. */
  readonly page: string;
  /** The day on which we read it, '2026-11-26'; where it is not known, on which we looked for it and found nothing of it to read. */
  readonly read: string;
}

export interface Provider {
  /** In settings, in the names of secrets and in the hash of a question: never changed. */
  readonly id: string;
  /** For people: 'Anthropic'. */
  readonly label: string;
  /** What its answers should be, for people: 'the Messages API'. */
  readonly protocol: string;
  readonly key: {
    /** 'optional': a server of one's own that may ask for one; 'none': the editor signs in. */
    readonly need: 'required' | 'optional' | 'none';
    /** How one begins, 'sk-ant-…', and where it is made. */
    readonly example: string;
    readonly madeAt: string;
    /** The command that sets it; absent: Set API Key. */
    readonly command?: string;
    /** Where the command line finds it. */
    readonly variable: string;
  };
  /** Where requests go unless the setting, or the environment's `urlVariable`, names another address; '' : the setting must. */
  readonly baseUrl: string;
  readonly urlVariable?: string;
  readonly terms: Terms;
  /** '' : one has to be chosen. */
  readonly defaultModel: string;
  /** Not asked because somebody types: for labelling alone. */
  readonly onUsersActionOnly?: true;
  /** Where labels may be had later and cheaper: the share of the price that is left. */
  readonly batchDiscount?: number;
  /** Looked through before the rows that hold for every server (failures.ts). */
  readonly failures: readonly FailureRow[];
  /** @param host that is asked; '' : the default */
  facts(model: string, host: string): ModelFacts;
  /** What speaks to it, with the SDK that it needs: loaded when it is first needed. */
  wire(): Promise<{ readonly openWire: (options: WireOptions) => Wire }>;
}

export interface WireOptions {
  readonly provider: Provider;
  readonly apiKey: string;
  /** Undefined: as the row says. */
  readonly baseUrl: string | undefined;
  readonly model: string;
  readonly facts: ModelFacts;
  /** Ours passes first, ms. */
  readonly timeoutMs: number;
  /** Each token's probability is asked for, too. */
  readonly logprobs?: boolean;
  /** The editor's own models, where whoever connects has them. */
  readonly editor?: EditorModels | undefined;
}

/** A connection to one model: one request is one answer, tried once. */
export interface Wire {
  /** What is sent for a prompt, as JSON. */
  body(prompt: Prompt): unknown;
  /** The answer, piece by piece as it comes. @param send how to fetch: guarded, and ours to count */
  ask(prompt: Prompt, send: typeof fetch, signal: AbortSignal): AsyncIterable<Piece>;
  /** What the SDK's error says; undefined: it is none of the SDK's. */
  explain(error: unknown): Told | undefined;
  /** Many questions at once, at less; absent: it has no such thing. */
  readonly batches?: BatchWire;
  /** Names of the models that there are, in the server's order. */
  models(send: typeof fetch, signal: AbortSignal): Promise<readonly string[]>;
}

/** A provider's batches. Whatever throws is explained as of `ask`. */
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
  /** Of the likeliest tokens there, its own among them where it is one; as many as the server tells. */
  readonly likeliest: readonly number[];
}

/** Something of an answer; nothing in it has been checked yet but its types (reading.ts checks the rest). */
export interface Piece {
  readonly text?: string;
  readonly model?: unknown;
  /** Token counts so far, as the server gives them; null where it does not. */
  readonly usage?: Readonly<Partial<Record<keyof LlmUsage, unknown>>>;
  /** Why it ended. */
  readonly stop?: 'done' | 'length' | 'refusal';
  /** Nothing follows. */
  readonly end?: true;
  /** Of the text's tokens. */
  readonly logprobs?: readonly TokenOdds[];
}

/** What a server takes of the protocol. */
export interface ServerCapabilities {
  /** Stop sequences at most. */
  readonly stops: number;
  /** How it tells what was used: where it is asked to, without being asked, or never. */
  readonly usage: 'asked' | 'always' | 'never';
  /** Probabilities of an answer's tokens, where they are asked for, in this shape. */
  readonly logprobs: 'chat' | 'completions' | 'none';
  /** They are asked for with every answer. */
  readonly always?: 'logprobs';
  /** How it fills in a middle; absent: it does not. */
  readonly infill?: InfillDoor;
  /** Fields that only it knows. */
  readonly extras?: Readonly<Record<string, unknown>>;
}

/** What an SDK's error tells. */
export type Told =
  | { readonly kind: 'timeout' | 'connection' }
  | {
      readonly kind: 'refusal';
      readonly status: number | undefined;
      /** The body's own names for it, type and code together: 'rate_limit_error', 'insufficient_quota'. */
      readonly type: string;
      readonly said: string;
      readonly headers: Headers | undefined;
    };

/** One kind of refusal: it fits where all that it names fits. */
export interface FailureRow {
  readonly status?: number;
  readonly type?: RegExp;
  readonly said?: RegExp;
  readonly code: ErrorCode;
  /** The sentence's middle, in place of what the server said. `{model}`, `{said}` are filled in. */
  readonly detail?: string;
}

/** Models that the editor has signed in to; a job's process reaches them through its owner. */
export interface EditorModels {
  /** Ids that `ask` takes. */
  list(): Promise<readonly string[]>;
  ask(model: string, text: string, signal: AbortSignal): AsyncIterable<string>;
}
