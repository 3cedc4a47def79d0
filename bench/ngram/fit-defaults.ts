// Fits the weights that the specialist ships (src/specialist/ngram/default-weights.json) on packages of many kinds. None of them
// is a recorded one. Not a benchmark: run by hand after a change of features.
//
//   node build/run.mjs bench/ngram/fit-defaults.ts [--dry]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { type ChoiceExample, fitConditionalLogit } from '../../src/common/statistics/conditional-logit.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { NgramWeights } from '../../src/specialist/ngram/ranking.ts';
import { initialMixture, initialRanking } from '../../test/support/unfitted-ngram.ts';
import { bucket, fetchPackage, otherPackages, sourceFiles } from '../common/packages.ts';
import { samplePositions } from '../common/sampled-positions.ts';
import { shippedTokenizer } from '../common/shipped.ts';
import { mixtureExamples, rankingExamples } from './examples.ts';
import { fitMixture, type MixtureExample, meanLoss } from './fit-mixture.ts';

const tokensEach = 16_000;
const placesEach = 400;

const tokenizer = shippedTokenizer();

const start = { ...initialMixture(), ranking: initialRanking() };
const learned = otherPackages.map((spec) => {
  const files = sourceFiles(fetchPackage(spec));
  const heldOut = files.filter(({ path }) => bucket(path) >= 7);
  const indexed = files.filter(({ path }) => bucket(path) < 7);
  return { spec, indexed, model: NgramModel.build(indexed, tokenizer, start), heldOut };
});

const tokens: MixtureExample[] = learned.flatMap(({ model, heldOut }) => mixtureExamples(model, heldOut, tokensEach));
const mixture = fitMixture(tokens, start, { epochs: 10, rate: 0.05, prior: 1 });
console.log(
  `mixture: ${tokens.length} tokens, log loss ${mixture.before.toFixed(3)} -> ${mixture.after.toFixed(3)} nats`,
);
const positions: ChoiceExample[] = learned.flatMap(({ indexed, heldOut }) => {
  const model = NgramModel.build(indexed, tokenizer, { ...mixture.weights, ranking: start.ranking });
  return rankingExamples(model, samplePositions(heldOut, placesEach, 1));
});
const ranking = fitConditionalLogit(positions, start.ranking, 5, 600);
const found = positions.filter(({ right }) => right >= 0).length;
console.log(`ranking: ${positions.length} places, the right line among the candidates at ${found}`);
for (const { spec, model, heldOut } of learned) {
  console.log(`${spec}: ${meanLoss(mixtureExamples(model, heldOut, 4000), mixture.weights).toFixed(3)} nats`);
}
console.log(`ranking weights: ${Array.from(ranking, (weight) => weight.toFixed(2)).join(' ')}`);
if (!process.argv.includes('--dry')) {
  const path = join(root, 'src/specialist/ngram/default-weights.json');
  writeFileSync(path, `${JSON.stringify(plain({ ...mixture.weights, ranking: Float32Array.from(ranking) }))}\n`);
}

/** Rounded to four decimals: far below the noise of the fit. */
function plain(weights: NgramWeights) {
  return Object.fromEntries(
    Object.entries(weights).map(([part, values]: [string, Float32Array]) => [
      part,
      Array.from(values, (value) => Math.round(value * 1e4) / 1e4),
    ]),
  );
}
