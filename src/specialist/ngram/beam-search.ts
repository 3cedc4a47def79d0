// Beam search with any model as its scorer. Decides which hypotheses stay open, are finished, or are dropped.

export interface BeamHypothesis {
  /** Log probability of the tokens and, when finished, of the end. */
  readonly logProbability: number;
  readonly finished: boolean;
}

export interface BeamLimits {
  /** Maximum number of open hypotheses at each depth. */
  readonly width: number;
  /** Number of finished hypotheses after which less probable open ones are dropped. */
  readonly wanted: number;
  /** A hypothesis is dropped if it is less likely than the best by this many nats. */
  readonly pruning: number;
}

/** The continuations of an open hypothesis, finished ones among them. `index`: its index among the open ones. */
export type Scorer<H extends BeamHypothesis> = (hypothesis: H, index: number) => readonly H[];

export class BeamSearch<H extends BeamHypothesis> {
  private readonly limits: BeamLimits;
  private readonly finished: H[] = [];
  /** Most probable first. */
  open: readonly H[];

  constructor(start: H, limits: BeamLimits) {
    this.open = [start];
    this.limits = limits;
  }

  /** Replaces every open hypothesis by its continuations, and drops the improbable ones. */
  advance(scorer: Scorer<H>): void {
    const { finished, limits } = this;
    const grown: H[] = [];
    for (const [index, hypothesis] of this.open.entries()) {
      for (const next of scorer(hypothesis, index)) (next.finished ? finished : grown).push(next);
    }
    finished.sort(byProbability);
    grown.sort(byProbability);
    const best = Math.max(finished[0]?.logProbability ?? Number.NEGATIVE_INFINITY, grown[0]?.logProbability ?? 0);
    const lastWanted = finished[limits.wanted - 1]?.logProbability ?? Number.NEGATIVE_INFINITY;
    const floor = Math.max(best - limits.pruning, lastWanted);
    this.open = grown.filter(({ logProbability }) => logProbability > floor).slice(0, limits.width);
  }

  /** Finished hypotheses, or the open ones if none finished; most probable first. */
  get found(): readonly H[] {
    return this.finished.length > 0 ? this.finished : this.open;
  }
}

function byProbability(a: BeamHypothesis, b: BeamHypothesis): number {
  return b.logProbability - a.logProbability;
}
