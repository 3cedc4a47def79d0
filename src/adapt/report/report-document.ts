// An adaptation's report as a document: what it brought, how right each model is, the cost, calibration. Panel and
// terminal show the same document.
import { type Bar, type Chart, comparedWithPrevious, inLines, noteInWords } from '../../common/chart.ts';
import { counted, duration, percent, thousands, wrap } from '../../common/format.ts';
import type { Interval } from '../../common/statistics/bootstrap.ts';
import type { AdaptReport, NeuralReport, Quality } from './adapt-report.ts';
import { ENOUGH_POSITIONS, latencyInWords, leftOutInWords, outcomeParagraphs, paidInWords } from './outcome.ts';

/** @param finishedAt ms since 1970 */
export function reportDocument(report: AdaptReport, name: string, finishedAt: number): ReportDocument {
  return {
    title: name,
    subtitle: `${new Date(finishedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    sections: [
      { title: 'What it brought', text: outcomeParagraphs(report) },
      qualitySection(report),
      { title: 'What it cost', text: [], table: { head: ['Cost', 'Value'], rows: costRows(report) } },
      { title: 'Can the percentages be believed?', text: [calibrationInWords(report)] },
      ...(report.notes.length > 0 ? [{ title: 'Notes', text: [...new Set(report.notes)] }] : []),
    ],
  };
}

function qualitySection({ specialist, neural, api, balance }: AdaptReport): Section {
  const title = 'Lines exactly right';
  if (!specialist) return { title, text: ['Not measured: the folder has too few files to hold some out.'] };
  const { compared } = api ?? {};
  const comparison = neural && comparisonOf(neural);
  const alone = (compared?.alone?.bare.places ?? 0) >= ENOUGH_POSITIONS ? compared?.alone : undefined;
  const rows: readonly QualityRow[] = [
    ...(comparison ? [[comparison.name, comparison.quality] as const] : []),
    [`Now: ${neural ? modelNames[neural.used] : modelNames.ngram}`, specialist, neural?.change],
    ...(compared
      ? [
          // The large model may have answered at a part of the positions.
          ...(compared.specialist.places < specialist.places
            ? [['Local model, where the large one was asked', compared.specialist] as const]
            : []),
          ...(alone ? [['Large model alone', alone.bare] as const] : []),
          [`Large model: ${api?.model}`, compared.api, alone?.gain] as const,
          [`Together, balance ${balance}`, compared.together, compared.routed] as const,
        ]
      : []),
  ];
  const enough = rows.filter(([, { places }]) => places >= ENOUGH_POSITIONS);
  if (enough.length === 0) {
    const measured = `Measured at ${counted(specialist.places, 'position')}, which are too few for figures.`;
    return { title, text: [`${measured} Adapt again when the folder has more files.`] };
  }
  const bars = enough.map(barOf);
  return {
    title,
    text: [
      'In files that nothing was fitted on, with 95% intervals.',
      ...(comparison?.why ? [comparison.why] : []),
      ...noteInWords(bars, 'positions'),
    ],
    chart: { bars },
    table: { head: ['Model', 'Right (95% interval)', 'Positions'], rows: enough.map(row) },
  };
}

/** With the 95% interval of the difference from the row above, if it is compared with that. */
type QualityRow = readonly [name: string, quality: Quality, difference?: Interval | undefined];

function barOf([name, quality, difference]: QualityRow): Bar {
  const { exactMatch: share, interval, places } = quality;
  return { name, share, ...interval, figure: shareOf(quality), places, ...comparedWithPrevious(difference) };
}

function shareOf({ exactMatch, interval }: Quality): string {
  const range = interval ? `${percent(interval.low)} to ${percent(interval.high)}` : 'one file';
  return `${percent(exactMatch)} (${range})`;
}

const modelNames = {
  ngram: 'n-grams alone',
  base: 'base + n-grams',
  earlier: 'earlier + n-grams',
  adapted: 'adapted + n-grams',
} as const;

/** The model that answered before, if it was measured; otherwise another one, for comparison. */
function comparisonOf({ used, quality, chosenFrom }: NeuralReport) {
  const why = 'The model that answered before answers again, so there is no difference.';
  if (used === 'base') return { name: 'N-grams alone', quality: quality.ngram, why };
  const { base } = quality;
  if (used === 'earlier') return { name: 'Base + n-grams', quality: base, why };
  return { name: chosenFrom.earlier ? 'Base + n-grams' : `Before: ${modelNames.base}`, quality: base };
}

function row([name, quality]: QualityRow): string[] {
  return [name, shareOf(quality), thousands(quality.places)];
}

/** Costs of a run: name and value. Parts that the run did not have are left out. */
function costRows({
  harvest,
  splits,
  api,
  paid,
  elapsedMs,
  peakMemoryBytes,
  specialist,
  neural,
}: AdaptReport): string[][] {
  const training = neural?.training;
  const trained = training && `, of it ${duration(60_000 * training.minutes)} training`;
  const device = training && `; trained on ${training.device} (${training.deviceReason})`;
  const held = splits.validation + splits.test;
  const rows: (readonly [string, string | false | undefined])[] = [
    ['Time', `${duration(elapsedMs)}${trained ?? ''}`],
    ['Money', paid ? paidInWords(paid) : 'nothing: the large model was not asked'],
    ['Failed calls', !!api?.failed && thousands(api.failed)],
    ['Peak memory', `${(peakMemoryBytes / 1e9).toFixed(2)} GB`],
    ['Base', neural && `${neural.base}${device ?? ''}`],
    [
      'Files',
      `${counted(harvest.files, 'file')}, about ${counted(harvest.tokens, 'token')}; ${thousands(held)} held out`,
    ],
    ['Left out', leftOutInWords(harvest.leftOut)],
    ['Redacted', harvest.secretsMasked > 0 && counted(harvest.secretsMasked, 'secret')],
    ['A suggestion takes', specialist && latencyInWords(specialist)],
    ['An answer of the large model takes', api && latencyInWords(api)],
  ];
  return rows.flatMap(([name, value]) => (value ? [[name, value]] : []));
}

/** Mean error of an estimate up to which it is called right, or roughly right. */
const WRONG_BY = { right: 0.05, roughly: 0.1 };

function calibrationInWords({ router }: AdaptReport): string {
  const { specialistEce: local, specialistExamples = 0, apiEce: large } = router ?? {};
  if (local === undefined)
    return 'Unknown: there are too few held-out files to check them. Adapt again when the folder has more files.';
  const worst = Math.max(local, large ?? 0);
  const verdict = worst <= WRONG_BY.right ? 'Yes' : worst <= WRONG_BY.roughly ? 'Roughly' : 'Not yet';
  const own = `the local model’s are wrong by ${percent(local)} on average (${counted(specialistExamples, 'draft')})`;
  const others = large === undefined ? 'the large model’s are not checked' : `the large model’s by ${percent(large)}`;
  const advice = verdict === 'Not yet' ? ' Adapt again when the folder has more files.' : '';
  return `${verdict}: in files that they were not fitted on, ${own}, ${others}.${advice}`;
}

export interface ReportTable {
  readonly head: readonly string[];
  /** The first cell of a row is its name. */
  readonly rows: readonly (readonly string[])[];
}

export interface Section {
  readonly title: string;
  readonly text: readonly string[];
  readonly chart?: Chart;
  /** Beside a chart: its figures, which a terminal shows once. */
  readonly table?: ReportTable;
}

export interface ReportDocument {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly Section[];
}

/** Lines of at most 100 columns. */
export function plainTextOf({ title, subtitle, sections }: ReportDocument): string {
  const parts = sections.map(({ title: name, text, chart, table }) =>
    [
      name,
      ...text.map((each) => wrap(`  ${each}`)),
      ...(chart ? [wrap(inLines(chart))] : table ? [wrap(alignedTable(table))] : []),
    ].join('\n'),
  );
  return [`${title}, ${subtitle}`, ...parts].join('\n\n');
}

function alignedTable({ head, rows }: ReportTable): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`;
  return [head, ...rows].map((row) => line(row).trimEnd()).join('\n');
}
