// An adaptation's report in the panel's words.

import { isRolledBack } from '../../adaptation/report/phrases.ts';
import type { AdaptReport, MixedQuality, NeuralReport } from '../../adaptation/report/types.ts';
import { duration, percent, thousands } from '../../common/format.ts';
import type { LeftOutReason } from '../../workspace/files/types.ts';
import { t } from '../editor/ui-text.ts';
import type { PanelComparison, PanelReport } from '../webview/protocol.ts';

/** One folder's last adaptation, as its session keeps it. */
export interface ReportedFolder {
  readonly folder: { readonly name: string };
  readonly report: { readonly report: AdaptReport; readonly finishedAt: number } | undefined;
  /** A server that drafts in this folder now. */
  readonly servedBy?: string | undefined;
}

export function reportsOf(sessions: readonly ReportedFolder[]): PanelReport[] {
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
  const facts = [...harvestFacts(report), ...specialistFacts(report), ...apiFacts(report)];
  return {
    folder: folderName,
    finishedAt,
    facts: facts.map(([name, value]) => ({ name, value })),
    numbers: numbers(report).map(([name, value, meaning]) => ({ name, value, meaning })),
    ...(report.neural && { comparison: comparison(report.neural) }),
    precision: specialist
      ? [
          ...Object.entries(specialist.precisionAt).map(([coverage, share]) => ({ coverage: `${coverage}%`, share })),
          { coverage: t('all'), share: specialist.exactMatch },
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
const ms = (value: number | undefined) => (value ? `${value < 10 ? value.toFixed(1) : Math.round(value)} ms` : '–');

function harvestFacts({ harvest, elapsedMs, neural }: AdaptReport): Fact[] {
  return [
    [t('Files learned from'), thousands(harvest.files)],
    ...(harvest.secretsMasked > 0 ? [[t('Secrets redacted'), thousands(harvest.secretsMasked)] as const] : []),
    [t('Took'), duration(elapsedMs)],
    ...(neural?.training ? [[t('Of which training'), duration(60_000 * neural.training.minutes)] as const] : []),
  ];
}

function specialistFacts({ specialist }: AdaptReport): Fact[] {
  if (!specialist) return [];
  return [
    [t('Lines exactly right in files it has not seen'), percent(specialist.exactMatch)],
    [t('A suggestion takes'), ms(specialist.latencyP50Ms)],
  ];
}

type Figure = readonly [name: string, value: string, meaning: string];

/** What the words above rest on, each with what it means. */
function numbers({ harvest, specialist, coupling, neural, api }: AdaptReport): Figure[] {
  return [
    [t('Tokens'), thousands(harvest.tokens), t('pieces of words that the models read: three or four characters each')],
    ...(specialist
      ? [
          [
            t('Edit similarity'),
            percent(specialist.editSimilarity),
            t('how alike a suggested line and the written one are, on average'),
          ] as const,
          [t('95th percentile'), ms(specialist.latencyP95Ms), t('one suggestion in twenty takes longer')] as const,
        ]
      : []),
    ...(coupling?.specialistEce !== undefined && coupling.specialistExamples > 0
      ? [
          [
            t('Calibration error'),
            percent(coupling.specialistEce),
            t('by so much “60% sure” and the like are off, on average'),
          ] as const,
        ]
      : []),
    ...trainingNumbers(neural),
    ...(api
      ? [[t('API, 95th percentile'), ms(api.latencyP95Ms), t('one answer of the API in twenty takes longer')] as const]
      : []),
  ];
}

function trainingNumbers(neural: NeuralReport | undefined): Figure[] {
  const training = neural?.training;
  if (!neural || !training) return [];
  const { loss, tokens, tokensPerSecond, method, methodReason, device, deviceReason } = training;
  return [
    ...(loss
      ? [
          [
            t('Loss'),
            `${loss.before.toFixed(2)} → ${loss.after.toFixed(2)}`,
            t('how badly it foresees held-out text, before and after training: the less, the better'),
          ] as const,
        ]
      : []),
    [t('Read in training'), t('{0} tokens', thousands(tokens)), t('{0} a second', thousands(tokensPerSecond))],
    [t('Method'), method, methodReason],
    [t('Trained on'), device, deviceReason],
    [t('Memory'), t('{0} GB', (neural.peakMemoryBytes / 1e9).toFixed(1)), t('at most, while it trained')],
  ];
}

function comparison(neural: NeuralReport): PanelComparison {
  const { quality, used, why } = neural;
  const model = (name: string, of: MixedQuality | undefined, isUsed: boolean) => {
    if (!of) return [];
    const values = [of.exactMatch, of.precisionAt[20], of.precisionAt[50]];
    return [{ name, used: isUsed, values }];
  };
  return {
    verdict: why.charAt(0).toUpperCase() + why.slice(1),
    rolledBack: isRolledBack(neural),
    measures: [t('All'), '20%', '50%'],
    models: [
      ...model(t('index of your files alone'), quality.ngram, false),
      ...model(t('with the base model'), quality.base, used === 'base'),
      ...model(t('adapted earlier'), quality.earlier, used === 'earlier'),
      ...model(t('adapted'), quality.adapted, used === 'adapted'),
    ],
  };
}

function apiFacts({ api, apiShare, paid }: AdaptReport): Fact[] {
  const spent: Fact[] = paid ? [[t('Spent on this adaptation'), `$${paid.usd.toFixed(4)}`]] : [];
  if (!api) return spent;
  const of100 = (share: number) => t('{0} of 100', Math.round(100 * share));
  return [
    [t('Completions that would go to the API'), of100(apiShare)],
    [t('{0}: lines exactly right, of {1}', api.model, api.asked), percent(api.exactMatch)],
    [
      t('Both together'),
      api.testPlaces === 0
        ? t('too few answers to say')
        : t('{0}, {1} by the API', percent(api.coupledExactMatch), of100(api.coupledApiShare)),
    ],
    [t('An answer of the API takes'), ms(api.latencyP50Ms)],
    ...spent,
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
