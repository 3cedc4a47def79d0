// Options for reading a folder, and their defaults.

import type { Log } from '../../common/log.ts';
import type { Progress } from '../../common/progress.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import type { SecretValues } from '../secrets/known/known.ts';
import type { ReaderHooks } from './folder-reader.ts';
import type { HarvestOptions } from './types.ts';

export const defaultHarvestOptions: HarvestOptions = {
  trusted: false,
  // VS Code's own defaults.
  filesExclude: { '**/.git': true, '**/.svn': true, '**/.hg': true, '**/.DS_Store': true, '**/Thumbs.db': true },
  maxFileBytes: 1_000_000,
  maxFiles: 20_000,
  // About sixteen million tokens, which a laptop indexes in a minute.
  maxTotalBytes: 64_000_000,
};

export function withDefaults(options: Partial<HarvestOptions>): HarvestOptions {
  return { ...defaultHarvestOptions, ...options };
}

export interface HarvestDeps {
  /** Counts tokens for the report. Without a tokenizer, a token is assumed to have 3.5 characters. */
  readonly tokenizer?: Tokenizer;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  readonly log?: Log;
  readonly hooks?: ReaderHooks;
  /** Only for a single file: the known secrets of its folder. The file's own secrets are added. */
  readonly secrets?: SecretValues;
}
