// An adaptation's report as a document: its sections in their order, and those about the run itself.
import { counted, duration, thousands } from '../../common/format.ts';
import type { LeftOutReason } from '../../workspace/files/types.ts';
import type { ReportDocument, Section } from './document.ts';
import { kindsSection, modelsSection, trainingSection } from './local-model-sections.ts';
import { outcomeOf } from './outcome.ts';
import { capitalized, codeInReport, latencyInWords, paidInWords, reasons } from './phrases.ts';
import { apiSection, calibrationSection, deferralSection, routerSection, underfitSection } from './routing-sections.ts';
import type { AdaptReport } from './types.ts';

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
      ...trainingSection(report),
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

function filesSection({ harvest, splits, neural }: AdaptReport): Section {
  const languages = Object.entries(harvest.byLanguage ?? {})
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5)
    .map(([language, count]) => `${language} ${thousands(count)}`);
  const rows = Object.entries(harvest.leftOut ?? {}).map(([reason, count]) => [
    capitalized(reasons[reason as LeftOutReason] ?? reason),
    thousands(count),
    (harvest.leftOutExamples?.[reason as LeftOutReason] ?? []).slice(0, 2).join(', '),
  ]);
  return {
    title: 'What was read',
    text: [
      `${counted(harvest.files, 'file')}, ${counted(harvest.tokens, 'token')}${languages.length > 0 ? ` (${languages.join(', ')})` : ''}; ${harvest.usedGit ? 'files that git knows' : 'all files, as there is no git here'}.`,
      ...(splits
        ? [
            neural?.training
              ? `Split by file: ${splits.train} for training, ${splits.validation} for validation, ${splits.test} for the test.`
              : `Held out by file: ${splits.validation} for validation, ${splits.test} for the test.`,
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
          { who: 'Written', text: codeInReport(truth) },
          { who: 'Answer', text: `${codeInReport(answer)} ${right ? '✓' : '✗'}` },
          { who: 'Model', text: `${model}, ${latencyMs.toFixed(1)} ms. ${reason}` },
        ],
      })),
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
