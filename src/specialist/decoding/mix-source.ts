// What a folder's specialist, its neural model and n-gram index together, is loaded from.
import type { FileChange } from '../ngram/folder-worker-protocol.ts';

export const MIXTURE_FILE = 'mixture.json';

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
