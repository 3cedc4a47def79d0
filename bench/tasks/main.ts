// Text tasks on recorded answers of a large model: what the pair of it and a specialist of the folder's own comes to.
// Everything is fitted and chosen on train and calibration; the test texts are read once, at the end.
import { interval } from '../../src/common/statistics/bootstrap.ts';
import { brierScore, expectedCalibrationError } from '../../src/common/statistics/calibrate.ts';
import { accuracyAt, type Judged } from '../../src/routing/local-or-large.ts';
import type { HeldOutText } from '../../src/text-tasks/labels/router.ts';
import type { Benchmark, BenchOptions, Figures, Keep } from '../figures.ts';
import { printFigures, Table } from '../print.ts';
import { rowsInBulk } from './bulk.ts';
import { besideFolder, type RecordedTask, readTasks } from './data.ts';
import { racesOf } from './forms.ts';
import { onHiddenHalves } from './halves.ts';
import { judgedTexts, learnPair } from './pair.ts';
import { peftTable } from './peft.ts';
import { type Readings, readingsOf } from './states.ts';

export const tasks: Benchmark = {
  name: 'tasks',
  what: 'text tasks on recorded answers: accuracy by share of API calls, time and memory; --only peft: beside LoRA; bulk: many rows',
  takes: ['data', 'bases', 'only', 'model'],
  run,
};

/** Shares of calls, %. */
const shares = [0, 10, 25, 50, 60, 75, 100];
/** Reads texts in doubt, unless --bases names another one; 'encoder': none does; 'none': n-grams alone. */
const defaultBase = 'medium';

async function run({ data, bases = defaultBase, only, model = [] }: BenchOptions, keep: Keep): Promise<Figures> {
  const sections = only?.split(',') ?? [];
  const [isPeft, isBulk] = [sections.includes('peft'), sections.includes('bulk')];
  const wanted = sections.filter((name) => name !== 'peft' && name !== 'bulk');
  const figures: Record<string, Figures> = {};
  for (const recorded of readTasks(data)) {
    const { name } = recorded.task;
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (isBulk) {
      const { task, texts } = recorded;
      const learned = texts.filter(({ split }) => split !== 'test').map(({ text, truth }) => ({ text, label: truth }));
      figures[name] = rowsInBulk(task.labels, learned);
      printFigures(name, figures[name]);
      keep(figures);
      continue;
    }
    const read = await readingsOf(recorded, bases);
    if (isPeft) {
      figures[name] = peftTable(recorded, { data: data ?? besideFolder, models: model }, read);
      keep(figures);
      continue;
    }
    const races = racesOf(recorded);
    const seconds = Object.entries(read.seconds ?? {}).filter(([, value]) => value !== undefined);
    figures[name] = {
      ...measureTask(recorded, read),
      ...(races && { 'choice-of-form': races }),
      ...Object.fromEntries(seconds.map(([what, value]) => [`seconds-of-reading-${what}`, value])),
    };
    printFigures(name, figures[name]);
    keep(figures);
  }
  return figures;
}

function measureTask(recorded: RecordedTask, read: Readings): Figures {
  const pair = learnPair(recorded, read);
  const { specialist, router, seconds } = pair;
  const judged = judgedTexts(pair);
  const pairs = judged.map((item) => router.judge(item));
  return {
    ...accuracies(pairs),
    curve: curveOf(judged, pairs),
    calibration: calibrationOf(pairs),
    'on-hidden-halves': onHiddenHalves(recorded),
    'shares-of-heads': sharesOf(specialist.shares),
    ...(specialist.states && { 'shares-in-doubt': sharesOf(specialist.states.shares) }),
    'seconds-of-training': seconds.training,
    'seconds-of-router': seconds.router,
  };
}

const sharesOf = (shares: readonly number[]) =>
  Object.fromEntries(shares.map((share, i) => [['n-grams', 'vectors', 'prototypes', 'states'][i] as string, share]));
const gain = ({ gain }: Judged) => gain;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function accuracies(pairs: readonly Judged[]): Figures {
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
function curveOf(judged: readonly HeldOutText[], pairs: readonly Judged[]): Figures {
  const table = new Table();
  const plain = pairs.map((pair, i) => ({ ...pair, sure: Math.max(...(judged[i] as HeldOutText).probabilities) }));
  const [none, all] = [accuracyAt(plain, 0, gain), accuracyAt(plain, 1, gain)];
  const rows = shares.map((percent) => {
    const share = percent / 100;
    const { low, high } = interval([pairs], ([drawn]) => accuracyAt(drawn as readonly Judged[], share, gain));
    const difference = interval([pairs], ([drawn]) => {
      const some = drawn as readonly Judged[];
      return accuracyAt(some, share, gain) - mean(some.map(({ apiRight }) => Number(apiRight)));
    });
    const row: Figures = {
      coupled: accuracyAt(pairs, share, gain),
      low,
      high,
      'over-api-low': difference.low,
      'over-api-high': difference.high,
      random: none + share * (all - none),
      'specialist-confidence': accuracyAt(plain, share, ({ sure }: Judged & { sure?: number }) => -(sure ?? 0)),
      oracle: accuracyAt(plain, share, ({ apiRight, specialistRight }) => Number(apiRight) - Number(specialistRight)),
    };
    table.row(`at ${percent} % of calls`, row);
    return [`at-${percent}`, row] as const;
  });
  return Object.fromEntries(rows);
}

function calibrationOf(pairs: readonly Judged[]): Figures {
  const measured = (of: (pair: Judged) => [number, number]) => {
    const probabilities = pairs.map((pair) => of(pair)[0]);
    const right = pairs.map((pair) => of(pair)[1]);
    return { ece: expectedCalibrationError(probabilities, right), brier: brierScore(probabilities, right) };
  };
  return {
    specialist: measured(({ beforeCall: before, specialistRight }) => [before, specialistRight]),
    'after-a-call': measured(({ afterCall: after, apiRight }) => [after, apiRight]),
  };
}
