// The adaptation report as text for the terminal.

import { counted, duration, oneLine, percent, thousands } from '../../common/format.ts';
import type { LeftOutReason } from '../../workspace/files/types.ts';
import { outcomeOf } from './outcome.ts';
import { paidInWords, settingOf, waits } from './phrases.ts';
import type { AdaptReport, NeuralReport, Quality } from './types.ts';

/** Why a file is left out, in words. */
export const reasons: Record<LeftOutReason, string> = {
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

/** Shares of the places whose line is exactly right: of all, and of the 10 to 50 % that the model is surest of; and how alike the lines are. */
const columns = '                      places   exact   alike    10 %   20 %   30 %   50 %';

function qualityLines(name: string, quality: Quality): string {
  const at = quality.precisionAt;
  return [
    `  ${name.padEnd(19)} ${String(quality.places).padStart(5)}`,
    percent(quality.exactMatch).padStart(7),
    percent(quality.editSimilarity).padStart(7),
    ...(['10', '20', '30', '50'] as const).map((share) => percent(at[share]).padStart(6)),
  ].join(' ');
}

/** @param error expected calibration error */
function calibration(error: number | undefined): string {
  return error === undefined ? '' : `; on files it has not seen, its percentages are off by ${percent(error)}`;
}

const names = {
  ngram: 'n-grams alone',
  base: 'base + n-grams',
  earlier: 'earlier + n-grams',
  adapted: 'adapted + n-grams',
};

/** A model was adapted, and another stays. */
export function isRolledBack({ quality, chosenFrom = quality, used }: NeuralReport): boolean {
  return chosenFrom.adapted !== undefined && used !== 'adapted';
}

function neuralLines(neural: NeuralReport): string[] {
  const { quality, why, used, training, peakMemoryBytes } = neural;
  const rows = (['ngram', 'base', 'earlier', 'adapted'] as const).flatMap((name) => {
    const measured = quality[name];
    return measured ? [`${qualityLines(names[name], measured)}${name === used ? '  in use' : ''}`] : [];
  });
  const stays = used === 'base' ? 'the base' : 'the earlier model';
  const verdict = used === 'adapted' ? 'kept' : isRolledBack(neural) ? `rolled back to ${stays}` : `in use is ${stays}`;
  const choice = Object.entries(neural.chosenFrom ?? {}).map(
    ([name, { exactMatch }]) => `${names[name as keyof typeof names]} ${percent(exactMatch)}`,
  );
  const chosenBy = choice.length > 1 ? [`  lines right where it was chosen by: ${choice.join(', ')}`] : [];
  const lines = [columns, ...rows, `  ${verdict}: ${why}`, ...chosenBy];
  const memory = `${Math.round(peakMemoryBytes / 1e6)} MB at the engine's peak`;
  if (!training) return [...lines, `  not trained; ${memory}`];
  const { loss, steps, tokens, tokensPerEpoch, tokensPerSecond, minutes, stopped } = training;
  const ends = {
    finished: 'to the end',
    'no-improvement': 'until it got no better',
    'out-of-time': 'until its time was up',
  };
  return [
    ...lines,
    `  loss on held-out files ${loss ? `${loss.before.toFixed(3)} before, ${loss.after.toFixed(3)} after (nats per token)` : 'not measured: none were held out'}`,
    `  ${counted(steps, 'step')} ${ends[stopped]}: ${thousands(tokens)} tokens, ${(tokens / tokensPerEpoch).toFixed(1)} times all samples, in ${minutes.toFixed(1)} minutes, ${thousands(tokensPerSecond)} tokens/s`,
    `  ${training.method} of ${(training.parameters / 1e6).toFixed(1)} M parameters (${training.methodReason}) on ${training.device} (${training.deviceReason}); ${memory}`,
  ];
}

/** Plain text, 100 columns or so, a section per question that a reader would ask. */
export function renderReport(report: AdaptReport): string {
  const { harvest, specialist, coupling, api } = report;
  const lines: string[] = [];
  const section = (title: string) => lines.push('', title);

  lines.push(`Easy Adaptation: ${report.folder}`, outcomeOf(report));
  section('What was read');
  lines.push(
    `  ${counted(harvest.files, 'file')}, ${counted(harvest.tokens, 'token')}, ${(harvest.bytes / 1e6).toFixed(1)} MB` +
      ` (${Object.entries(harvest.byLanguage)
        .sort((a, b) => b[1] - a[1])
        .slice(0, 5)
        .map(([language, count]) => `${language} ${count}`)
        .join(', ')}); ${harvest.usedGit ? "git's view of the folder" : 'no git here: walked the folder'}`,
    `  split by file: ${report.splits.train} to train on, ${report.splits.validation} for validation (to fit and to choose by), ${report.splits.test} for the test (measured once)`,
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
    section('On files that nothing was learned from: exactly right of all lines, and of those it is surest of');
    lines.push(columns);
    lines.push(qualityLines('all places', specialist));
    for (const [kind, quality] of Object.entries(report.byKind)) lines.push(qualityLines(kind, quality));
    lines.push(`  a suggestion takes ${waits(specialist)}`);
  }

  if (report.neural) {
    section('The models side by side, on the same places');
    lines.push(...neuralLines(report.neural));
  }
  if (coupling !== undefined) {
    section('Who answers');
    lines.push(
      `  how sure the local model is: ${coupling.specialistExamples > 0 ? `learned from ${counted(coupling.specialistExamples, 'draft')}` : 'too few drafts to learn from, a stated prior stands in'}${calibration(coupling.specialistEce)}`,
      `  how likely the API is right: ${coupling.apiExamples > 0 ? `learned from ${counted(coupling.apiExamples, 'answer')}` : 'no API answers yet, a stated prior stands in'}${calibration(coupling.apiEce)}`,
      `  with ${settingOf(report)}, ${Math.round(100 * report.apiShare)} of 100 completions would go to the API`,
    );
  }
  if (api !== undefined) {
    section(`The API (${api.model})`);
    lines.push(
      `  asked ${api.asked}, failed ${api.failed}; exactly right ${percent(api.exactMatch)}, ${percent(api.editSimilarity)} alike`,
      `  an answer takes ${waits(api)}`,
      api.testPlaces === 0
        ? '  both together: too few answers to say'
        : `  both together: exactly right ${percent(api.coupledExactMatch)} with ${Math.round(100 * api.coupledApiShare)} of 100 completions sent to the API`,
    );
  }

  if (report.examples.length > 0) section('Worked completions (from the test files)');
  for (const example of report.examples) {
    lines.push(
      `  ${example.path}:${example.line + 1}`,
      `    text    ${oneLine(example.before, 70)}▏`,
      `    wrote   ${oneLine(example.truth, 70)}`,
      `    answer  ${example.answer === '' ? '(nothing)' : oneLine(example.answer, 70)}  ${example.right ? '✓' : '✗'}`,
      `    by      ${example.model}${example.latencyMs > 0 ? `, ${example.latencyMs.toFixed(1)} ms` : ''}. ${example.reason}`,
    );
  }
  for (const note of report.notes) lines.push('', `Note: ${note}`);
  const memory = `${(report.peakMemoryBytes / 1e6).toFixed(0)} MB at the peak`;
  const money = report.paid ? `, and ${paidInWords(report.paid)}` : '';
  lines.push('', `Took ${duration(report.elapsedMs)}, ${memory}${money}.`);
  return lines.join('\n');
}
