// How long an engine process may be silent while it has requests.
import type { RequestKind } from './protocol.ts';

const minute = 60_000;

/**
 * Limits for the silence of the whole process, ms, not for the time of a request. An answer, a step, a position or a
 * text that is done ends the silence, and so does each micro-batch of a training. At least ten times what the slowest
 * measured machine took.
 */
export const LONGEST_SILENCE: Readonly<Record<RequestKind, number>> = {
  status: 5 * minute,
  change: 5 * minute,
  history: 5 * minute,
  close: 5 * minute,
  draft: 5 * minute,
  warm: 5 * minute,
  lossAt: 5 * minute,
  states: 10 * minute,
  fit: 10 * minute,
  open: 15 * minute,
  time: 15 * minute,
  adapt: 30 * minute,
};
