// Accuracy by the number of labels that are bought to learn from, by how their texts are chosen, and where asking stops.
// The local model is the n-grams alone, as when texts are chosen. What is chosen is fitted on train texts, and its
// constants were chosen on calibration; here it is measured on test.
import { priceOf } from '../../src/routing/decide.ts';
import { shuffled } from '../../src/common/statistics/random.ts';
import type { LabelTask } from '../../src/prompts/label/task.ts';
import { BATCH, type Outlook, TextChooser } from '../../src/text-tasks/choose-texts.ts';
import { addLabel, type KnownLabels } from '../../src/text-tasks/given-labels.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import { estimatesFor, type HeldOutText, mostLikely } from '../../src/text-tasks/labels/router.ts';
import { DiversePool } from '../../src/text-tasks/labels/sample.ts';
import { labelProbabilities, textStatisticsOf } from '../../src/text-tasks/labels/text-specialist.ts';
import { type LearnedTask, learnTask, type TaskData } from '../../src/text-tasks/learn-task.ts';
import type { Figures } from '../figures.ts';
import { Table } from '../print.ts';
import type { RecordedTask, RecordedText } from './data.ts';

const COUNTS = [50, 100, 150, 200, 250, 300];
const MOST = 300;
const SEEDS = [1];
/** Part of the texts that each seed draws, so that seeds differ. */
const DRAWN = 0.8;
/** The default balance of the product, and one that calls more readily. */
const BALANCES = [0.4, 0.45, 0.48];

/** One series of purchases: the known labels after each batch, first to last. */
interface Purchase {
  readonly data: TaskData;
  /** Before the batch that follows `labels` labels. */
  readonly outlooks: { readonly labels: number; readonly outlook: Outlook }[];
  /** Texts in the order in which they were bought. */
  readonly bought: readonly { readonly text: string; readonly isRandom: boolean }[];
}

interface Setting {
  readonly task: LabelTask;
  readonly texts: readonly string[];
  readonly labelOf: (text: string) => string;
  readonly seed: number;
}

type Buy = (setting: Setting) => Purchase;

function begin({ texts }: Setting): TaskData {
  return { known: new Map<number, KnownLabels>(), texts: texts.length, unlabelled: texts };
}

function add({ known }: TaskData, { labelOf }: Setting, text: string, random: boolean): void {
  addLabel(known, { text, label: labelOf(text), by: 'api', ...(random && { random }) });
}

/** The product's choice. */
const chosen: Buy = (setting) => {
  const data = begin(setting);
  const chooser = new TextChooser(setting.task, data);
  const outlooks: Purchase['outlooks'][number][] = [];
  const bought: Purchase['bought'][number][] = [];
  while (bought.length < MOST) {
    const outlook = chooser.outlook();
    if (outlook) outlooks.push({ labels: bought.length, outlook });
    const batch = chooser.next(BATCH);
    for (const { text, isRandom } of batch) add(data, setting, text, isRandom);
    bought.push(...batch);
  }
  return { data, outlooks, bought };
};

const random: Buy = (setting) => {
  const data = begin(setting);
  const bought = shuffled(setting.texts.length, setting.seed)
    .slice(0, MOST)
    .map((i) => ({ text: setting.texts[i] as string, isRandom: true }));
  for (const { text } of bought) add(data, setting, text, true);
  return { data, outlooks: [], bought };
};

/** What the product did before: half for being diverse, then half for being in doubt, all of which judged the router. */
const twoRounds: Buy = (setting) => {
  const data = begin(setting);
  const { rarity } = textStatisticsOf(setting.texts);
  const pool = new DiversePool(setting.texts, [], rarity, setting.seed);
  const first = pool.choose(MOST / 2, () => 1);
  for (const text of first) add(data, setting, text, true);
  const { specialist } = learnTask(setting.task, data);
  const second = pool.choose(MOST / 2, (text) => 1 - Math.max(...labelProbabilities(specialist, { text })));
  for (const text of second) add(data, setting, text, true);
  // The second round was shuffled, and the first was not taken in its order of distance either.
  const [a, b] = [first, second].map((texts) => shuffled(texts.length, 1).map((i) => texts[i] as string));
  return { data, outlooks: [], bought: [...(a ?? []), ...(b ?? [])].map((text) => ({ text, isRandom: true })) };
};

const WAYS = { random, 'two-rounds': twoRounds, chosen } as const;

export function labelsBought(recorded: RecordedTask, split: RecordedText['split'] = 'test'): Figures {
  const task: LabelTask = { ...recorded.task, source: { kind: 'lines', path: 'texts.txt' } };
  const name = (label: number | undefined) => recorded.task.labels[label ?? -1]?.name ?? '';
  // Of the changelogs, the sections stand for the answers: the API answered too few of their texts to choose from.
  const target = ({ truth, api }: RecordedText) => (recorded.ownLabels ? truth : api);
  const pool = recorded.texts.filter(
    (row) => row.split === (recorded.ownLabels ? 'rest' : 'train') && target(row) !== undefined,
  );
  const labels = new Map(pool.map((row) => [row.text, name(target(row))]));
  const measured = recorded.texts.filter((row) => row.split === split);
  const results = Object.entries(WAYS).map(([way, buy]) => {
    const perSeed = SEEDS.map((seed) => {
      const texts = shuffled(pool.length, 100 + seed)
        .slice(0, Math.round(DRAWN * pool.length))
        .map((i) => (pool[i] as RecordedText).text)
        .sort((a, b) => keyOf(a) - keyOf(b));
      const setting: Setting = { task, texts, labelOf: (text) => labels.get(text) as string, seed };
      const purchase = buy(setting);
      const at = (count: number) => learnFrom(setting, purchase, count);
      const learned = COUNTS.map((count) => measure(at(count), setting, measured, name));
      const stops =
        way === 'chosen'
          ? BALANCES.map((balance) => {
              const worth = BATCH * priceOf(balance);
              const labels = purchase.outlooks.find(({ outlook }) => outlook.gain < worth)?.labels ?? MOST;
              return { labels, ...measure(at(labels), setting, measured, name) };
            })
          : [];
      return { learned, stops, outlooks: purchase.outlooks };
    });
    return [way, perSeed] as const;
  });
  return figuresOf(Object.fromEntries(results));
}

