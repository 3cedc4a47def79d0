// What an adaptation learns first where time does not last for all: today's order beside others, over equally many tokens, by the loss on
// middles of files that were held out. Tokens rather than minutes: the same figures on every machine.
import { join } from 'node:path';
import { DEFAULT_OPTIMIZER } from '../../src/arch/optimizer.ts';
import { unwrap } from '../../src/common/errors.ts';
import type { HarvestedFile } from '../../src/harvest/types.ts';
import { type SampleOptions, samplesOf } from '../../src/learn/samples.ts';
import { sampleOptions } from '../../src/learn/training.ts';
import { NgramModel } from '../../src/ngram/model.ts';
import { dialectTokens } from '../../src/package/dialects.ts';
import { loadModel } from '../../src/package/model-folder.ts';
import { threadCount } from '../../src/runtime/device.ts';
import { loadLibrary } from '../../src/runtime/library.ts';
import { readTokenizer } from '../../src/tokenizer/load.ts';
import type { Tokenizer } from '../../src/tokenizer/types.ts';
import { Batches, type Example } from '../../src/train/batches.ts';
import { learningRateAt } from '../../src/train/schedule.ts';
import { Stepper } from '../../src/train/stepper.ts';
import { bucket } from '../common/packages.ts';
import { type Recording, readRecordings } from '../common/recordings.ts';
import { shippedModel } from '../common/shipped.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { printFigures } from '../print.ts';

/** A tenth of what a small base learns from in ten minutes, a third of what a large one does. */
const learned = 49_152;
const microBatches = 4;
const schedule = { peak: 1.2e-3, warmupSteps: 4, totalSteps: learned / 512 / microBatches, floor: 0.02 };
/** Windows with a middle of held-out files. */
const judged = 24;
/** As samplesOf weighs a token of a middle that nobody was asked about. */
const middleWeight = 4;

/** A sample, and where its middle begins; -1: running text. */
type Placed = Example & { readonly from: number };

/** Of an order by worth: running text's odds beside a middle's, and the power of what a token weighs in the mean. */
const runningOdds = 0.01;
const earlier = 2;

/** A row an order: what each sample is worth; what is worth more is likely to come earlier. */
const orders: Readonly<Record<string, (sample: Placed) => number>> = {
  'as they come, as shipped': () => 1,
  'middles first, and what n-grams know least of': ({ weights = new Float32Array(), from }) => {
    const judgedBy = weights.subarray(Math.max(0, from));
    const mean = judgedBy.reduce((sum, weight) => sum + weight, 0) / judgedBy.length;
    return (from < 0 ? runningOdds : 1) * mean ** earlier;
  },
};

interface Prepared {
  readonly samples: readonly Placed[];
  /** Middles alone: each token, and those that the n-grams know little of weighed up. */
  readonly all: readonly Example[];
  readonly unknown: readonly Example[];
}

export const learning: Benchmark = {
  name: 'learning',
  what: 'what an adaptation learns first where time does not last for all; --only names packages',
  takes: ['recordings', 'model', 'only'],
  run,
};

async function run({ recordings, model, only }: BenchOptions): Promise<Figures> {
  await loadLibrary();
  const base = model?.[0] ?? shippedModel;
  const tokenizer = unwrap(readTokenizer(join(base, 'tokenizer.json')));
  const wanted = only?.split(',');
  const figures: Record<string, Figures> = {};
  for (const recording of readRecordings(recordings)) {
    if (wanted && !wanted.some((name) => recording.package.includes(name))) continue;
    const prepared = prepare(recording, tokenizer);
    const rows: Record<string, Figures> = {};
    for (const [name, worth] of Object.entries(orders)) {
      const samples = prepared.samples.map((sample) => ({ ...sample, worth: worth(sample) }));
      rows[name] = await learn(base, tokenizer, { ...prepared, samples });
    }
    figures[recording.package] = rows;
    printFigures(`${recording.package}, ${learned} tokens learned from`, rows);
  }
  return figures;
}

function prepare({ others }: Recording, tokenizer: Tokenizer): Prepared {
  const files = others.map(
    ({ path, text }): HarvestedFile => ({
      ...{ path, text, kind: 'code', secrets: 0, split: 'train', hash: path },
      languageId: path.endsWith('.md') ? 'markdown' : 'typescript',
    }),
  );
  const train = files.filter(({ path }) => bucket(path) < 8);
  const index = NgramModel.build(train, tokenizer);
  const options = sampleOptions(index);
  const known = (file: HarvestedFile) => index.tokenProbabilities(file);
  const held = files.filter(({ path }) => bucket(path) >= 8);
  const weighed = placed(held, tokenizer, { ...options, known });
  const middles = weighed.flatMap(({ from }, i) => (from < 0 ? [] : [{ i, from }]));
  const every = Math.max(1, Math.floor(middles.length / judged));
  const chosen = middles.filter((_, n) => n % every === 0);
  const cut = (of: readonly Example[]) =>
    chosen.map(({ i, from }) => {
      const { ids, weights } = of[i] as Example;
      return { ids, weights: (weights as Float32Array).map((weight, at) => (at < from ? 0 : weight)) };
    });
  return {
    samples: placed(train, tokenizer, { ...options, known }),
    all: cut(samplesOf(held, tokenizer, options)),
    unknown: cut(weighed),
  };
}

/** The same samples twice: without the n-grams' word the weight says where a middle begins. */
function placed(files: readonly HarvestedFile[], tokenizer: Tokenizer, options: SampleOptions): Placed[] {
  const plain = samplesOf(files, tokenizer, { ...options, known: () => undefined });
  return samplesOf(files, tokenizer, options).map((sample, i) => ({
    ...sample,
    from: plain[i]?.weights?.indexOf(middleWeight) ?? -1,
  }));
}

async function learn(base: string, tokenizer: Tokenizer, { samples, all, unknown }: Prepared): Promise<Figures> {
  const { config, weights } = loadModel(base);
  const shape = { batch: 1, length: 512, microBatches, seed: 1 };
  const device = { device: 'cpu', threads: threadCount('auto') } as const;
  const graph = { config, optimizer: DEFAULT_OPTIMIZER, lossChunk: 128 };
  const stepper = await Stepper.create({ ...graph, ...shape, ...device, adopt: true }, weights);
  const options = { ...shape, separator: dialectTokens(tokenizer).end };
  const loss = (of: readonly Example[]) => stepper.loss(new Batches(of, options).everything());
  const losses = async () => [await loss(all), await loss(unknown)] as [number, number];
  const before = await losses();
  const batches = new Batches(samples, options);
  const { peak, warmupSteps, totalSteps } = schedule;
  const plan = { totalSteps, from: warmupSteps, rate: peak };
  for (let step = 0; step < totalSteps; step++) {
    await stepper.run(batches.step(step), learningRateAt(schedule, plan, step), 1);
  }
  const after = await losses();
  await stepper.dispose();
  return {
    windows: batches.size,
    'middles before': before[0],
    'middles after': after[0],
    'unknown to n-grams before': before[1],
    'unknown to n-grams after': after[1],
  };
}
