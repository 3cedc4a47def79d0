// Estimates the latency of the next draft on this machine from the drafts before it.

/** Weight of the newest value in the running means. */
const SMOOTHING = 0.2;
/**
 * A prompt with this many new tokens counts as a new position. Fewer tokens measure a pass rather than a token, and
 * count as part of the line.
 */
export const NEW_POSITION_TOKENS = 32;

export class DraftLatency {
  private tokenMs: number | undefined;
  /** Of single lines: the length of one block does not predict that of the next. */
  private lineMs: number | undefined;

  /** ms until the line is there, with so many prompt tokens to run first; undefined before the first measurement. */
  estimate(promptTokens: number): number | undefined {
    const { tokenMs, lineMs } = this;
    if (promptTokens < NEW_POSITION_TOKENS) return lineMs;
    return tokenMs === undefined ? undefined : promptTokens * tokenMs + (lineMs ?? 0);
  }

  /** A whole prompt has been run. */
  promptRan(promptTokens: number, ms: number): void {
    if (promptTokens >= NEW_POSITION_TOKENS) this.tokenMs = smooth(this.tokenMs, ms / promptTokens);
  }

  /**
   * A line has been written.
   * @param ms including its prompt
   * @param lineMs without the prompt
   */
  lineWritten(promptTokens: number, ms: number, lineMs: number): void {
    this.lineMs = smooth(this.lineMs, promptTokens < NEW_POSITION_TOKENS ? ms : lineMs);
  }
}

function smooth(mean: number | undefined, value: number): number {
  return mean === undefined ? value : mean + SMOOTHING * (value - mean);
}
