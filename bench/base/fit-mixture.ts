// Fits the mixture of a base with the n-grams on the packages held out from the corpus of the bases that ship: each package
// is a repository, a fifth of its files are places to complete, the others its n-gram index. For a base that ships it
// writes mixture.json beside the weights. For a GGUF file it prints what src/specialist/decoding/other-makers-weights.json
// holds: a gate of its own, and the ranking of medium, as one fitted at 90 places was worse on packages that it was not
// fitted on (0.66 nats a place; medium's 0.50).
// Not a benchmark: run by hand for a new base.
//
//   node build/run.mjs bench/base/fit-mixture.ts [--model models/small | FILE.gguf] [--places 60] [--dry]
//   (places of each package)

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { type ChoiceExample, fitConditionalLogit } from '../../src/common/statistics/conditional-logit.ts';
import { fitGate, type GateExample, meanLogLoss, mixtureProbability } from '../../src/common/statistics/gate.ts';
import { addGgufModel } from '../../src/neural/models/import/add-gguf.ts';
import { TOKENIZER } from '../../src/neural/models/manifest.ts';
import { loadLibrary } from '../../src/neural/runtime/session.ts';
import { positionInDocument } from '../../src/prompts/completion/completion-position.ts';
import type { JointDrafter, LabelledQuery } from '../../src/specialist/decoding/joint-drafter.ts';
import { MIXTURE_FILE } from '../../src/specialist/decoding/mix-source.ts';
import { initialMixWeights, plainMixWeights, readMixWeights } from '../../src/specialist/decoding/mix-weights.ts';
import { loadServedModel } from '../../src/specialist/decoding/served-model.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
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
const isGguf = options.model.endsWith('.gguf');
const scratch = mkdtempSync(join(tmpdir(), 'fit-mixture-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const added =
  isGguf && unwrap(await addGgufModel({ path: options.model, into: scratch }, new AbortController().signal));
const model = added ? added.folder : options.model;
const tokenizer = join(added ? join(root, 'models/medium') : model, TOKENIZER);
await loadLibrary();
const served = await loadServedModel({ model, tokenizer, threads: 2 });
const start = isGguf ? readMixWeights([join(root, 'models/medium')]) : initialMixWeights();

interface Package {
  readonly name: string;
  readonly mixed: JointDrafter;
  readonly positions: readonly LabelledQuery[];
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
  const index = NgramModel.build(indexed, unwrap(readTokenizer(tokenizer)));
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
    mixed: served.drafter('base', () => index, start),
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
const fitted = (examples: readonly GateExample[]) => fitGate(examples, start.gate, 1, 600);
const gate = fitted(tokens);
let nats = 0;
for (const [name, examples] of byPackage) {
  const others = fitted([...byPackage].flatMap(([other, theirs]) => (other === name ? [] : theirs)));
  const loss = (of: (example: GateExample) => number) => meanLogLoss(examples, of);
  const mixed = loss((example) => mixtureProbability(example, others));
  nats += mixed * examples.length;
  const figures = [loss(({ second }) => second), loss(({ first }) => first), mixed].map((each) => each.toFixed(3));
  console.log(
    `${name}: ${examples.length} tokens, nats a token: n-grams ${figures[0]}, neural ${figures[1]}, mixed ${figures[2]}`,
  );
}
console.log(
  `all: ${tokens.length} tokens, mixed ${(nats / tokens.length).toFixed(3)}; each by a gate of the other packages`,
);

if (isGguf) console.log(JSON.stringify(plainMixWeights({ ...start, gate })));
else await fitRanking();
await served.dispose();

async function fitRanking(): Promise<void> {
  const lines: ChoiceExample[] = [];
  for (const { mixed, positions } of packages) {
    mixed.weights = { ...start, gate };
    for (const position of positions) lines.push(await mixed.rankingExample(position));
  }
  const ranking = [...fitConditionalLogit(lines, start.ranking, 3, 600)];
  console.log(
    `ranking: ${lines.length} places, the right line among the candidates at ${lines.filter(({ right }) => right >= 0).length}`,
  );
  const weights = plainMixWeights({ version: 1, gate, ranking });
  if (!options.dry) writeFileSync(join(model, MIXTURE_FILE), `${JSON.stringify(weights)}\n`);
}
