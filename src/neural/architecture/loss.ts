// Next-token loss with a weight per token, in chunks of rows so that the logits never exist all at once.
import type { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';

/** The output matrix, [vocabulary, width]. */
export interface Head {
  /** x times the transpose of the matrix. */
  readonly logits: (x: Value) => Value;
  readonly rows: (ids: Value) => Value;
}

/**
 * Negative log-likelihood of each row's target, f32 [rows]. The target's logit is computed as a dot product of two
 * rows: the gradient of picking it from the logits would need a second array of their size.
 *
 * @param hidden f32 [rows, width]
 * @param targets int32 [rows]
 * @param chunk rows whose logits exist at once
 */
export function tokenLosses(b: Builder, hidden: Value, head: Head, targets: Value, chunk: number): Value {
  const rows = hidden.shape[0] as number;
  // The backward pass visits this first product last, and so adds its rows to the summed gradient of the chunks.
  const target = b.sum(b.mul(hidden, head.rows(targets)), [-1]);
  const logSums: Value[] = [];
  for (let start = 0; start < rows; start += chunk) {
    const part = b.slice(hidden, 0, start, Math.min(rows, start + chunk));
    const logits = head.logits(part);
    const largest = b.detach(b.reduceMax(logits, [-1]));
    logSums.push(b.add(b.log(b.sum(b.exp(b.sub(logits, largest)), [-1])), largest));
  }
  return b.reshape(b.sub(b.concat(logSums, 0), target), [rows]);
}
