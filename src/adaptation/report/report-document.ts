// An adaptation's report as a document: results, router, calibration, costs.
import { counted, duration, oneLine, percent, thousands } from '../../common/format.ts';
import type { CursorKind } from '../../prompts/completion/cursor-examples.ts';
import type { LeftOutReason } from '../../workspace/files/types.ts';
import type { Axis, Chart, CodeExample, ReportDocument, ReportTable, Section } from './document.ts';
import { outcomeOf } from './outcome.ts';
import { isRolledBack, latencyInWords, paidInWords, reasons, settingOf } from './phrases.ts';
import type { AdaptReport, CutReliability, NeuralReport, Reliability, UnderfitRow } from './types.ts';

const kindNames: Readonly<Record<CursorKind, string>> = {
  'statement-start': 'Where a new statement begins',
  'mid-line': 'Inside a line',
  'line-end': "Near a line's end",
  'block-body': 'Where a block begins',
};
const shares = (name: string): Axis => ({ name, unit: 'share', from: 0, to: 1 });
const LINES_RIGHT = 'Lines exactly right';
/** With fewer positions, a change of lines right is mostly chance. */
const LEAST_POSITIONS = 20;

/** @param finishedAt ms since 1970 */
export function reportDocument(report: AdaptReport, name: string, finishedAt: number): ReportDocument {
  const date = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return {
    title: name,
    subtitle: date(finishedAt),
    sections: [
      changeSection(report),
      ...kindsSection(report),
      ...modelsSection(report),
      ...underfitSection(report),
      ...deferralSection(report),
      ...routerSection(report),
      ...apiSection(report),
      ...calibrationSection(report),
      ...lossSection(report),
      filesSection(report),
      costSection(report),
      ...completionsSection(report),
    ],
  };
}

/** Each sentence once: a note that the outcome repeats is left out. */
function changeSection(report: AdaptReport): Section {
  const outcome = outcomeOf(report);
  const untrained = report.neural && !report.neural.training ? ['This run trained nothing.'] : [];
  const notes = report.notes.filter((note) => !outcome.includes(note));
  return { title: 'What changed', text: [...new Set([outcome, ...untrained, ...notes])] };
}

const modelNames = {
  ngram: 'n-grams alone',
  base: 'base + n-grams',
  earlier: 'earlier + n-grams',
  adapted: 'adapted + n-grams',
} as const;
type ModelName = keyof typeof modelNames;

function modelsSection(report: AdaptReport): Section[] {
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
  const choice = Object.entries(chosenFrom ?? {}).map(
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
        : `${capital(usedModel)} is in use`;
  return outcome.includes(neural.why) ? `${verdict}.` : `${verdict}: ${neural.why.replace(/\.$/, '')}.`;
}

function routerSection(report: AdaptReport): Section[] {
  const { coupling: router, apiShare, curves } = report;
  if (router === undefined) return [];
  const { specialistExamples, apiExamples } = router;
  return [
    {
      title: 'What the router learned',
      text: [
        `Confidence of the local model: ${specialistExamples > 0 ? `learned from ${counted(specialistExamples, 'draft')}` : 'a prior is used, because there are too few drafts'}.`,
        `Confidence of the large model: ${apiExamples > 0 ? `learned from ${counted(apiExamples, 'answer')}` : 'a prior is used, because there are no answers yet'}.`,
        // If the share was measured, deferralSection states it.
        ...(curves?.deferral
          ? []
          : [
              `With ${settingOf(report)}, ${Math.round(100 * apiShare)} of 100 completions would be sent to the large model.`,
            ]),
      ],
    },
  ];
}

function apiSection({ api, curves }: AdaptReport): Section[] {
  if (api === undefined) return [];
  const together =
    api.testPlaces === 0
      ? 'Both together: there are too few answers to measure.'
      : `Both together: ${percent(api.coupledExactMatch)} of lines exactly right, with ${Math.round(100 * api.coupledApiShare)} of 100 completions sent to the large model.`;
  return [
    {
      title: `The large model (${api.model})`,
      text: [
        `Asked ${thousands(api.asked)} times, ${thousands(api.failed)} failed; ${percent(api.exactMatch)} exactly right, ${percent(api.editSimilarity)} similar.`,
        ...(curves?.deferral ? [] : [together]),
      ],
    },
  ];
}

function filesSection({ harvest, splits, neural }: AdaptReport): Section {
  const languages = Object.entries(harvest.byLanguage ?? {})
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5)
    .map(([language, count]) => `${language} ${thousands(count)}`);
  const rows = Object.entries(harvest.leftOut ?? {}).map(([reason, count]) => [
    capital(reasons[reason as LeftOutReason] ?? reason),
    thousands(count),
    (harvest.leftOutExamples?.[reason as LeftOutReason] ?? []).slice(0, 2).join(', '),
  ]);
  return {
    title: 'What was read',
    text: [
      `${counted(harvest.files, 'file')}, ${counted(harvest.tokens, 'token')}${languages.length > 0 ? ` (${languages.join(', ')})` : ''}; ${harvest.usedGit ? 'files that git knows' : 'all files, as there is no git here'}.`,
      ...(splits
        ? [
            neural && !neural.training
              ? `Held out by file: ${splits.validation} for validation, ${splits.test} for the test.`
              : `Split by file: ${splits.train} for training, ${splits.validation} for validation, ${splits.test} for the test.`,
          ]
        : []),
      ...(harvest.secretsMasked > 0
        ? [`${counted(harvest.secretsMasked, 'secret')} redacted: none enters an index, a prompt or the store.`]
        : []),
    ],
    ...(rows.length > 0 && { table: { head: ['Left out', 'Files', 'For example'], rows } }),
  };
}

