// The report's sections about the large model and the router: who answers where, and whether its estimates come true.
import { counted, percent, thousands } from '../../common/format.ts';
import type { Axis, Chart, CodeExample, Section } from './document.ts';
import { capitalized, codeInReport, LINES_RIGHT } from './phrases.ts';
import type { AdaptReport, CutReliability, Reliability, UnderfitRow } from './types.ts';

const shares = (name: string): Axis => ({ name, unit: 'share', from: 0, to: 1 });

export function underfitSection({ underfit, coupling: router }: AdaptReport): Section[] {
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
              `${capitalized(what)}: large model ${percent(api)}, local model ${percent(specialist)}.`,
          ),
      ],
      table: {
        head: ['Kind of position', 'Positions', 'Large model', 'Local model', 'Known answers'],
        rows: underfit.map((row) => [
          capitalized(row.what),
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

function exampleOf({ what, example }: UnderfitRow): CodeExample[] {
  if (example === undefined) return [];
  return [
    {
      location: `${capitalized(what)}: ${example.path}:${example.line + 1}`,
      before: example.before,
      lines: [
        { who: 'Written', text: codeInReport(example.truth) },
        { who: 'Large model', text: codeInReport(example.api) },
        { who: 'Local model', text: codeInReport(example.specialist) },
      ],
    },
  ];
}

export function deferralSection(report: AdaptReport): Section[] {
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
        `With the slider at ${report.balance}, ${percent(current.apiShare)} of completions are sent to the large model and ${percent(current.right)} of all lines are exactly right. The large model alone has ${percent(api.apiExactMatch)}, the local model alone ${percent(api.specialistExactMatch)}. Measured at ${counted(api.testPlaces, 'position')} where both answers are known.`,
      ],
      chart,
      table: {
        head: ['Sent to the large model', LINES_RIGHT],
        rows: routedCurve.map((point) => [percent(point.apiShare), percent(point.right)]),
      },
    },
  ];
}

export function calibrationSection({ curves, coupling: router }: AdaptReport): Section[] {
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
    ...cutSection(curves.cuts),
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

export function routerSection(report: AdaptReport): Section[] {
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
              `With the slider at ${report.balance}, ${Math.round(100 * apiShare)} of 100 completions would be sent to the large model.`,
            ]),
      ],
    },
  ];
}

export function apiSection({ api, curves }: AdaptReport): Section[] {
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
