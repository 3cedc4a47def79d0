// From logits to what a step reports: the choice, the best alternatives, entropy and margin.
import { CodedError } from '../../../src/common/errors.ts';

export interface Candidate {
  readonly id: number;
  /** Natural logarithm of the probability. */
  readonly logProbability: number;
}

export interface Prediction {
  /** The best first; at least one. */
  readonly top: readonly Candidate[];
  /** Of the whole distribution, nats. */
  readonly entropy: number;
  /** Probability of the best minus that of the second. */
  readonly margin: number;
}

/** Below this distance from the best, a token's share of the sums is under 1e-13. */
const NEGLIGIBLE = 30;

/**
 * Reads one row of logits. `allowed` limits the choice: probabilities are then those given that one of them comes. Ties go to the
 * smaller id. Throws where the row holds no number: a damaged model.
 */
export function predict(
  logits: Float32Array,
  offset: number,
  size: number,
  count: number,
  allowed?: ArrayLike<number>,
): Prediction {
  const candidates = allowed?.length ?? size;
  const idAt = (i: number) => (allowed ? (allowed[i] as number) : i);
  // Two at least: the margin needs a runner-up.
  const wanted = Math.min(Math.max(2, count), candidates);
  const ids: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < candidates; i++) {
    const id = idAt(i);
    const value = logits[offset + id] as number;
    if (values.length === wanted && !(value > (values[wanted - 1] as number))) continue;
    let place = values.length;
    while (place > 0 && value > (values[place - 1] as number)) place--;
    values.splice(place, 0, value);
    ids.splice(place, 0, id);
    if (values.length > wanted) {
      values.pop();
      ids.pop();
    }
  }
  const best = values[0] as number;
  let total = 0;
  let weighted = 0;
  for (let i = 0; i < candidates; i++) {
    const distance = (logits[offset + idAt(i)] as number) - best;
    if (distance < -NEGLIGIBLE) continue;
    const weight = Math.exp(distance);
    total += weight;
    weighted += weight * distance;
  }
  if (!Number.isFinite(total) || total === 0)
    throw new CodedError('corrupt', 'The model predicts no numbers: its weights are damaged.');
  const log = Math.log(total);
  const second = values.length > 1 ? Math.exp((values[1] as number) - best) : 0;
  return {
    top: ids.slice(0, Math.max(1, count)).map((id, i) => ({ id, logProbability: (values[i] as number) - best - log })),
    entropy: Math.max(0, log - weighted / total),
    margin: (1 - second) / total,
  };
}
