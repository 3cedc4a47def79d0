// Text tasks on recorded answers of a large model: what the pair of it and a specialist of the folder's own comes to.
// Everything is fitted and chosen on train and calibration; the test texts are read once, at the end.

import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { interval } from '../../src/common/statistics/bootstrap.ts';
import { brierScore, expectedCalibrationError } from '../../src/common/statistics/calibrate.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { type BasePrompt, basePromptOf } from '../../src/text-tasks/labels/base-reading.ts';
import { type HeldOutText, judgeText, mostLikely } from '../../src/text-tasks/labels/router.ts';
import { accuracyAt, type JudgedText, RISK_TERMS } from '../../src/text-tasks/labels/share-of-calls.ts';
import {
  fitSpecialist,
  type LabelledText,
  labelProbabilities,
  type TextSpecialist,
  textStatisticsOf,
} from '../../src/text-tasks/labels/text-specialist.ts';
import type { Benchmark, BenchOptions, Figures, Keep } from '../figures.ts';
import { printFigures, Table } from '../print.ts';
import { rowsInBulk } from './bulk.ts';
import { besideFolder, type RecordedTask, readTasks } from './data.ts';
import { fewLabels } from './few-labels.ts';
import { racesOf } from './forms.ts';
import { onHiddenHalves } from './halves.ts';
import { type Item, judgedTexts, learnPair, targetOf } from './pair.ts';
import { peftTable } from './peft.ts';
import { statesOf } from './states.ts';

export const tasks: Benchmark = {
  name: 'tasks',
  what: 'text tasks on recorded answers: accuracy by share of API calls, what each part brings, time and memory; --only peft: beside LoRA',
  takes: ['data', 'bases', 'only', 'model'],
  run,
};

/** Shares of calls, %. */
const shares = [0, 10, 25, 50, 60, 75, 100];
const seeds = [1, 2, 3, 4, 5];
/** A base that knows language, unless --bases names another one; 'none': n-grams alone. */
const defaultBase = 'medium';

async function run({ data, bases = defaultBase, only, model = [] }: BenchOptions, keep: Keep): Promise<Figures> {
  const sections = only?.split(',') ?? [];
  const isPeft = sections.includes('peft');
  const wanted = sections.filter((name) => name !== 'peft');
  const figures: Record<string, Figures> = {};
  for (const recorded of readTasks(data)) {
    const { name } = recorded.task;
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const reading = basePromptOf(recorded.task, labelledOf(recorded));
    const read = bases === 'none' ? undefined : await statesOf(recorded, reading, join(root, 'models', bases));
    if (isPeft) {
      figures[name] = peftTable(
        recorded,
        { data: data ?? besideFolder, models: model },
        read?.states,
        reading.examples,
      );
      keep(figures);
      continue;
    }
    const races = racesOf(recorded);
    const measured = { ...measureTask(recorded, read?.states, reading), ...(races && { 'choice-of-form': races }) };
    figures[name] = {
      ...measured,
      ...(read?.seconds !== undefined && { 'seconds-of-reading-states': read.seconds }),
    };
    printFigures(name, figures[name]);
    keep(figures);
  }
  console.log(`\nRisk: ${RISK_TERMS}`);
  return figures;
}

/** What may be learned from, with what it is learned as. */
export function labelledOf(recorded: RecordedTask) {
  return recorded.texts.flatMap((row) => {
    const label = targetOf(recorded, row);
    return row.split === 'test' || label === undefined ? [] : [{ text: row.text, label }];
  });
}

function measureTask(
  recorded: RecordedTask,
  states: readonly Float32Array[] | undefined,
  { examples }: BasePrompt,
): Figures {
  const pair = learnPair(recorded, states, examples);
  const { learned, test, specialist, router, seconds } = pair;
  const judged = judgedTexts(pair);
  const pairs = judged.map((item) => judgeText(router, item));
  return {
    ...accuracies(pairs),
    curve: curveOf(judged, pairs),
    calibration: calibrationOf(pairs),
    'on-hidden-halves': onHiddenHalves(recorded),
    'what-each-part-brings': ablation(recorded, learned, test),
    'states-only-where-n-grams-doubt': states ? doubted(specialist, test) : {},
    'shares-of-heads': Object.fromEntries(specialist.shares.map((share, i) => [i === 0 ? 'n-grams' : 'states', share])),
    'seconds-of-training': seconds.training,
    'seconds-of-router': seconds.router,
    'few-labels': fewLabels(recorded),
    'rows-in-bulk': rowsInBulk(recorded.task.labels, learned),
  };
}

const gain = ({ gain }: JudgedText) => gain;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function accuracies(pairs: readonly JudgedText<boolean>[]): Figures {
  const at = shares.map((share) => [`coupled-accuracy-at-${share}`, accuracyAt(pairs, share / 100, gain)] as const);
  return {
    texts: pairs.length,
    'api-accuracy': mean(pairs.map(({ apiRight }) => Number(apiRight))),
    'specialist-accuracy': mean(pairs.map(({ specialistRight }) => Number(specialistRight))),
    'either-right': mean(pairs.map(({ apiRight, specialistRight }) => Number(apiRight || specialistRight))),
    ...Object.fromEntries(at),
  };
}

