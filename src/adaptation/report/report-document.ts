// An adaptation's report as a document: what it changed, who answers, how far the estimates can be believed, what it cost.
import { counted, duration, oneLine, percent, thousands } from '../../common/format.ts';
import type { CursorKind } from '../../prompts/completion/cursor-places.ts';
import type { Axis, Chart, CodeExample, ReportDocument, ReportTable, Section } from './document.ts';
import { outcomeOf } from './outcome.ts';
import { paidInWords, settingOf, waits } from './phrases.ts';
import type { AdaptReport, Reliability, UnderfitRow } from './types.ts';

const kindNames: Readonly<Record<CursorKind, string>> = {
  'statement-start': 'Where a new statement begins',
  'mid-line': 'Inside a line',
  'line-end': "Near a line's end",
  'block-body': 'Where a block begins',
};
const shares = (name: string): Axis => ({ name, unit: 'share', from: 0, to: 1 });
const right = 'Lines exactly right';

/** @param finishedAt ms since 1970 */
export function reportDocument(report: AdaptReport, name: string, finishedAt: number): ReportDocument {
  const date = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return {
    title: name,
    subtitle: date(finishedAt),
    sections: [
      { title: 'What changed', text: [outcomeOf(report), ...report.notes] },
      ...kindsSection(report),
      ...underfitSection(report),
      ...deferralSection(report),
      ...calibrationSection(report),
      ...lossSection(report),
      costSection(report),
    ],
  };
}

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
        ...(before ? [earlier?.exactMatch ?? '', after.exactMatch, points(change)] : [after.exactMatch]),
      ],
    ];
  });
  const head = before ? ['Kind of place', 'Places', without, withIt, 'Change'] : ['Kind of place', 'Places', right];
  return [
    {
      title: before ? 'Before and after, by kind of place' : 'By kind of place',
      text: ['Lines exactly right in files that nothing was learned from.'],
      table: { head, rows },
    },
  ];
}

/** '+4.0 points' */
function points(change: number | undefined): string {
  return change === undefined ? '' : `${change < 0 ? '−' : '+'}${(100 * Math.abs(change)).toFixed(1)} points`;
}

