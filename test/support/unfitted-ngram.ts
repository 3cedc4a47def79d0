// Initial weights of the n-gram model, for fitting the default weights and for tests of fitting.
import { cells, places } from '../../src/specialist/ngram/evidence.ts';
import { escapeSize, type MixtureWeights } from '../../src/specialist/ngram/mixture.ts';
import { rankingSize } from '../../src/specialist/ngram/ranking.ts';

/** Near occurrences count more than far ones, long matches more than short ones. */
export function initialMixture(): MixtureWeights {
  const weightOfPlace = [1, 0.6, 0.6, 0.5, 0.3, 0, 2, 0.5];
  return {
    places: Float32Array.from({ length: cells }, (_, cell) => weightOfPlace[cell % places.length] as number),
    escape: new Float32Array(escapeSize),
    base: Float32Array.from([0, 0, -1]),
  };
}

/** Ranks the candidates by probability alone; 'none of these' has probability one half. */
export function initialRanking(): Float32Array {
  const weights = new Float32Array(rankingSize);
  weights[0] = 1;
  return weights;
}
