// The report's sections about the local model: all candidates, kinds of positions, training.
import { counted, percent, thousands } from '../../common/format.ts';
import type { CursorKind } from '../../prompts/completion/cursor-examples.ts';
import type { Chart, ReportTable, Section } from './document.ts';
import { outcomeOf } from './outcome.ts';
import { capitalized, isRolledBack, LINES_RIGHT } from './phrases.ts';
import type { AdaptReport, NeuralReport } from './types.ts';

const kindNames: Readonly<Record<CursorKind, string>> = {
  'statement-start': 'Where a new statement begins',
  'mid-line': 'Inside a line',
  'line-end': "Near a line's end",
  'block-body': 'Where a block begins',
};

/** With fewer positions, a change of lines right is mostly chance. */
const LEAST_POSITIONS = 20;

export function kindsSection({ byKind, before, specialist, neural }: AdaptReport): Section[] {
  if (specialist === undefined) return [];
  const [without, withIt] =
    neural?.used === 'base' ? ['Index alone', 'With the base model'] : ['Base model', 'Adapted model'];
  const rows = (Object.keys(kindNames) as CursorKind[]).flatMap((kind) => {
    const [after, earlier] = [byKind[kind], before?.[kind]];
    if (after === undefined) return [];
    const change = earlier && after.exactMatch - earlier.exactMatch;
    return [
      [
        kindNames[kind],
        thousands(after.places),
        ...(before ? [earlier?.exactMatch ?? '', after.exactMatch, points(change, after.places)] : [after.exactMatch]),
      ],
    ];
  });
  const head = before
    ? ['Kind of position', 'Positions', without, withIt, 'Change']
    : ['Kind of position', 'Positions', LINES_RIGHT];
  return [
    {
      title: before ? 'Before and after, by kind of position' : 'By kind of position',
      text: ['Lines exactly right in held-out files.'],
      table: { head, rows },
    },
  ];
}

/** '+4.0 points' */
function points(change: number | undefined, positions: number): string {
  if (change !== undefined && positions < LEAST_POSITIONS) return 'too few positions';
  return change === undefined ? '' : `${change < 0 ? '−' : '+'}${(100 * Math.abs(change)).toFixed(1)} points`;
}

const modelNames = {
  ngram: 'n-grams alone',
  base: 'base + n-grams',
  earlier: 'earlier + n-grams',
  adapted: 'adapted + n-grams',
} as const;
type ModelName = keyof typeof modelNames;

export function modelsSection(report: AdaptReport): Section[] {
  const { neural } = report;
  if (neural === undefined) return [];
  const { quality, chosenFrom, used } = neural;
  const rows = (Object.keys(modelNames) as ModelName[]).flatMap((name) => {
    const measured = quality[name];
    if (measured === undefined) return [];
    const { places: positions, exactMatch, editSimilarity, precisionAt } = measured;
    const surest = [precisionAt['10'], precisionAt['20'], precisionAt['30'], precisionAt['50']];
    return [
      [modelNames[name], thousands(positions), exactMatch, editSimilarity, ...surest, name === used ? 'in use' : ''],
    ];
  });
  const choice = Object.entries(chosenFrom).map(
    ([name, { exactMatch }]) => `${modelNames[name as ModelName]} ${percent(exactMatch)}`,
  );
  return [
    {
      title: 'The models compared',
      text: [
        verdictOf(neural, outcomeOf(report)),
        ...(choice.length > 1
          ? [`Exactly right lines at the validation positions by which the model was chosen: ${choice.join(', ')}.`]
          : []),
        '“Right” is the share of exactly right lines. Columns 10% to 50%: the same at the positions where the model is most confident.',
      ],
      table: {
        head: ['Model', 'Positions', 'Right', 'Similar', '10%', '20%', '30%', '50%', ''],
        rows,
      },
    },
  ];
}

/** @param outcome an earlier sentence, which may give the reason already */
function verdictOf(neural: NeuralReport, outcome: string): string {
  const usedModel = neural.used === 'base' ? 'the base model' : 'the earlier model';
  const verdict =
    neural.used === 'adapted'
      ? 'The adapted model is in use'
      : isRolledBack(neural)
        ? `The adapted model was rolled back to ${usedModel}`
        : `${capitalized(usedModel)} is in use`;
  return outcome.includes(neural.why) ? `${verdict}.` : `${verdict}: ${neural.why.replace(/\.$/, '')}.`;
}

const stopReasons = {
  finished: 'to the end',
  'no-improvement': 'until it stopped improving',
  'out-of-time': 'until its time was up',
} as const;

function stepsOf(training: NonNullable<NeuralReport['training']>): string[] {
  const { steps, stopped, tokens, tokensPerEpoch, tokensPerSecond, parameters } = training;
  const { method, methodReason, device, deviceReason } = training;
  const passes = (tokens / tokensPerEpoch).toFixed(1);
  return [
    `${counted(steps, 'step')} ${stopReasons[stopped]}: ${thousands(tokens)} tokens, ${passes} passes over all samples, ${thousands(tokensPerSecond)} tokens a second.`,
    `${capitalized(method)} of ${(parameters / 1e6).toFixed(1)} M parameters (${methodReason}) on ${device} (${deviceReason}).`,
  ];
}

export function trainingSection({ neural }: AdaptReport): Section[] {
  const training = neural?.training;
  if (training === undefined) return [];
  const { losses = [], loss } = training;
  const withNgrams = losses.flatMap(({ step, mixed }) => (mixed === undefined ? [] : [[step, mixed] as const]));
  return [
    {
      title: 'Training',
      text: [
        ...stepsOf(training),
        loss
          ? `Loss on held-out files, nats a token: ${loss.before.toFixed(3)} before, ${loss.after.toFixed(3)} at the best checkpoint, which was kept. Lower is better.`
          : 'Loss was not measured: no files were held out.',
        ...(withNgrams.length > 0
          ? [
              'The best checkpoint is the one with the lowest loss together with the n-grams, because it is used with them.',
            ]
          : []),
      ],
      ...(losses.length > 1 && {
        chart: {
          x: { name: 'Steps', unit: 'number' },
          y: { name: 'Loss on held-out files', unit: 'number' },
          series: [
            {
              ...{ name: 'Loss on held-out files', line: 'solid', marks: true },
              points: losses.map((each) => [each.step, each.loss] as const),
            },
            ...(withNgrams.length > 1
              ? [{ name: 'With the n-grams', line: 'dashed' as const, marks: true, points: withNgrams }]
              : []),
          ],
        } satisfies Chart,
        table: {
          head: ['Step', 'Loss', ...(withNgrams.length > 0 ? ['With the n-grams'] : [])],
          rows: losses.map(({ step, loss: own, mixed }) => [
            thousands(step),
            own.toFixed(3),
            ...(withNgrams.length > 0 ? [mixed?.toFixed(3) ?? ''] : []),
          ]),
        } satisfies ReportTable,
      }),
    },
  ];
}
