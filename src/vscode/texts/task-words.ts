// The results of a text task's run in words.
import * as vscode from 'vscode';
import { percent, thousands, wholePercent } from '../../common/format.ts';
import { dollars } from '../../llm/budget.ts';
import type { TaskReport } from '../../text-tasks/task-report.ts';
import { joined, sentences, t, type UiText } from '../editor/ui-text.ts';
import type { RunResults } from '../webview/table-protocol.ts';

/** What the table shows above the rows: labels by source, quality against calls, costs. */
export function resultsOf(report: TaskReport): RunResults {
  const { finishedAt, output, model, texts, byPerson, byApi, inDoubt, operating, soFarUsd, restUsd } = report;
  const isText = output === 'text';
  const local = texts - byPerson - byApi;
  return {
    facts: [
      [t('Finished'), new Date(finishedAt).toLocaleString(vscode.env.language, dateStyle)],
      [t('Large model'), model ?? t('none')],
      [t('Texts'), thousands(texts)],
      [isText ? t('Accepted or written by people') : t('Labelled by people'), thousands(byPerson)],
      [isText ? t('Written by the large model') : t('Labelled by the large model'), thousands(byApi)],
      [isText ? t('Drafted by the local model') : t('Labelled by the local model'), thousands(local)],
      [t('In doubt among these'), thousands(inDoubt)],
      ...(operating === undefined ? [] : [[t('Would be sent to the large model'), wholePercent(operating)]]),
      [t('Cost so far'), price(soFarUsd)],
      [t('Cost of sending the rest'), restUsd === undefined ? '–' : price(restUsd)],
    ],
    notes: notesOf(report),
  };
}

const price = (usd: number) => (usd === 0 ? '$0' : dollars(usd));
const dateStyle = { dateStyle: 'medium', timeStyle: 'short' } as const;

/** What is right at the share of texts that is sent. */
function rightNow({ curve, operating, output }: TaskReport): UiText | '' {
  const right = operating === undefined ? undefined : rightAt(curve, operating);
  if (operating === undefined || right === undefined) return '';
  const [sent, share] = [wholePercent(operating), percent(right)];
  return output === 'text'
    ? t('With {0} sent now, the similarity is {1}.', sent, share)
    : t('With {0} sent now, {1} are right.', sent, share);
}

/** Linear interpolation between the points of the curve. */
export function rightAt(curve: TaskReport['curve'], share: number): number | undefined {
  const next = curve.findIndex((point) => point.share >= share - 1e-9);
  const high = curve[next];
  const low = curve[next - 1];
  if (high === undefined) return curve.at(-1)?.right;
  if (low === undefined) return high.right;
  return low.right + ((share - low.share) / (high.share - low.share)) * (high.right - low.right);
}

/** The end of a run. */
export function endOf({ task, texts, byPerson, byApi, path, expected }: TaskReport): UiText {
  const local = texts - byPerson - byApi;
  const sources = joined(
    [
      t('{0} by people', byPerson),
      byApi > 0 ? t('{0} by the large model', byApi) : '',
      local > 0 ? t('{0} by the local model', local) : '',
    ],
    ', ',
  );
  const counts = t('{0}: {1} texts are done, {2}. The results are in {3}.', task, texts, sources, path);
  return sentences(counts, expected && local > 0 ? expectedNote(expected) : undefined);
}

function expectedNote({ right, low, high, labelled }: NonNullable<TaskReport['expected']>): UiText {
  const [about, from, to] = [right, low, high].map((share) => `${Math.round(100 * share)}%`);
  return t(
    'The local model is expected to be right about {0} of its texts ({1} to {2}, by cross-validation over {3}).',
    ...[about ?? '', from ?? '', to ?? '', labelled],
  );
}

function notesOf(report: TaskReport): string[] {
  const { curve, operating, stopped, expected } = report;
  const { measured, none, bound } = report.output === 'text' ? answerNotes(report) : labelNotes(report);
  const now = rightNow(report);
  return [
    ...(now === '' ? [] : [now]),
    curve.length > 0 ? measured : expected ? expectedNote(expected) : none,
    ...(operating === undefined ? [] : [bound]),
    ...(stopped === undefined ? [] : [t('The calls to the large model ended early: {0}', stopped)]),
  ];
}

function answerNotes({ judgedOn, judgedBy, loss }: TaskReport) {
  const measuredSentence =
    judgedBy === 'person'
      ? t(
          'Share of equal characters (edit similarity) on {0} texts with both an accepted answer and one of the large model, from which nothing was learned.',
          judgedOn,
        )
      : t(
          'Measured on {0} random texts answered by the large model, from which nothing was learned. Its answers count as right because none has been accepted yet.',
          judgedOn,
        );
  const none = t('The quality of local drafts is unknown: no text has an answer of the large model yet.');
  const bound = t(
    'Local answers are expected to be at most {0} less similar to the accepted answers than those of the large model. This is an average over texts like the measured ones, not a guarantee for each text.',
    `${(100 * (loss ?? 0)).toFixed(1)}%`,
  );
  return { measured: measuredSentence, none, bound };
}

function labelNotes({ judgedOn, judgedBy, loss }: TaskReport) {
  const measuredSentence =
    judgedBy === 'person'
      ? t('Measured on {0} texts labelled by people and by the large model, from which nothing was learned.', judgedOn)
      : t(
          'Measured on {0} random texts labelled by the large model, from which nothing was learned. Its labels count as right because people have labelled none.',
          judgedOn,
        );
  const none = t(
    'The accuracy of the local model is unknown: no text has both a label and an answer of the large model yet.',
  );
  const bound = t(
    'At most {0} of the texts are expected to be answered locally and wrongly although the large model is right. This is an average over texts like the measured ones, not a guarantee for each text.',
    `${(100 * (loss ?? 0)).toFixed(1)}%`,
  );
  return { measured: measuredSentence, none, bound };
}
