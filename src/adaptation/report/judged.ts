// A test position with the router's decision: which model would answer there, and why.
import type { Decision } from '../../routing/decision.ts';
import type { ScoredPosition } from './scored.ts';

export interface JudgedPosition extends ScoredPosition {
  readonly decision: Decision;
}
