// The results of a text task's run in words, for the table and the command line.
import { type Chart, comparedWithPrevious, noteInWords } from '../common/chart.ts';
import { counted, percent, thousands, wholePercent } from '../common/format.ts';
import type { Interval } from '../common/statistics/bootstrap.ts';
import { dollars } from '../llm/recording.ts';
import { inWords } from './expected-accuracy.ts';
import { type DoubtedLabel, figuresOfLabels, type LabelQuality, macroF1 } from './label-quality.ts';
import type { TaskReport } from './task-report.ts';

export interface RunResults {
  /** What is right, as expected and as checked, with the sentences above it. Absent: nothing is known. */
  readonly picture?: { readonly text: readonly string[]; readonly chart: Chart };
  /** How right each label is; absent: answers are texts, or nothing was learned. */
  readonly byLabel?: LabelResults;
  /** Names with values. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Sentences: how right the answers are, how that was measured, what the bound means. */
  readonly notes: readonly string[];
}

export interface LabelResults {
  /** Labels that are seldom found: an accuracy can be high without them. */
  readonly warning?: string;
  readonly text: string;
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly names: readonly string[];
  /** Number of texts, [given label][predicted label]. */
  readonly confusion: LabelQuality['confusion'];
  /** Labelled texts whose label looks wrong, the likeliest first. */
  readonly doubted: readonly DoubtedLabel[];
}

/** What differs between the outputs of tasks. */
const words = {
  label: {
    people: 'Labelled by people',
    api: 'Labelled by the large model',
    local: 'Labelled by the local model',
    right: (sent: string, right: string) => `If the large model answers ${sent} of the texts, ${right} are right.`,
    byPeople: 'texts labelled by people and by the large model, from which nothing was learned.',
    byApi:
      'random texts labelled by the large model, from which nothing was learned. Its labels count as right because people have labelled none.',
    unknown:
      'The accuracy of the local model is unknown: no text has both a label and an answer of the large model yet.',
    bound: (loss: string) =>
      `At most ${loss} of the texts are expected to be answered locally and wrongly although the large model is right.`,
  },
  text: {
    people: 'Accepted or written by people',
    api: 'Written by the large model',
    local: 'Drafted by the local model',
    right: (sent: string, right: string) =>
      `If the large model answers ${sent} of the texts, the similarity is ${right}.`,
    byPeople:
      'texts with both an accepted answer and one of the large model, from which nothing was learned: the share of equal characters (edit similarity).',
    byApi:
      'random texts answered by the large model, from which nothing was learned. Its answers count as right because none has been accepted yet.',
    unknown: 'The quality of local drafts is unknown: no text has an answer of the large model yet.',
    bound: (loss: string) =>
      `Local answers are expected to be at most ${loss} less similar to the accepted answers than those of the large model.`,
  },
} as const;

/** Labels by source, quality against calls, costs. */
export function resultsOf(report: TaskReport): RunResults {
  const { finishedAt, output, model, texts, byPerson, byApi, inDoubt, operating } = report;
  const { runUsd, soFarUsd, restUsd } = report;
  const names = words[output ?? 'label'];
  const picture = pictureOf(report);
  return {
    ...(picture && { picture }),
    ...(report.byLabel && { byLabel: labelsInWords(report.byLabel) }),
    facts: [
      ['Finished', `${new Date(finishedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`],
      ['Large model', model ?? 'none'],
      ['Texts', thousands(texts)],
      [names.people, thousands(byPerson)],
      [names.api, thousands(byApi)],
      [names.local, thousands(texts - byPerson - byApi)],
      ['In doubt among these', thousands(inDoubt)],
      ...(operating === undefined ? [] : [['Would be sent to the large model', wholePercent(operating)] as const]),
      ['Cost of this run', price(runUsd)],
      ['Cost so far', price(soFarUsd)],
      ['Cost of sending the rest', restUsd === undefined ? '–' : price(restUsd)],
    ],
    notes: notesOf(report).filter((note) => !picture?.text.includes(note)),
  };
}

function pictureOf(report: TaskReport): RunResults['picture'] {
  const { checked, expected, judgedOn, judgedBy, output, operating = 0 } = report;
  const figure = (right: number, { low, high }: Interval) =>
    `${wholePercent(right)} (${wholePercent(low)} to ${wholePercent(high)})`;
  if (!checked) {
    if (!expected || expected.others === 0) return undefined;
    const { right: share, low, high } = expected;
    const bar = { name: 'Local model', share, low, high, figure: `${figure(share, expected)}, expected` };
    return { text: [inWords(expected), 'Not checked: no text was held back.'], chart: { bars: [bar] } };
  }
  const names = { local: 'Local model', large: 'Large model', both: `Both, ${wholePercent(operating)} sent` };
  const bars = checked.map(({ by, right: share, low, high, expected: before, difference }) => ({
    ...{ name: names[by], share, low, high, expected: before },
    figure: `${figure(share, { low, high })}, expected ${wholePercent(before)}`,
    ...comparedWithPrevious(difference),
  }));
  const given = `${output === 'text' ? 'answers' : 'labels'} of ${judgedBy === 'person' ? 'people' : 'the large model'}`;
  const legend = `Checked on ${counted(judgedOn, 'text')} against ${given}, with the 95% interval, beside what was expected.`;
  return { text: [...rightInWords(report), legend, ...noteInWords(bars, 'texts')], chart: { bars } };
}

