// What the processes of side-by-side.ts answer, and how they are asked: one message, one answer.

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

export type Asked = { readonly [K in keyof Side]: { readonly kind: K; readonly ask: Parameters<Side[K]> } }[keyof Side];

/** Says 'ready' when `open` is done; an error ends the process. */
export function serve(open: () => Promise<Side>): void {
  const fail = (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  };
  const side = open();
  side.then(() => process.send?.('ready'), fail);
  process.on('message', (asked: Asked) => {
    side
      .then(async (open) => (asked.kind === 'line' ? await open.line(...asked.ask) : await open.best(...asked.ask)))
      .then((answer) => process.send?.(answer), fail);
  });
}
