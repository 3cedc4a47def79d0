// An adaptation's report in the panel's words.
import * as vscode from 'vscode';
import { percent, thousands } from '../../common/format.ts';
import type { LeftOutReason } from '../../harvest/types.ts';
import type { PanelComparison, PanelReport } from '../../panel/protocol.ts';
import { isRolledBack } from '../../report/text.ts';
import type { AdaptReport, MixedQuality, NeuralReport } from '../../report/types.ts';

/** One folder's last adaptation, as its session keeps it. */
export interface Reported {
  readonly folder: { readonly name: string };
  readonly report: { readonly report: AdaptReport; readonly finishedAt: number } | undefined;
  /** A server that drafts in this folder now. */
  readonly servedBy?: string | undefined;
}

export function reportsOf(sessions: readonly Reported[]): PanelReport[] {
  return sessions.flatMap(({ folder, report, servedBy }) => {
    if (report === undefined) return [];
    const shown = panelReport(report.report, folder.name, report.finishedAt);
    if (servedBy === undefined) return [shown];
    return [
      { ...shown, notes: [t('{0} drafts here now; what was measured is of this machine.', servedBy), ...shown.notes] },
    ];
  });
}

export function panelReport(report: AdaptReport, folderName: string, finishedAt: number): PanelReport {
  const { specialist, harvest } = report;
  const facts = [
    ...harvestFacts(report),
    ...specialistFacts(report),
    ...trainingFacts(report.neural),
    ...apiFacts(report),
  ];
  return {
    folder: folderName,
    finishedAt,
    facts: facts.map(([name, value]) => ({ name, value })),
    ...(report.neural && { comparison: comparison(report.neural) }),
    precision: specialist
      ? [
          ...Object.entries(specialist.precisionAt).map(([coverage, share]) => ({ coverage: `${coverage}%`, share })),
          { coverage: vscode.l10n.t('all'), share: specialist.exactMatch },
        ]
      : [],
    leftOut: Object.entries(harvest.leftOut).map(([reason, count]) => ({
      reason: leftOutName(reason as LeftOutReason),
      count,
      examples: harvest.leftOutExamples[reason as LeftOutReason] ?? [],
    })),
    examples: report.examples.map(({ path, line, before, truth, answer, model, right }) => ({
      path,
      line: line + 1,
      before,
      truth,
      answer,
      model,
      right,
    })),
    notes: report.notes,
  };
}

type Fact = readonly [name: string, value: string];
const { t } = vscode.l10n;
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

function harvestFacts({ harvest, elapsedMs }: AdaptReport): Fact[] {
  return [
    [t('Files learned from'), thousands(harvest.files)],
    [t('Tokens'), thousands(harvest.tokens)],
    [t('Secrets masked'), thousands(harvest.secretsMasked)],
    [t('Time taken'), t('{0} s', (elapsedMs / 1000).toFixed(1))],
  ];
}

function specialistFacts({ specialist, apiShare, coupling }: AdaptReport): Fact[] {
  const measured: Fact[] = specialist
    ? [
        [t('Exact match on held-out files'), percent(specialist.exactMatch)],
        [t('Edit similarity'), percent(specialist.editSimilarity)],
        [t('Local latency, p50 / p95'), `${ms(specialist.latencyP50Ms)} / ${ms(specialist.latencyP95Ms)}`],
        [t('Would go to the API'), percent(apiShare)],
      ]
    : [];
  const calibrated: Fact[] =
    coupling?.specialistEce !== undefined && coupling.specialistExamples > 0
      ? [[t('Calibration error of its confidence'), percent(coupling.specialistEce)]]
      : [];
  return [...measured, ...calibrated];
}

function trainingFacts(neural: NeuralReport | undefined): Fact[] {
  const training = neural?.training;
  if (!neural || !training) return [];
  const { loss, tokens, tokensPerSecond, minutes, method, methodReason, device, deviceReason } = training;
  const because = (what: string, why: string) => (why === '' ? what : `${what} (${why})`);
  return [
    [t('Trained for'), t('{0} min, {1} tokens', minutes.toFixed(1), thousands(tokens))],
    ...(loss ? [[t('Loss on held-out files'), `${loss.before.toFixed(2)} → ${loss.after.toFixed(2)}`] as const] : []),
    [t('Speed'), t('{0} tokens/s', thousands(tokensPerSecond))],
    [t('Method'), because(method, methodReason)],
    [t('Device'), because(device, deviceReason)],
    [t('Memory at most'), t('{0} GB', (neural.peakMemoryBytes / 1e9).toFixed(1))],
  ];
}

function comparison(neural: NeuralReport): PanelComparison {
  const { quality, used, why } = neural;
  const model = (name: string, of: MixedQuality | undefined, isUsed: boolean) => {
    if (!of) return [];
    const values = [of.exactMatch, of.precisionAt[20], of.precisionAt[50]];
    return [{ name, used: isUsed, values, ...(of.loss !== undefined && { loss: of.loss }) }];
  };
  return {
    verdict: why.charAt(0).toUpperCase() + why.slice(1),
    rolledBack: isRolledBack(neural),
    measures: [t('Exact'), '20%', '50%'],
    models: [
      ...model('n-gram', quality.ngram, false),
      ...model('base + n-gram', quality.base, used === 'base'),
      ...model(t('earlier + n-gram'), quality.earlier, used === 'earlier'),
      ...model('adapted + n-gram', quality.adapted, used === 'adapted'),
    ],
  };
}

function apiFacts({ api }: AdaptReport): Fact[] {
  if (!api) return [];
  return [
    [t('API model'), api.model],
    [t('API exact match, {0} places', api.asked), percent(api.exactMatch)],
    [t('Both together'), t('{0}, {1} sent', percent(api.coupledExactMatch), percent(api.coupledApiShare))],
    [t('API latency, p50 / p95'), `${ms(api.latencyP50Ms)} / ${ms(api.latencyP95Ms)}`],
    [t('Spent on this adaptation'), `$${api.costUsd.toFixed(4)}`],
  ];
}

function leftOutName(reason: LeftOutReason): string {
  const names: { readonly [R in LeftOutReason]: string } = {
    ignored: t('Ignored'),
    'not-a-file': t('Link or device'),
    binary: t('Binary'),
    minified: t('Minified'),
    generated: t('Generated'),
    vendored: t('Vendored'),
    'too-large': t('Too large'),
    'near-duplicate': t('Near-duplicate'),
    empty: t('Empty'),
    unreadable: t('Unreadable'),
    'changed-while-read': t('Changed while read'),
    'secret-file': t('Holds secrets'),
    'over-limit': t('Past the folder limit'),
  };
  return names[reason] ?? reason;
}