/** A label is seldom found if the local model finds fewer of its texts than this. */
const SELDOM = 0.5;
const MAX_NAMED = 3;

function labelsInWords(quality: LabelQuality): LabelResults {
  const { names, confusion, doubted } = quality;
  const figures = figuresOfLabels(quality);
  const texts = figures.reduce((sum, each) => sum + each.texts, 0);
  const right = confusion.reduce((sum, row, label) => sum + (row[label] as number), 0);
  const seldom = figures.flatMap(({ texts: own, recall }, label) =>
    recall !== undefined && recall < SELDOM ? [`‘${names[label]}’ (${confusion[label]?.[label]} of ${own})`] : [],
  );
  const named = [
    ...seldom.slice(0, MAX_NAMED),
    ...(seldom.length > MAX_NAMED ? [`${seldom.length - MAX_NAMED} more`] : []),
  ];
  const share = (value: number | undefined) => (value === undefined ? '–' : wholePercent(value));
  return {
    ...(seldom.length > 0 && { warning: `The local model seldom finds ${named.join(', ')}.` }),
    text: `Of ${counted(texts, 'labelled text')}, the local model gets ${wholePercent(texts === 0 ? 0 : right / texts)} right without having learned from them (cross-validation). The mean F1 of the labels, rare ones included, is ${macroF1(figures).toFixed(2)}.`,
    table: {
      head: ['Label', 'Texts', 'Precision', 'Recall', 'F1'],
      rows: figures.map(({ texts: own, precision, recall, f1 }, label) => {
        return [names[label] as string, thousands(own), share(precision), share(recall), f1?.toFixed(2) ?? '–'];
      }),
    },
    ...{ names, confusion, doubted },
  };
}

/** What is right with the texts sent that the bound asks for; nothing without a bound. */
function rightInWords({ checked, output, operating = 0 }: TaskReport): string[] {
  const both = checked?.find(({ by }) => by === 'both');
  return both ? [words[output ?? 'label'].right(wholePercent(operating), wholePercent(both.right))] : [];
}

const price = (usd: number) => (usd === 0 ? '$0' : dollars(usd));

/** The end of a run in one sentence or two. */
export function endOfRun({ task, texts, byPerson, byApi, path, expected }: TaskReport): string {
  const local = texts - byPerson - byApi;
  const sources = [
    `${byPerson} by people`,
    ...(byApi > 0 ? [`${byApi} by the large model`] : []),
    ...(local > 0 ? [`${local} by the local model`] : []),
  ];
  const counts = `${task}: ${texts} texts are done, ${sources.join(', ')}. The results are in ${path}.`;
  return expected && local > 0 ? `${counts} ${inWords(expected)}` : counts;
}

function notesOf({ curve, operating, judgedOn, judgedBy, loss = 0, expected, shown, ...report }: TaskReport) {
  const { stopped, output, encoding, found = [], learnedFrom } = report;
  const names = words[output ?? 'label'];
  const measured = `Measured on ${judgedOn} ${judgedBy === 'person' ? names.byPeople : names.byApi}`;
  const average = 'This is an average over texts like the measured ones, not a guarantee for each text.';
  return [
    curve.length > 0 ? measured : expected ? inWords(expected) : names.unknown,
    ...(operating === undefined ? [] : [`${names.bound(percent(loss))} ${average}`]),
    ...(shown ? [shownInWords(shown)] : []),
    ...(learnedFrom
      ? [`The local model learned from ${thousands(learnedFrom)} of the labels: more take minutes.`]
      : []),
    ...(encoding === 'windows-1252'
      ? ['The texts were read as Windows-1252. If letters in them are wrong, save the source as UTF-8 and run again.']
      : []),
    ...found,
    ...(stopped === undefined ? [] : [`The calls to the large model ended early: ${stopped}`]),
  ];
}

/** What the prompts show of the folder, and what it brought where that was compared. */
function shownInWords({ form, items, first, gain, low, high }: NonNullable<TaskReport['shown']>): string {
  const where = `on ${counted(items, 'text')} that people answered`;
  if (form === 'bare') return `The large model is asked bare: ${where}, nothing of this folder made it better.`;
  const what = {
    examples: 'similar texts',
    brief: 'a few similar texts and the figures of the local model',
    informed: 'similar texts and the figures of the local model',
  }[form];
  const interval = `${low.toFixed(2)} to ${high.toFixed(2)} more`;
  return `The large model is shown ${what}: ${where} it comes to ${(first + gain).toFixed(2)} instead of ${first.toFixed(2)} (${interval}).`;
}
