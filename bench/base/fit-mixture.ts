// Fits the mixture that ships with a base (mixture.json beside its weights) on the packages held out from the base's corpus:
// each package is a repository, a fifth of its files are places to complete, the others its n-gram index. Not a benchmark:
// run by hand for a new base.
//
//   node build/run.mjs bench/base/fit-mixture.ts [--model models/small] [--places 60] [--dry]   (places of each package)

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../build/paths.ts';
import { type ChoiceExample, fitConditionalLogit } from '../../src/common/statistics/conditional-logit.ts';
import { fitGate, type GateExample, meanLogLoss, mixtureProbability } from '../../src/common/statistics/gate.ts';
import { LanguageModel } from '../../src/neural/inference/language-model.ts';
import { positionInDocument } from '../../src/prompts/completion/completion-position.ts';
import { MixtureSpecialist } from '../../src/specialist/decoding/mixture-specialist.ts';
import { type LabeledQuery, MIXTURE_FILE } from '../../src/specialist/decoding/types.ts';
import { initialMixWeights, plainMixWeights } from '../../src/specialist/decoding/weights.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { heldOutFiles } from '../common/held-out.ts';
import { bucket } from '../common/packages.ts';
import { samplePositions } from '../common/sampled-positions.ts';

const LANGUAGES = ['typescript', 'javascript', 'python', 'go', 'markdown'];
/** Characters of one package that are indexed at most: a place costs no more in a large one, but the index does. */
const MOST = 1_500_000;
const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: join(root, 'models/small') },
    places: { type: 'string', default: '60' },
    dry: { type: 'boolean', default: false },
  },
});

const held = heldOutFiles(LANGUAGES);
if (!held) throw new Error('No held-out packages: `python3 models/pretrain/corpus.py --held-out` makes them.');
const language = await LanguageModel.load({
  model: options.model,
  tokenizer: join(options.model, 'tokenizer.json'),
  precision: 'auto',
  threads: 2,
});
const start = initialMixWeights();

interface Package {
  readonly name: string;
  readonly mixed: MixtureSpecialist;
  readonly positions: readonly LabeledQuery[];
}

const files = [...held].flatMap(([languageId, all]) => all.map((file) => ({ ...file, languageId })));
const packages = [...new Set(files.map((file) => file.package))].map((name): Package => {
  const own = files.filter((file) => file.package === name);
  let characters = 0;
  const indexed = own.filter(({ path, text }) => {
    if (bucket(path) >= 8 || characters > MOST) return false;
    characters += text.length;
    return true;
  });
  const index = NgramModel.build(indexed, language.tokenizer);
  const languageOf = new Map(own.map(({ path, languageId }) => [path, languageId]));
  const drawn = samplePositions(
    own.filter(({ path }) => bucket(path) >= 8),
    Number(options.places),
    7,
  );
  const positions = drawn.map(({ path, prefix, suffix, truth }) => ({
    query: positionInDocument({ path, languageId: languageOf.get(path) ?? '', prefix, suffix }).query,
    truth,
  }));
  return {
    name,
    mixed: new MixtureSpecialist('base', language, () => index, start, { dialect: language.dialect }),
    positions,
  };
});

const tokens: GateExample[] = [];
const byPackage = new Map<string, GateExample[]>();
for (const { name, mixed, positions } of packages) {
  const examples: GateExample[] = [];
  for (const position of positions) examples.push(...(await mixed.gateExamples(position)));
  byPackage.set(name, examples);
  tokens.push(...examples);
}
const gate = fitGate(tokens, start.gate, 1, 600);
for (const [name, examples] of [...byPackage, ['all', tokens] as const]) {
  const loss = (of: (example: GateExample) => number) => meanLogLoss(examples, of).toFixed(3);
  const mixed = loss((example) => mixtureProbability(example, gate));
  const figures = `n-grams ${loss(({ second }) => second)}, neural ${loss(({ first }) => first)}, mixed ${mixed}`;
  console.log(`${name}: ${examples.length} tokens, nats a token: ${figures}`);
}

const lines: ChoiceExample[] = [];
for (const { mixed, positions } of packages) {
  mixed.weights = { ...start, gate };
  for (const position of positions) lines.push(await mixed.rankingExample(position));
}
const ranking = [...fitConditionalLogit(lines, start.ranking, 3, 600)];
console.log(
  `ranking: ${lines.length} places, the right line among the candidates at ${lines.filter(({ right }) => right >= 0).length}`,
);
if (!options.dry) {
  writeFileSync(
    join(options.model, MIXTURE_FILE),
    `${JSON.stringify(plainMixWeights({ version: 1, gate, ranking }))}\n`,
  );
}
await language.dispose();
