// The adaptation report as text for the terminal.

import { counted, oneLine, percent, thousands } from '../common/format.ts';
import type { LeftOutReason } from '../harvest/types.ts';
import type { AdaptReport, Quality } from './types.ts';

const reasons: Record<LeftOutReason, string> = {
  ignored: 'ignored by .gitignore, .easyadaptationignore or files.exclude',
  binary: 'binary',
  minified: 'minified',
  generated: 'generated',
  vendored: 'vendored',
  'too-large': 'too large',
  'near-duplicate': 'near-duplicates of another file',
  empty: 'empty',
  unreadable: 'unreadable',
  'not-a-file': 'links, pipes, sockets or devices',
  'changed-while-read': 'changed while being read',
  'secret-file': 'made to hold secrets',
  'over-limit': 'past the limit of files or bytes',
};

function qualityLines(name: string, quality: Quality): string {
  const at = quality.precisionAt;
  return [
    `  ${name.padEnd(16)} ${String(quality.places).padStart(5)}`,
    percent(quality.exactMatch).padStart(7),
    percent(quality.editSimilarity).padStart(7),
    ...(['10', '20', '30', '50'] as const).map((share) => percent(at[share]).padStart(6)),
  ].join(' ');
}

function calibration(error: number | undefined, brier: number | undefined): string {
  return error === undefined || brier === undefined
    ? ''
    : `; on unseen files calibration error ${error.toFixed(3)}, Brier ${brier.toFixed(3)}`;
}

/** Plain text, 100 columns or so, a section per question that a reader would ask. */
export function renderReport(report: AdaptReport): string {
  const { harvest, specialist, coupling, api } = report;
  const lines: string[] = [];
  const section = (title: string) => lines.push('', title);

  lines.push(`Easy Adaptation: ${report.folder}`);
  section('What was read');
  lines.push(
    `  ${counted(harvest.files, 'file')}, ${counted(harvest.tokens, 'token')}, ${(harvest.bytes / 1e6).toFixed(1)} MB` +
      ` (${Object.entries(harvest.byLanguage)
        .sort((a, b) => b[1] - a[1])
        .slice(0, 5)
        .map(([language, count]) => `${language} ${count}`)
        .join(', ')}); ${harvest.usedGit ? "git's view of the folder" : 'no git here: walked the folder'}`,
    `  split by file: ${report.splits.train} to learn from, ${report.splits.calibration} to calibrate, ${report.splits.test} to test`,
  );
  if (harvest.secretsMasked > 0)
    lines.push(
      `  ${counted(harvest.secretsMasked, 'secret')} masked: nothing of it enters an index, prompt or the store`,
    );
  for (const [reason, count] of Object.entries(harvest.leftOut) as [LeftOutReason, number][]) {
    const examples = harvest.leftOutExamples[reason] ?? [];
    lines.push(
      `  left out ${thousands(count)}: ${reasons[reason]}${examples.length > 0 ? ` (${examples.slice(0, 2).join(', ')})` : ''}`,
    );
  }

  if (specialist !== undefined) {
    section('Specialist on files it has not seen (share exactly right; precision among the most confident)');
    lines.push('                   places   exact    edit    10 %   20 %   30 %   50 %');
    lines.push(qualityLines('all places', specialist));
    for (const [kind, quality] of Object.entries(report.byKind)) lines.push(qualityLines(kind, quality));
    lines.push(`  latency p50 ${specialist.latencyP50Ms.toFixed(1)} ms, p95 ${specialist.latencyP95Ms.toFixed(1)} ms`);
  }

  if (coupling !== undefined) {
    section('Who answers');
    lines.push(
      `  p(specialist right): ${coupling.specialistExamples > 0 ? `fitted on ${counted(coupling.specialistExamples, 'draft')}` : 'too few drafts to fit, a stated prior stands in'}${calibration(coupling.specialistEce, coupling.specialistBrier)}`,
      `  p(API right): ${coupling.apiExamples > 0 ? `fitted on ${counted(coupling.apiExamples, 'answer')}` : 'no API answers yet, a stated prior stands in for it'}${calibration(coupling.apiEce, coupling.apiBrier)}`,
      `  at balance ${report.balance}: ${percent(report.apiShare)} of the places would go to the API`,
    );
  }
  if (api !== undefined) {
    section(`The API (${api.model})`);
    lines.push(
      `  asked ${api.asked}, failed ${api.failed}, $${api.costUsd.toFixed(4)}; exactly right ${percent(api.exactMatch)}, edit similarity ${percent(api.editSimilarity)}`,
      `  latency p50 ${api.latencyP50Ms.toFixed(0)} ms, p95 ${api.latencyP95Ms.toFixed(0)} ms`,
      `  both, coupled: exactly right ${percent(api.coupledExactMatch)} with ${percent(api.coupledApiShare)} of the places sent to the API`,
    );
  }

  if (report.examples.length > 0) section('Worked completions (from the test files)');
  for (const example of report.examples) {
    lines.push(
      `  ${example.path}:${example.line + 1}`,
      `    text    ${oneLine(example.before, 70)}▏`,
      `    wrote   ${oneLine(example.truth, 70)}`,
      `    answer  ${example.answer === '' ? '(nothing)' : oneLine(example.answer, 70)}  ${example.right ? '✓' : '✗'}`,
      `    by      ${example.model}, ${example.latencyMs.toFixed(1)} ms. ${example.reason}`,
    );
  }
  for (const note of report.notes) lines.push('', `Note: ${note}`);
  lines.push(
    '',
    `Took ${(report.elapsedMs / 1000).toFixed(1)} s, ${(report.peakMemoryBytes / 1e6).toFixed(0)} MB at the peak.`,
  );
  return lines.join('\n');
}
