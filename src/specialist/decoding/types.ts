// Types of the drafters: a folder's neural model and n-gram index together, in the engine process. Scores of
// the next token have one interface to the models of both engines: they are the logits of our engine, or the likeliest
// tokens of llama.cpp, which returns no more of a row.
import type { CompletionQuery } from '../../common/completion.ts';
import type { Path } from '../../neural/inference/branches.ts';
import type { Dialect } from '../../neural/models/manifest.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import type { FileChange } from '../ngram/protocol.ts';

export interface NextTokenScores<Scores> {
  readonly tokenizer: Tokenizer;
  /** The model's vocabulary size, which may be larger than the tokenizer's. */
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly dialect: Dialect;
  /** Opens a prompt. Only one may be open at a time. */
  open(prompt: readonly number[]): PromptScores<Scores>;
}

export interface PromptScores<Scores> {
  /** Tokens of the prompt that no cache holds. */
  readonly freshTokens: number;
  /** Number of tokens that fit after the prompt. */
  readonly room: number;
  /** Runs the prompt. Rejects with the signal's reason; tokens that were run stay in the cache. */
  ready(signal?: AbortSignal): Promise<void>;
  /** How many of the first tokens of a path after the prompt are cached. */
  depthOf(path: Path): number;
  /**
   * The scores after each path. Unknown paths are run, each after its beginning. Rejects with the signal's reason.
   * @param ahead paths that are probably requested next. An engine that runs several paths in a pass adds them to it
   */
  run(paths: readonly Path[], signal?: AbortSignal, ahead?: () => readonly Path[]): Promise<readonly Scores[]>;
  /** Closes the prompt. Tokens that were run stay in the cache for the next prompt. */
  close(): void;
}

/** All beginnings of a path, the empty one and the whole path included. */
export function beginnings(path: Path): Path[] {
  return [[], ...path.map((_, i) => path.slice(0, i + 1))];
}

/** How neural models are loaded and run. */
export interface Serving {
  /** Folder of the adapter's base; absent: the model is no adapter. */
  readonly base?: string;
  /** Path of tokenizer.json. */
  readonly tokenizer: string;
  readonly threads: number;
  /** Threads of llama.cpp. Default: `threads`. */
  readonly llamaThreads?: number;
  /** 'cpu' keeps llama.cpp off the GPU. Default: 'auto'. Our own engine decodes on the CPU. */
  readonly device?: 'auto' | 'cpu';
}

/** The files and changes that a folder's specialist is loaded from. */
export interface MixSource extends Serving {
  /** Identifies an open specialist; chosen by the caller. Opening a key again replaces its specialist. */
  readonly key: string;
  /**
   * Folder of the neural model: config.json and model.safetensors, or the two files of an adapter; with mixture.json if
   * weights were fitted for it.
   */
  readonly model: string;
  /** Folder with the mixture's weights. Absent: those of the model. */
  readonly mixture?: string;
  /** 'base' or 'adapted'. The model of a draft is called `${name} + n-gram`. */
  readonly name: string;
  /** The n-gram snapshot. Absent: the index is empty, and only `changes` are added to it. */
  readonly snapshot?: string;
  /** Changes since the snapshot's files were read, and the open documents. */
  readonly changes: readonly FileChange[];
}

export interface OpenedSpecialist {
  /** Files and tokens in the n-gram index. */
  readonly files: number;
  readonly tokens: number;
  readonly loadMs: number;
}

/** The expected cost of a draft, known before it begins. */
export interface LatencyEstimate {
  /** Tokens of the draft's prompt that no cache holds. */
  readonly promptTokens: number;
  /** Estimate from earlier drafts on this machine; absent before the first one. */
  readonly ms?: number;
}

/** A cursor position with the text that the author wrote there. */
export interface LabeledQuery {
  readonly query: CompletionQuery;
  /** The rest of the cursor's line, trimmed at its end. */
  readonly truth: string;
}

/** Log loss of the mixture on a query's truth and the end of the truth. */
export interface QueryLoss {
  /** Number of scored tokens; 0 if the truth is too long to be scored. */
  readonly tokens: number;
  /** Sum of the losses of all tokens. */
  readonly nats: number;
}

/** Weights of the mixture, stored as mixture.json beside the model that they were fitted for. */
export interface MixWeights {
  readonly version: 1;
  /** Weights of the gate's features. */
  readonly gate: readonly number[];
  /** Weights of the ranking's features. */
  readonly ranking: readonly number[];
}

export interface MixFit {
  readonly weights: MixWeights;
  /** Numbers of tokens and queries that the weights were fitted on. */
  readonly tokens: number;
  readonly queries: number;
  /** Mean log loss on those tokens, nats, of each model alone and of the mixture. */
  readonly loss: { readonly ngram: number; readonly neural: number; readonly mixed: number };
}

export const MIXTURE_FILE = 'mixture.json';

/**
 * A prompt with at least this many new tokens counts as a new position. A shorter prompt is too short to measure the
 * time of a token, so its time counts as part of the line.
 */
export const NEW_POSITION_TOKENS = 32;
