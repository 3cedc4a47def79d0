// Two adaptations side by side.
import { percent } from '../../common/format.ts';
import type { ReportDocument } from './document.ts';
import { outcomeOf } from './outcome.ts';
import { costRows } from './report-document.ts';
import type { AdaptReport } from './types.ts';

export interface Compared {
  readonly report: AdaptReport;
  readonly name: string;
  /** ms since 1970. */
  readonly finishedAt: number;
}

const share = (value: number | undefined) => (value === undefined ? '–' : percent(value));

/** Name of each measure, and its value in a report. */
const measures: readonly (readonly [name: string, of: (report: AdaptReport) => string])[] = [
  ['In use', ({ neural }) => neural?.used ?? 'index alone'],
  ['Lines exactly right', ({ specialist }) => share(specialist?.exactMatch)],
  ['Right where it is surest, 20%', ({ specialist }) => share(specialist?.precisionAt['20'])],
  ['Right where it is surest, 50%', ({ specialist }) => share(specialist?.precisionAt['50'])],
  ['Base model, lines right', ({ neural }) => share(neural?.quality.base.exactMatch)],
  ['Loss on held-out files', ({ neural }) => neural?.training?.loss?.after.toFixed(3) ?? '–'],
  ['Test positions', ({ specialist }) => String(specialist?.places ?? 0)],
  ['Large model, lines right', ({ api }) => share(api?.apiExactMatch)],
  ['Both together, lines right', ({ api }) => share(api?.testPlaces ? api.coupledExactMatch : undefined)],
  ['Sent to the large model', ({ apiShare }) => share(apiShare)],
  ['Calibration error, local model', ({ coupling }) => share(coupling?.specialistEce)],
  ['Calibration error, large model', ({ coupling }) => share(coupling?.apiEce)],
];

export function compareDocument(a: Compared, b: Compared): ReportDocument {
  const [costsA, costsB] = [a, b].map(({ report }) => new Map(costRows(report))) as [
    Map<string, string>,
    Map<string, string>,
  ];
  const costs = [...new Set([...costsA.keys(), ...costsB.keys()])];
  const titleOf = ({ name, finishedAt }: Compared) =>
    `${name}, ${new Date(finishedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const head = ['', titleOf(a), titleOf(b)];
  return {
    title: a.name === b.name ? `${a.name}: two adaptations` : `${a.name} and ${b.name}`,
    subtitle: 'Each was measured on the test files of its own run, so the positions may differ.',
    sections: [
      {
        title: 'Outcome',
        text: [a, b].map((each) => `${titleOf(each)}: ${outcomeOf(each.report)}`),
      },
      {
        title: 'Quality',
        text: [],
        table: { head, rows: measures.map(([name, of]) => [name, of(a.report), of(b.report)]) },
      },
      {
        title: 'Money, time, memory',
        text: [],
        table: { head, rows: costs.map((name) => [name, costsA.get(name) ?? '–', costsB.get(name) ?? '–']) },
      },
    ],
  };
}