/** The pair beside other rules, with 95 % intervals over texts. */
function curveOf(judged: readonly HeldOutText[], pairs: readonly JudgedText<boolean>[]): Figures {
  const table = new Table();
  const plain = pairs.map((pair, i) => ({ ...pair, sure: Math.max(...(judged[i] as HeldOutText).probabilities) }));
  const [none, all] = [accuracyAt(plain, 0, gain), accuracyAt(plain, 1, gain)];
  const rows = shares.map((percent) => {
    const share = percent / 100;
    const { low, high } = interval([pairs], ([drawn]) =>
      accuracyAt(drawn as readonly JudgedText<boolean>[], share, gain),
    );
    const difference = interval([pairs], ([drawn]) => {
      const some = drawn as readonly JudgedText<boolean>[];
      return accuracyAt(some, share, gain) - mean(some.map(({ apiRight }) => Number(apiRight)));
    });
    const row: Figures = {
      coupled: accuracyAt(pairs, share, gain),
      low,
      high,
      'over-api-low': difference.low,
      'over-api-high': difference.high,
      random: none + share * (all - none),
      'specialist-confidence': accuracyAt(plain, share, ({ sure }: JudgedText & { sure?: number }) => -(sure ?? 0)),
      oracle: accuracyAt(plain, share, ({ apiRight, specialistRight }) => Number(apiRight) - Number(specialistRight)),
    };
    table.row(`at ${percent} % of calls`, row);
    return [`at-${percent}`, row] as const;
  });
  return Object.fromEntries(rows);
}

function calibrationOf(pairs: readonly JudgedText<boolean>[]): Figures {
  const measured = (of: (pair: JudgedText<boolean>) => [number, boolean]) => {
    const probabilities = pairs.map((pair) => of(pair)[0]);
    const right = pairs.map((pair) => Number(of(pair)[1]));
    return { ece: expectedCalibrationError(probabilities, right), brier: brierScore(probabilities, right) };
  };
  return {
    specialist: measured(({ beforeCall: before, specialistRight }) => [before, specialistRight]),
    'after-a-call': measured(({ afterCall: after, apiRight }) => [after, apiRight]),
  };
}

/** Accuracy of specialists that lack something; mean and spread over seeds, each with nine tenths of the labels. */
function ablation(recorded: RecordedTask, learned: readonly Item[], test: readonly Item[]): Figures {
  const labels = recorded.task.labels.length;
  const own = recorded.ownLabels;
  const withApi = learned.filter(({ api }) => api !== undefined);
  const relabelled = withApi.map((item) => ({ ...item, label: item.api as number }));
  const sets = own ? { 'own-labels': learned, 'api-labels': relabelled } : { 'api-labels': relabelled };
  const rows = Object.entries(sets).flatMap(([name, set]) =>
    [false, true].flatMap((deep) => {
      if (deep && set[0]?.states === undefined) return [];
      const reached = seeds.map((seed) => {
        const uniform = uniforms(seed);
        const some = set
          .filter(() => uniform() < 0.9)
          .map(({ states, ...item }): LabelledText => (deep && states ? { ...item, states } : item));
        const statistics = textStatisticsOf(
          some.map(({ text }) => text),
          deep ? some.map(({ states }) => states as Float32Array) : [],
        );
        const { specialist } = fitSpecialist(some, labels, statistics, { seed, folds: 2 });
        return mean(
          test.map(({ states, ...item }) => {
            const asked = deep && states ? { ...item, states } : item;
            return Number(mostLikely(labelProbabilities(specialist, asked)) === item.truth);
          }),
        );
      });
      const average = mean(reached);
      const spread = Math.sqrt(mean(reached.map((value) => (value - average) ** 2)));
      return [[`${name}${deep ? '-and-states' : ''}`, { accuracy: average, spread }] as const];
    }),
  );
  return Object.fromEntries(rows);
}

/** Hidden states cost a pass of the base: how many texts need it where the n-grams answer alone as soon as they are sure. */
function doubted(specialist: TextSpecialist, test: readonly Item[]): Figures {
  const alone = test.map(({ text }) => labelProbabilities(specialist, { text }));
  const both = test.map((item) => labelProbabilities(specialist, item));
  const at = [0.8, 0.9, 0.95].map((sure) => {
    const isRead = alone.map((p) => Math.max(...p) < sure);
    const right = test.map(({ truth }, i) =>
      Number(mostLikely((isRead[i] ? both[i] : alone[i]) as number[]) === truth),
    );
    return [`sure-from-${100 * sure}`, { 'share-read': mean(isRead.map(Number)), accuracy: mean(right) }] as const;
  });
  return Object.fromEntries(at);
}
