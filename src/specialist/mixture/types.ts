// The mixed specialist's contract: the neural model and the n-gram index of a folder, answering as one. Runs in the engine process.
import type { CompletionQuery } from '../../common/completion.ts';
import type { FileChange } from '../ngram/protocol.ts';

/** How neural models are loaded and run. */
export interface Serving {
  /** Folder of the base that an adapter is laid over. */
  readonly base?: string;
  /** Path of tokenizer.json. */
  readonly tokenizer: string;
  readonly precision: 'auto' | 'int4' | 'int8' | 'fp32';
  readonly threads: number;
}

/** What a folder's specialist is made from. */
export interface MixSource extends Serving {
  /** Tells open specialists apart; the caller's choice. Opening a key again replaces what it stood for. */
  readonly key: string;
  /** Folder of the neural model: config.json and model.safetensors, or an adapter's two files, and mixture.json where weights were fitted for it. */
  readonly model: string;
  /** Drafts name their model `${name} + n-gram`: 'base', 'adapted'. */
  readonly name: string;
  /** n-gram snapshot; absent: an empty index, so that only `over` and open files count. */
  readonly snapshot?: string;
  /** What has changed since the snapshot's files were read, and the open documents. */
  readonly over: readonly FileChange[];
}

export interface OpenedSpecialist {
  /** In the n-gram index. */
  readonly files: number;
  readonly tokens: number;
  /** Of the neural model's weights. */
  readonly precision: 'int4' | 'int8' | 'fp32';
  readonly loadMs: number;
}

/** What a draft is going to take, known before it is begun. */
export interface LatencyEstimate {
  /** Of its prompt, those that no cache holds. */
  readonly promptTokens: number;
  /** As long as the drafts before it took on this machine; absent: there was none yet. */
  readonly ms?: number;
}

/** A cursor with what the author wrote there, to learn from. */
export interface LabeledQuery {
  readonly query: CompletionQuery;
  /** The rest of the cursor's line, trimmed at its end. */
  readonly truth: string;
}

/** Log loss of the mixture on what the author wrote at a place, its end included. */
export interface QueryLoss {
  /** 0: the truth is too long to be asked about. */
  readonly tokens: number;
  /** Sum over the tokens. */
  readonly nats: number;
}

/** Weights of the mixture: plain JSON, kept as mixture.json beside the model that they were fitted for. */
export interface MixWeights {
  readonly version: 1;
  /** How far the neural model is trusted against the n-grams, by what both see. */
  readonly gate: readonly number[];
  /** What decides between whole lines. */
  readonly ranking: readonly number[];
}

export interface MixFit {
  readonly weights: MixWeights;
  /** Tokens and places that it was fitted on. */
  readonly tokens: number;
  readonly places: number;
  /** Mean log loss on those tokens, nats, of each model alone and of the mixture. */
  readonly loss: { readonly ngram: number; readonly neural: number; readonly mixed: number };
}

export const MIXTURE_FILE = 'mixture.json';
