// A test place as the coupling judges it: what would answer there, and why.
import type { Decision } from '../../routing/types.ts';
import type { ScoredPlace } from './scored.ts';

export interface JudgedPlace extends ScoredPlace {
  readonly decision: Decision;
}
