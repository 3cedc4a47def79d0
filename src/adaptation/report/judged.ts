// A test position with the router's decision: which model would answer there, and why.
import type { Decision } from '../../routing/types.ts';
import type { ScoredPlace } from './scored.ts';

export interface JudgedPlace extends ScoredPlace {
  readonly decision: Decision;
}
