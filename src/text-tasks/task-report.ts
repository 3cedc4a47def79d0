// The result of a text task's run: sources of labels, accuracy for each share of texts sent to the API, and costs.

import { mean } from '../common/quality.ts';
import { type Interval, interval, shareInterval } from '../common/statistics/bootstrap.ts';
import type { RaceState } from '../common/statistics/race.ts';
import type { EvidenceForm } from '../prompts/label/label-prompt.ts';
import { accuracyAt, type Judged, type Risk } from '../routing/local-or-large.ts';
import type { ComparedForms } from './choose-form.ts';
import type { ExpectedAccuracy } from './expected-accuracy.ts';
import type { LabelQuality } from './label-quality.ts';
import { MOST_LEARNED } from './learn.ts';
import type { MeasuredTaskData } from './rows.ts';

/** What is right on held-back texts, 0..1; for answers that are texts, the mean similarity to accepted ones. */
export interface CheckedAnswers extends Interval {
  /** 'both': texts with a large expected gain are sent to the large model. */
  readonly by: 'local' | 'large' | 'both';
  /** By the router, which has not seen these texts' labels. */
  readonly expected: number;
  /** By the labels, with a 95% interval. */
  readonly right: number;
  /** 95% interval of the difference from the previous one in the list; absent: the first. */
  readonly difference?: Interval;
}

export interface TaskReport {
  readonly task: string;
  /** 'text' if answers are texts, measured by similarity to accepted ones. Absent: labels. */
  readonly output?: 'text';
  /** End of the run, ms since 1970. */
  readonly finishedAt: number;
  /** Path of the results, relative to the folder. */
  readonly path: string;
  /** Of the source file; absent: the texts are in several files. */
  readonly encoding?: string;
  /** Sentences: how the source was read, and mistakes in it that the user has accepted. */
  readonly found?: readonly string[];
  readonly texts: number;
  readonly byPerson: number;
  readonly byApi: number;
  readonly inDoubt: number;
  /** The large model that answered; absent: none. */
  readonly model?: string;
  /**
   * Share of right answers, 0..1, by share of calls. It is measured on `judgedOn` texts with labels of people, or of
   * the API if there are none. Empty: no such texts.
   */
  readonly curve: readonly { readonly share: number; readonly right: number }[];
  /** On the same texts: local, large and both; the large model only if people judge it. Absent: no such texts. */
  readonly checked?: readonly CheckedAnswers[];
  /** Number of texts that the local model learned from, if there were too many; absent: all. */
  readonly learnedFrom?: number;
  readonly judgedOn: number;
  readonly judgedBy: 'person' | 'api';
  /** Share of texts sent to the API at the chosen `loss`; absent: unknown. */
  readonly operating?: number;
  readonly loss?: number;
  /** What the prompts show, and what it brings; absent: not compared. */
  readonly shown?: ComparedForms;
  /** What the local model is expected to get right. Absent: it is measured (`curve`), or too few texts are labelled. */
  readonly expected?: ExpectedAccuracy;
  /** By cross-validation. Absent: answers are texts, or nothing was learned. */
  readonly byLabel?: LabelQuality;
  /** Cost of this run, US dollars. */
  readonly runUsd: number;
  /** Cost of all runs so far, US dollars. */
  readonly soFarUsd: number;
  /** Estimated cost of asking the API about all doubtful texts, US dollars; absent: unknown. */
  readonly restUsd?: number;
  /** Why the run ended early, as a sentence. */
  readonly stopped?: string;
}

/** The curve's shares of texts sent to the API. */
const SHARES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

export function curveOf(judged: readonly Judged[]): TaskReport['curve'] {
  if (judged.length === 0) return [];
  return SHARES.map((share) => ({ share, right: accuracyAt(judged, share, ({ gain }) => gain) }));
}

/** What each model was expected to get right on the held-back texts, and what it gets right by their labels. */
function checkedOn(judged: readonly Judged[], judgedBy: TaskReport['judgedBy'], risk: Risk | undefined) {
  const answers = judged.map(({ gain, beforeCall, afterCall, specialistRight, apiRight }) => {
    const local = { expected: beforeCall, right: specialistRight };
    // Its own labels are right if nobody else has labelled the texts.
    const large = { expected: judgedBy === 'api' ? 1 : afterCall, right: apiRight };
    return { local, large, both: risk && gain >= risk.keepBelow ? large : local };
  });
  const shown = (['local', 'large', 'both'] as const).filter(
    (by) => by === 'local' || (by === 'large' ? judgedBy === 'person' : risk !== undefined),
  );
  return shown.map((by, i): CheckedAnswers => {
    const right = mean(answers.map((answer) => answer[by].right));
    const previous = shown[i - 1];
    const differences = previous && answers.map((answer) => answer[by].right - answer[previous].right);
    return {
      ...{ by, expected: mean(answers.map((answer) => answer[by].expected)), right },
      ...shareInterval(right, judged.length),
      ...(differences && { difference: interval([differences], ([drawn = []]) => mean(drawn)) }),
    };
  });
}

export type MeasuredTask = Pick<
  TaskReport,
  | 'curve'
  | 'checked'
  | 'learnedFrom'
  | 'judgedOn'
  | 'judgedBy'
  | 'operating'
  | 'loss'
  | 'soFarUsd'
  | 'model'
  | 'shown'
  | 'byLabel'
>;

export function measureTask(
  { judged, judgedBy, risk, known, crossValidated = [], byLabel }: MeasuredTaskData,
  { winner, gain }: RaceState<EvidenceForm>,
): MeasuredTask {
  const paid = [...known.values()].flatMap((item) => item.paid ?? []);
  const model = paid.findLast((each) => each.model !== undefined)?.model;
  return {
    curve: curveOf(judged),
    ...(judged.length > 0 && { checked: checkedOn(judged, judgedBy, risk) }),
    ...(crossValidated.length === MOST_LEARNED && { learnedFrom: MOST_LEARNED }),
    judgedOn: judged.length,
    judgedBy,
    ...(risk && { operating: 1 - risk.localShare, loss: risk.loss }),
    ...(model !== undefined && { model }),
    ...(byLabel && { byLabel }),
    ...(gain.items > 0 && { shown: { form: winner, ...gain } }),
    soFarUsd: paid.reduce((sum, { usd = 0 }) => sum + usd, 0),
  };
}

/** Parses a stored report; undefined if a field is missing or has another type. */
export function parseReport(json: string): TaskReport | undefined {
  try {
    const report = JSON.parse(json) as Partial<TaskReport> | null;
    const numbers = [report?.finishedAt, report?.texts, report?.inDoubt, report?.runUsd, report?.soFarUsd];
    const isComplete =
      typeof report?.task === 'string' &&
      typeof report.path === 'string' &&
      numbers.every((each) => typeof each === 'number') &&
      Array.isArray(report.curve) &&
      report.curve.every(({ share, right }) => typeof share === 'number' && typeof right === 'number') &&
      (report.checked ?? []).every(({ expected, right, low, high }) =>
        [expected, right, low, high].every((each) => typeof each === 'number'),
      );
    return isComplete ? (report as TaskReport) : undefined;
  } catch {
    return undefined;
  }
}
