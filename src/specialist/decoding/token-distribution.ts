// The likeliest next tokens of a line model, read for one cursor: which of them end the middle.
import type { TopTokens } from '../../neural/inference/top-tokens.ts';

/** 0: ordinary; 1: ends the line and holds nothing else; 2: special, ends the middle. */
export type TokenKinds = Uint8Array;

export class TokenDistribution {
  /** Likeliest first, of all kinds. */
  readonly ids: readonly number[];
  /** Ordinary tokens, likeliest first. */
  readonly best: readonly number[];
  /** Probability that the middle ends here. */
  readonly finish: number;
  /** Nats. */
  readonly entropy: number;
  private readonly probabilities: ReadonlyMap<number, number>;
  /** Of a token that is not listed. */
  private readonly unlistedProbability: number;

  /** @param lineEndFinishes a line end ends the middle; otherwise only a special token does */
  constructor({ ids, logs }: TopTokens, kinds: TokenKinds, lineEndFinishes: boolean) {
    this.ids = ids;
    const probabilities = new Map<number, number>();
    const best: number[] = [];
    let [finish, entropy] = [0, 0];
    ids.forEach((id, i) => {
      const log = logs[i] as number;
      const p = Math.exp(log);
      probabilities.set(id, p);
      entropy -= p * log;
      const kind = kinds[id] ?? 2;
      if (kind === 2 || (kind === 1 && lineEndFinishes)) finish += p;
      else if (kind === 0) best.push(id);
    });
    this.probabilities = probabilities;
    this.best = best;
    this.finish = Math.min(1, finish);
    this.entropy = Math.max(0, entropy);
    this.unlistedProbability = ids.length < kinds.length ? Math.exp(logs.at(-1) ?? Number.NEGATIVE_INFINITY) / 2 : 0;
  }

  probabilityOf(id: number): number {
    return this.probabilities.get(id) ?? this.unlistedProbability;
  }
}
