// How fast this machine runs the model now: what the next draft is going to take, by the ones before it.

/** Share of the newest in the running means. */
const SMOOTHING = 0.2;
/** From so many prompt tokens on a place is a new one; fewer say more of a pass than of a token, and count as part of the line. */
export const NEW_POSITION_TOKENS = 32;

export class DraftLatency {
  private tokenMs: number | undefined;
  /** Of single lines: a block's length says nothing of the next one's. */
  private lineMs: number | undefined;

  /** ms until the line is there, with so many prompt tokens to run first; undefined while nothing has been measured. */
  estimate(promptTokens: number): number | undefined {
    const { tokenMs, lineMs } = this;
    if (promptTokens < NEW_POSITION_TOKENS) return lineMs;
    return tokenMs === undefined ? undefined : promptTokens * tokenMs + (lineMs ?? 0);
  }

  /** A prompt was run, all that was wanted of it. */
  promptRan(promptTokens: number, ms: number): void {
    if (promptTokens >= NEW_POSITION_TOKENS) this.tokenMs = smooth(this.tokenMs, ms / promptTokens);
  }

  /**
   * A line was written.
   * @param ms with the running of its prompt
   * @param lineMs without
   */
  lineWritten(promptTokens: number, ms: number, lineMs: number): void {
    this.lineMs = smooth(this.lineMs, promptTokens < NEW_POSITION_TOKENS ? ms : lineMs);
  }
}

function smooth(mean: number | undefined, value: number): number {
  return mean === undefined ? value : mean + SMOOTHING * (value - mean);
}
