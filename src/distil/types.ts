// The adaptation run and its report: what the command line prints and the editor shows.
import type { Source } from '../common/completion.ts';
import type { CouplingFit } from '../coupling/types.ts';
import type { CursorKind, HarvestReport } from '../harvest/types.ts';

/** Quality on cursors of files that nothing was fitted on. Shares are 0..1. */
export interface Quality {
  readonly places: number;
  readonly exactMatch: number;
  readonly editSimilarity: number;
  /** Share right among the most confident 10, 20, 30, 50 % of the places. */
  readonly precisionAt: Readonly<Record<'10' | '20' | '30' | '50', number>>;
}

export interface WorkedCompletion {
  readonly path: string;
  readonly line: number;
  readonly kind: CursorKind;
  /** The end of the text before the cursor, a line or two. */
  readonly before: string;
  readonly truth: string;
  readonly answer: string;
  readonly source: Source;
  readonly model: string;
  readonly right: boolean;
  readonly latencyMs: number;
  readonly reason: string;
}

export interface ApiReport {
  readonly model: string;
  readonly asked: number;
  readonly failed: number;
  readonly exactMatch: number;
  readonly editSimilarity: number;
  readonly costUsd: number;
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
  /** The coupled pair on the test places: exact match, share sent to the API. */
  readonly coupledExactMatch: number;
  readonly coupledApiShare: number;
}

export interface AdaptReport {
  readonly folder: string;
  readonly harvest: HarvestReport;
  readonly splits: Readonly<Record<'train' | 'calibration' | 'test', number>>;
  readonly specialist: Quality & { readonly latencyP50Ms: number; readonly latencyP95Ms: number };
  readonly byKind: Readonly<Partial<Record<CursorKind, Quality>>>;
  readonly coupling: Omit<CouplingFit, 'parameters'>;
  /** Share of the test places that the policy would send to the API at the set balance. */
  readonly apiShare: number;
  readonly api: ApiReport | undefined;
  readonly examples: readonly WorkedCompletion[];
  readonly notes: readonly string[];
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
}
