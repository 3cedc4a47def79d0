// Accuracy by the number of labels that are bought to learn from, by how their texts are chosen, and where asking stops.
// The local model is the n-grams alone, as when texts are chosen. What is chosen is fitted on train texts, and its
// constants were chosen on calibration; here it is measured on test. The loss is measured on texts of the task that were
// not offered.

import { shuffled } from '../../src/common/statistics/random.ts';
import type { LabelTask } from '../../src/prompts/label/task.ts';
import { priceOf } from '../../src/routing/decide.ts';
import { BATCH, type Outlook, TextChooser } from '../../src/text-tasks/choose-texts.ts';
import { addLabel, type KnownLabels } from '../../src/text-tasks/given-labels.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import { hashedRow } from '../../src/text-tasks/labels/hashed-grams.ts';
import { estimatesFor, mostLikely } from '../../src/text-tasks/labels/router.ts';
import { DiversePool } from '../../src/text-tasks/labels/sample.ts';
import {
  fitNgramHead,
  labelProbabilities,
  ngramProbabilities,
  textStatisticsOf,
} from '../../src/text-tasks/labels/text-specialist.ts';
import { learnTask, type TaskData } from '../../src/text-tasks/learn-task.ts';
import type { Figures } from '../figures.ts';
import { Table } from '../print.ts';
import type { RecordedTask, RecordedText } from './data.ts';

const COUNTS = [50, 100, 150, 200, 250, 300];
const MOST = 300;
const SEEDS = [1, 2, 3];
/** Part of the texts that each seed draws, so that seeds differ. */
const DRAWN = 0.8;
/** The default balance of the product. */
const BALANCES = [0.4];

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
  const rows = recorded.texts.filter((row) => row.split === split);
  const results = Object.entries(WAYS).map(([way, buy]) => {
    const perSeed = SEEDS.map((seed) => {
      // The same word at the end of every text gives each seed another order of keys.
      const named = (text: string) => `${text} ${seed}`;
      const all = shuffled(pool.length, 100 + seed).map((i) => named((pool[i] as RecordedText).text));
      const texts = all.slice(0, Math.round(DRAWN * all.length)).sort((a, b) => keyOf(a) - keyOf(b));
      const others = all.slice(texts.length);
      const measured = rows.map((row) => ({ ...row, text: named(row.text) }));
      const setting: Setting = {
        task,
        texts,
        labelOf: (text) => labels.get(text.slice(0, text.lastIndexOf(' '))) as string,
        seed,
      };
      const purchase = buy(setting);
      const rightAt = (count: number) => accuracyOf(setting, purchase, count, measured, name);
      const right = COUNTS.map(rightAt);
      const stops =
        way === 'chosen'
          ? BALANCES.map((balance) => {
              const worth = BATCH * priceOf(balance);
              const labels = purchase.outlooks.find(({ outlook }) => outlook.gain < worth)?.labels ?? MOST;
              const { local, loss } = boundedRisk(setting, purchase, labels, others);
              return { labels, right: rightAt(labels), local, loss };
            })
          : [];
      const bound = boundedRisk(setting, purchase, MOST, others);
      return { right, stops, bound, outlooks: purchase.outlooks };
    });
    return [way, perSeed] as const;
  });
  return figuresOf(Object.fromEntries(results));
}

type NameOf = (label: number | undefined) => string;

/** Share of right answers of the local model, that learned from the first labels. */
function accuracyOf(
  { task, texts, labelOf }: Setting,
  { bought }: Purchase,
  count: number,
  measured: readonly RecordedText[],
  name: NameOf,
): number {
  const { rarity } = textStatisticsOf(texts);
  const indexOf = (label: string) => task.labels.findIndex((each) => each.name === label);
  const rows = bought
    .slice(0, count)
    .map(({ text }) => ({ row: hashedRow(text, rarity), label: indexOf(labelOf(text)) }));
  const head = fitNgramHead(rows, task.labels.length);
  return mean(
    measured.map(({ text, truth }) => {
      const label = mostLikely(ngramProbabilities(head, hashedRow(text, rarity)));
      return Number(task.labels[label]?.name === name(truth));
    }),
  );
}

/**
 * `local`: share of other texts of the task that stays local at a bounded loss of 0.01; `loss`: how many of these are
 * wrong, if the answers that are bought are right.
 */
function boundedRisk(setting: Setting, { bought }: Purchase, count: number, others: readonly string[]): Bound {
  const data = begin(setting);
  for (const { text, isRandom } of bought.slice(0, count)) add(data, setting, text, isRandom);
  const { specialist, router, risk } = learnTask(setting.task, data);
  const kept = others.flatMap((text) => {
    const probabilities = labelProbabilities(specialist, { text });
    const { before, after } = estimatesFor(router, { id: '', text, probabilities });
    const isKept = risk !== undefined && after - before <= risk.keepBelow;
    return isKept ? [setting.task.labels[mostLikely(probabilities)]?.name === setting.labelOf(text)] : [];
  });
  return {
    local: kept.length / others.length,
    loss: kept.filter((isRight) => !isRight).length / others.length,
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const error = (values: readonly number[]) => {
  const average = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - average) ** 2)) / (values.length - 1));
};

interface Bound {
  readonly local: number;
  readonly loss: number;
}

type PerSeed = readonly {
  /** At each of `COUNTS`. */
  readonly right: readonly number[];
  readonly stops: readonly (Bound & { readonly labels: number; readonly right: number })[];
  readonly bound: Bound;
  readonly outlooks: Purchase['outlooks'];
}[];

function figuresOf(ways: Readonly<Record<string, PerSeed>>): Figures {
  const table = new Table();
  const meanAndError = (values: readonly number[]) => ({ right: mean(values), 'standard-error': error(values) });
  const boundOf = (bounds: readonly Bound[]) => ({
    'local-share': mean(bounds.map(({ local }) => local)),
    loss: mean(bounds.map(({ loss }) => loss)),
    'its-error': error(bounds.map(({ loss }) => loss)),
  });
  const figures: Record<string, Figures> = {};
  const aim = mean((ways.random as PerSeed).map(({ right }) => right.at(-1) as number));
  for (const [way, seeds] of Object.entries(ways)) {
    const rows = COUNTS.map((count, i) => {
      const row = meanAndError(seeds.map(({ right }) => right[i] as number));
      table.row(`${way}, ${count} labels`, row);
      return [`at-${count}`, row] as const;
    });
    const needed = labelsFor(
      rows.map(([, { right }]) => right),
      aim,
    );
    const bound = boundOf(seeds.map((seed) => seed.bound));
    table.row(`${way}, at a bounded loss of 0.01`, { ...bound, 'labels-for-random-at-300': needed });
    figures[way] = { ...Object.fromEntries(rows), 'bounded-loss': bound, 'labels-for-random-at-300': needed };
  }
  const seeds = ways.chosen as PerSeed;
  BALANCES.forEach((balance, i) => {
    const stops = seeds.map(({ stops }) => stops[i] as PerSeed[number]['stops'][number]);
    const labels = stops.map((stop) => stop.labels);
    const lost = seeds.map(({ right }, k) => (right.at(-1) as number) - (stops[k] as { right: number }).right);
    const row = {
      labels: mean(labels),
      'least-labels': Math.min(...labels),
      'most-labels': Math.max(...labels),
      ...meanAndError(stops.map(({ right }) => right)),
      'less-right-than-with-300': mean(lost),
      'error-of-that': error(lost),
      ...boundOf(stops),
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