function learnFrom(setting: Setting, { bought }: Purchase, count: number): LearnedTask {
  const data = begin(setting);
  for (const { text, isRandom } of bought.slice(0, count)) add(data, setting, text, isRandom);
  return learnTask(setting.task, data);
}

/** `right`: on the measured texts; `pool`: on the task's own texts, of which those that were bought are the API's. */
interface Measured {
  readonly right: number;
  readonly pool: number;
  /** Share of the measured texts that stays local at a bounded loss of 0.01, and the loss there against the API. */
  readonly local: number;
  readonly loss: number;
}

function measure(
  { specialist, router, risk, known }: LearnedTask,
  { texts, labelOf }: Setting,
  rows: readonly RecordedText[],
  name: (label: number | undefined) => string,
): Measured {
  const answerOf = (text: string) => {
    const probabilities = labelProbabilities(specialist, { text });
    const { before, after } = estimatesFor(router, { id: '', text, probabilities } satisfies HeldOutText);
    return { label: mostLikely(probabilities), isLocal: risk !== undefined && after - before <= risk.keepBelow };
  };
  const answers = rows.map((row) => ({ row, ...answerOf(row.text) }));
  const own = texts.map((text) => known.has(keyOf(text)) || name(answerOf(text).label) === labelOf(text));
  const local = answers.filter(({ isLocal }) => isLocal);
  return {
    right: mean(answers.map(({ row, label }) => Number(label === row.truth))),
    pool: mean(own.map(Number)),
    local: local.length / rows.length,
    loss: local.filter(({ row, label }) => label !== (row.api ?? row.truth)).length / rows.length,
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const error = (values: readonly number[]) => {
  const average = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - average) ** 2)) / (values.length - 1));
};

type PerSeed = readonly {
  readonly learned: readonly Measured[];
  readonly stops: readonly (Measured & { readonly labels: number })[];
  readonly outlooks: Purchase['outlooks'];
}[];

function figuresOf(ways: Readonly<Record<string, PerSeed>>): Figures {
  const table = new Table();
  const rowOf = (items: readonly Measured[]): Figures => ({
    right: mean(items.map(({ right }) => right)),
    'standard-error': error(items.map(({ right }) => right)),
    'own-texts-right': mean(items.map(({ pool }) => pool)),
    'local-share': mean(items.map(({ local }) => local)),
    loss: mean(items.map(({ loss }) => loss)),
  });
  const figures: Record<string, Figures> = {};
  const aim = mean((ways.random as PerSeed).map(({ learned }) => learned.at(-1)?.right as number));
  for (const [way, seeds] of Object.entries(ways)) {
    const rows = COUNTS.map((count, i) => {
      const row = rowOf(seeds.map(({ learned }) => learned[i] as Measured));
      table.row(`${way}, ${count} labels`, row);
      return [`at-${count}`, row] as const;
    });
    const curve = rows.map(([, { right }]) => right as number);
    figures[way] = { ...Object.fromEntries(rows), 'labels-for-random-at-300': labelsFor(curve, aim) };
  }
  const seeds = ways.chosen as PerSeed;
  BALANCES.forEach((balance, i) => {
    const stops = seeds.map(({ stops }) => stops[i] as PerSeed[number]['stops'][number]);
    const lost = seeds.map(({ learned }, k) => (learned.at(-1)?.right as number) - (stops[k] as Measured).right);
    const row = {
      labels: mean(stops.map(({ labels }) => labels)),
      ...rowOf(stops),
      'less-than-300': mean(lost),
      'its-error': error(lost),
    };
    table.row(`stops at balance ${balance}`, row);
    figures[`stops-at-balance-${String(balance).replace('.', '-')}`] = row;
  });
  const expected = COUNTS.filter((count) => count >= 100 && count < MOST).map((count) => {
    const gains = seeds.flatMap(({ outlooks }) => outlooks.find(({ labels }) => labels === count)?.outlook.gain ?? []);
    return [`after-${count}`, { texts: mean(gains), 'standard-error': error(gains) }] as const;
  });
  figures['expected-gain-of-ten-labels'] = Object.fromEntries(expected);
  table.row('expected gain of ten labels', figures['expected-gain-of-ten-labels']);
  return figures;
}

/** Number of labels at which a curve reaches a value, interpolated; the last number if it does not. */
function labelsFor(curve: readonly number[], value: number): number {
  const at = curve.findIndex((each) => each >= value);
  if (at < 0) return MOST;
  if (at === 0) return COUNTS[0] as number;
  const [from, to] = [curve[at - 1] as number, curve[at] as number];
  const [low, high] = [COUNTS[at - 1] as number, COUNTS[at] as number];
  return low + ((high - low) * (value - from)) / (to - from);
}