function underfitSection({ underfit, coupling }: AdaptReport): Section[] {
  const title = 'Where the large model falls short';
  if (underfit === undefined) return [];
  if (underfit.length === 0)
    return [{ title, text: ['Not known: the API was not asked at test places, or at too few of a kind.'] }];
  const told = underfit.map(({ what, api, specialist }) => ({
    what,
    api: percent(api),
    specialist: percent(specialist),
  }));
  return [
    {
      title,
      text: [
        'Kinds of places, those first where your specialist is furthest ahead of the large model.',
        ...(coupling?.apiExamples ? [] : ['No answer of the API could be learned from: its share is a stated prior.']),
        ...told.slice(0, 3).map((each) => `${capital(each.what)}: API ${each.api}, specialist ${each.specialist}.`),
      ],
      table: {
        head: ['Kind of place', 'Places', 'API, estimated', 'Specialist', 'Answers known'],
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
  const shown = (text: string) => (text.trim() === '' ? '(nothing)' : oneLine(text, 120));
  return [
    {
      place: `${capital(what)}: ${example.path}:${example.line + 1}`,
      before: example.before,
      lines: [
        { who: 'Written', text: shown(example.truth) },
        { who: 'API', text: shown(example.api) },
        { who: 'Specialist', text: shown(example.specialist) },
      ],
    },
  ];
}

function deferralSection(report: AdaptReport): Section[] {
  const { curves, api } = report;
  const deferral = curves?.deferral;
  if (deferral === undefined || api === undefined) return [];
  const { pair, operating } = deferral;
  const least = Math.min(...pair.map((point) => point.right));
  const chart: Chart = {
    x: shares('Sent to the API'),
    y: { name: right, unit: 'share', from: Math.max(0, Math.floor(10 * least - 0.5) / 10), to: 1 },
    series: [
      {
        ...{ name: 'Both together', line: 'solid', marks: false },
        points: pair.map((point) => [point.apiShare, point.right]),
      },
      {
        ...{ name: 'The API alone', line: 'dashed', marks: false },
        points: [0, 1].map((x) => [x, api.apiExactMatch]),
      },
      {
        ...{ name: 'The setting now', line: 'points', marks: true },
        points: [[operating.apiShare, operating.right]],
      },
    ],
  };
  return [
    {
      title: 'Who answers: quality against calls',
      text: [
        `With ${settingOf(report)}, ${percent(operating.apiShare)} of completions go to the API and ${percent(operating.right)} of all lines are exactly right; the API alone has ${percent(api.apiExactMatch)}, the specialist alone ${percent(api.specialistExactMatch)}. Measured at ${counted(api.testPlaces, 'place')} where both answers are known.`,
      ],
      chart,
      table: {
        head: ['Sent to the API', right],
        rows: pair.map((point) => [percent(point.apiShare), percent(point.right)]),
      },
    },
  ];
}

function calibrationSection({ curves, coupling }: AdaptReport): Section[] {
  if (curves === undefined || curves.specialist.length === 0) return [];
  const sides = [
    { name: 'Specialist', line: 'solid' as const, bins: curves.specialist, error: coupling?.specialistEce },
    { name: 'API', line: 'dashed' as const, bins: curves.api, error: coupling?.apiEce },
  ].filter(({ bins }) => bins.length > 0);
  const row = (name: string) => (bin: Reliability) => [
    `${name}, said ${percent(bin.said)}`,
    percent(bin.right),
    thousands(bin.places),
  ];
  const off = sides.flatMap(({ name, error }) =>
    error === undefined
      ? []
      : [`${name}: off by ${percent(error)} on average, on files that the estimate has not seen.`],
  );
  return [
    {
      title: 'Whether “60% sure” means 60%',
      text: [
        'On the dotted line every estimate would mean what it says; tenths with few places stray from it.',
        ...off,
      ],
      chart: {
        x: shares('Said'),
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
          ...sides.map(({ name, line, bins }) => ({
            ...{ name, line, marks: true },
            points: bins.map((bin) => [bin.said, bin.right] as const),
          })),
        ],
      },
      table: {
        head: ['Estimate', 'Came true', 'Places'],
        rows: sides.flatMap(({ name, bins }) => bins.map(row(name))),
      },
    },
  ];
}

function lossSection({ neural }: AdaptReport): Section[] {
  const { losses = [], loss } = neural?.training ?? {};
  if (loss === undefined) return [];
  const both = losses.flatMap(({ step, mixed }) => (mixed === undefined ? [] : [[step, mixed] as const]));
  return [
    {
      title: 'Training',
      text: [
        `How badly held-out text is foreseen, in nats a token: ${loss.before.toFixed(3)} before, ${loss.after.toFixed(3)} at its best, which is what was kept. The less, the better.`,
        ...(both.length > 0 ? ['Best is what foresees it best together with the n-grams, as it is served.'] : []),
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
            ...(both.length > 1
              ? [{ name: 'With the n-grams', line: 'dashed' as const, marks: true, points: both }]
              : []),
          ],
        } satisfies Chart,
        table: {
          head: ['Step', 'Loss', ...(both.length > 0 ? ['With the n-grams'] : [])],
          rows: losses.map(({ step, loss: own, mixed }) => [
            thousands(step),
            own.toFixed(3),
            ...(both.length > 0 ? [mixed?.toFixed(3) ?? ''] : []),
          ]),
        } satisfies ReportTable,
      }),
    },
  ];
}

/** What it took; of a part that there was none of, nothing. */
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
    ['Memory, engine at its peak', neural && `${(neural.peakMemoryBytes / 1e9).toFixed(2)} GB`],
    ['Memory, run beside it', `${(peakMemoryBytes / 1e9).toFixed(2)} GB`],
    ['Money', paid ? paidInWords(paid) : 'nothing: no API'],
    ['A suggestion takes', specialist && waits(specialist)],
    ['An answer of the API takes', api && waits(api)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]]));
}

function costSection(report: AdaptReport): Section {
  return { title: 'Money, time, memory', text: [], table: { head: ['What', 'How much'], rows: costRows(report) } };
}
