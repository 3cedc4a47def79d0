// What a call has to gain for specialist and API together to stay within an allowed distance below the API.
import { shuffled } from '../../src/common/statistics/random.ts';
import type { RouterExample } from '../../src/routing/features.ts';
import { fitRouter, score } from '../../src/routing/fit.ts';

const FOLDS = 5;
const SEED = 1;

/**
 * Places stay local in the order of rising gain, until the lost gain is `allowed` of all places: the larger of what the
 * estimates expect and of what was lost. Each place is judged by a fit on the other files. -1, always call: no place
 * may stay.
 * @param known with both answers
 * @param others examples that every fit sees
 */
export function callPrice(known: readonly RouterExample[], others: readonly RouterExample[], allowed: number): number {
  const files = [...new Set(known.map(({ path }) => path))].sort();
  const foldOf = new Map(shuffled(files.length, SEED).map((file, i) => [files[file], i % FOLDS]));
  const rows = Array.from({ length: FOLDS }, (_, fold) => {
    const isIn = ({ path }: RouterExample) => foldOf.get(path) === fold;
    const fit = fitRouter([...others, ...known.filter((each) => !isIn(each))]);
    return known.filter(isIn).map(({ draft, position, specialistRight, apiRight }) => {
      const { pSpecialist, pApi } = score(fit, draft, position);
      return { gain: pApi - pSpecialist, lost: Number(apiRight === true) - Number(specialistRight) };
    });
  }).flat();
  let price = -1;
  let [expected, observed] = [0, 0];
  for (const { gain, lost } of rows.sort((a, b) => a.gain - b.gain)) {
    expected += gain;
    observed += lost;
    if (Math.max(expected, observed) > allowed * rows.length) break;
    price = gain;
  }
  return price;
}
