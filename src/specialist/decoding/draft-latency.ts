// How long drafts take on this machine, from those before.

/** The expected cost of a draft, known before it begins. */
export interface LatencyEstimate {
  /** Tokens of the draft's prompt that no cache holds. */
  readonly promptTokens: number;
  /** Estimate from earlier drafts on this machine; absent before the first one. */
  readonly ms?: number;
}

/**
 * A prompt with at least this many new tokens counts as a new position. A shorter prompt is too short to measure the
 * time of a token, so its time counts as part of the line.
 */
export const NEW_POSITION_TOKENS = 32;

/** Weight of the newest value in the running means. */
const SMOOTHING = 0.2;

export class DraftLatency {
  private tokenMs: number | undefined;
  /** Measured on single lines, because the length of one block does not predict that of the next. */
  private lineMs: number | undefined;

  /** Expected ms until the line is written, the new prompt tokens included. Undefined before the first measurement. */
  estimate(promptTokens: number): number | undefined {
    const { tokenMs, lineMs } = this;
    if (promptTokens < NEW_POSITION_TOKENS) return lineMs;
    return tokenMs === undefined ? undefined : promptTokens * tokenMs + (lineMs ?? 0);
  }

  /** Expected ms of the prompt alone, which counts as a new position. Undefined before the first measurement. */
  promptMs(tokens: number): number | undefined {
    return this.tokenMs === undefined ? undefined : tokens * this.tokenMs;
  }

  /** Records that a prompt was run. */
  promptRan(promptTokens: number, ms: number): void {
    if (promptTokens >= NEW_POSITION_TOKENS) this.tokenMs = smooth(this.tokenMs, ms / promptTokens);
  }

  /**
   * Records that a line was written.
   * @param ms time including the prompt
   * @param lineMs time without the prompt
   */
  lineWritten(promptTokens: number, ms: number, lineMs: number): void {
    this.lineMs = smooth(this.lineMs, promptTokens < NEW_POSITION_TOKENS ? ms : lineMs);
  }
}

function smooth(mean: number | undefined, value: number): number {
  return mean === undefined ? value : mean + SMOOTHING * (value - mean);
}
