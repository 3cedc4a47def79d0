// What the processes of side-by-side.ts answer.

export interface Answer {
  /** From the prompt to its first token. */
  readonly firstMs: number;
  /** Of each token behind it. */
  readonly tokenMs: number;
}

export interface Side {
  /** A new prompt, and the likeliest tokens behind it. */
  line(prompt: readonly number[], count: number): Promise<Answer>;
  /** The likeliest token behind each token of a text. */
  best(text: readonly number[]): Promise<number[]>;
}