function completionsSection({ examples }: AdaptReport): Section[] {
  if (examples.length === 0) return [];
  return [
    {
      title: 'Example completions (from the test files)',
      text: [],
      examples: examples.map(({ path, line, before, truth, answer, model, latencyMs, reason, right }) => ({
        location: `${path}:${line + 1}`,
        before,
        lines: [
          { who: 'Written', text: shown(truth) },
          { who: 'Answer', text: `${shown(answer)} ${right ? '✓' : '✗'}` },
          { who: 'Model', text: `${model}${latencyMs > 0 ? `, ${latencyMs.toFixed(1)} ms` : ''}. ${reason}` },
        ],
      })),
    },
  ];
}

const shown = (text: string) => (text.trim() === '' ? '(nothing)' : oneLine(text, 120));

function kindsSection({ byKind, before, specialist, neural }: AdaptReport): Section[] {
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

function underfitSection({ underfit, coupling: router }: AdaptReport): Section[] {
  const title = 'Where the large model falls short';
  if (underfit === undefined) return [];
  if (underfit.length === 0)
    return [
      { title, text: ['Not known: the large model was asked at no test positions, or at too few of each kind.'] },
    ];
  return [
    {
      title,
      text: [
        'Kinds of positions, in the order of the local model’s lead. The figures of the large model are estimates.',
        ...(router?.apiExamples
          ? []
          : ['The large model gave no answers to learn from, so its accuracy is only assumed.']),
        ...underfit
          .slice(0, 3)
          .map(
            ({ what, api, specialist }) =>
              `${capital(what)}: large model ${percent(api)}, local model ${percent(specialist)}.`,
          ),
      ],
      table: {
        head: ['Kind of position', 'Positions', 'Large model', 'Local model', 'Known answers'],
        rows: underfit.map((row) => [
          capital(row.what),
          thousands(row.places),
          row.api,
          row.specialist,
          `${row.apiRight} of ${row.asked} right`,
        ]),
      },
      examples: underfit.flatMap(exampleOf),
    },
  ];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function exampleOf({ what, example }: UnderfitRow): CodeExample[] {
  if (example === undefined) return [];
  return [
    {
      location: `${capital(what)}: ${example.path}:${example.line + 1}`,
      before: example.before,
      lines: [
        { who: 'Written', text: shown(example.truth) },
        { who: 'Large model', text: shown(example.api) },
        { who: 'Local model', text: shown(example.specialist) },
      ],
    },
  ];
}

function deferralSection(report: AdaptReport): Section[] {
  const { curves, api } = report;
  const deferral = curves?.deferral;
  if (deferral === undefined || api === undefined) return [];
  const { pair: routedCurve, operating: current } = deferral;
  const least = Math.min(...routedCurve.map((point) => point.right));
  const chart: Chart = {
    x: shares('Sent to the large model'),
    y: { name: LINES_RIGHT, unit: 'share', from: Math.max(0, Math.floor(10 * least - 0.5) / 10), to: 1 },
    series: [
      {
        ...{ name: 'Both together', line: 'solid', marks: false },
        points: routedCurve.map((point) => [point.apiShare, point.right]),
      },
      {
        ...{ name: 'The large model alone', line: 'dashed', marks: false },
        points: [0, 1].map((x) => [x, api.apiExactMatch]),
      },
      {
        ...{ name: 'The setting now', line: 'points', marks: true },
        points: [[current.apiShare, current.right]],
      },
    ],
  };
  return [
    {
      title: 'Routing: quality against calls',
      text: [
        `With ${settingOf(report)}, ${percent(current.apiShare)} of completions are sent to the large model and ${percent(current.right)} of all lines are exactly right. The large model alone has ${percent(api.apiExactMatch)}, the local model alone ${percent(api.specialistExactMatch)}. Measured at ${counted(api.testPlaces, 'position')} where both answers are known.`,
      ],
      chart,
      table: {
        head: ['Sent to the large model', LINES_RIGHT],
        rows: routedCurve.map((point) => [percent(point.apiShare), percent(point.right)]),
      },
    },
  ];
}

function calibrationSection({ curves, coupling: router }: AdaptReport): Section[] {
  if (curves === undefined || curves.specialist.length === 0) return [];
  const estimates = [
    { name: 'Local model', line: 'solid' as const, bins: curves.specialist, error: router?.specialistEce },
    { name: 'Large model', line: 'dashed' as const, bins: curves.api, error: router?.apiEce },
  ].filter(({ bins }) => bins.length > 0);
  const row = (name: string) => (bin: Reliability) => [
    `${name}, ${percent(bin.said)} sure`,
    percent(bin.right),
    thousands(bin.places),
  ];
  const errors = estimates.flatMap(({ name, error }) =>
    error === undefined
      ? []
      : [`${name}: wrong by ${percent(error)} on average, on files that the estimate was not fitted on.`],
  );
  return [
    {
      title: 'Calibration: does “60% sure” mean 60%?',
      text: [
        'A calibrated estimate comes true as often as it says (the dotted line). Groups with few positions differ by chance.',
        ...errors,
      ],
      chart: {
        x: shares('Estimate'),
        y: shares('Came true'),
        series: [
          {
            name: 'As it should be',
            line: 'dotted',
            marks: false,
            points: [
              [0, 0],
              [1, 1],
            ],
          },
          ...estimates.map(({ name, line, bins }) => ({
            ...{ name, line, marks: true },
            points: bins.map((bin) => [bin.said, bin.right] as const),
          })),
        ],
      },
      table: {
        head: ['Estimate', 'Came true', 'Positions'],
        rows: estimates.flatMap(({ name, bins }) => bins.map(row(name))),
      },
    },
    ...cutSection(curves.cuts ?? []),
  ];
}

const cutLengths = {
  short: 'Part of a line, under 10 characters',
  long: 'Part of a line, 10 characters or more',
  'whole-line': 'To the end of a line',
} as const;

function cutSection(cuts: readonly CutReliability[]): Section[] {
  if (cuts.length === 0) return [];
  return [
    {
      title: 'Calibration of what could be shown, by length',
      text: ['A draft may be shown up to each of several ends. Every one of them counts here.'],
      table: {
        head: ['Local suggestion', 'Estimate', 'Came true', 'Number'],
        rows: cuts.map(({ length, said, right, places }) => [
          cutLengths[length],
          percent(said),
          percent(right),
          thousands(places),
        ]),
      },
    },
  ];
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
    `${capital(method)} of ${(parameters / 1e6).toFixed(1)} M parameters (${methodReason}) on ${device} (${deviceReason}).`,
  ];
}

function lossSection({ neural }: AdaptReport): Section[] {
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

/** Costs of a run: name and value. Parts that the run did not have are left out. */
export function costRows({
  harvest,
  api,
  paid,
  elapsedMs,
  peakMemoryBytes,
  specialist,
  neural,
}: AdaptReport): [string, string][] {
  const training = neural?.training;
  const rows: (readonly [string, string | undefined])[] = [
    ['Files read', `${thousands(harvest.files)}, ${counted(harvest.tokens, 'token')}`],
    ['Time, whole run', duration(elapsedMs)],
    ['Time, training', training && duration(60_000 * training.minutes)],
    ['Trained', training && `${training.method} on ${training.device}, ${thousands(training.tokens)} tokens`],
    ['Peak memory, engine', neural && `${(neural.peakMemoryBytes / 1e9).toFixed(2)} GB`],
    ['Peak memory, run', `${(peakMemoryBytes / 1e9).toFixed(2)} GB`],
    ['Money', paid ? paidInWords(paid) : 'nothing: the large model was not asked'],
    ['A suggestion takes', specialist && latencyInWords(specialist)],
    ['An answer of the large model takes', api && latencyInWords(api)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]]));
}

function costSection(report: AdaptReport): Section {
  return { title: 'Money, time, memory', text: [], table: { head: ['Cost', 'Value'], rows: costRows(report) } };
}
