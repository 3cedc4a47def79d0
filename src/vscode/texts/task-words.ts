// Formats the results of a text task's run for the panel.
import type { TaskReport } from '../../text-tasks/task-report.ts';
import { joined, sentences, t, type UiText } from '../editor/ui-text.ts';
import type { PanelTask } from '../webview/protocol.ts';

export function panelTask(report: TaskReport): PanelTask {
  const { task, finishedAt, output, model, texts, byPerson, byApi, inDoubt, curve, operating } = report;
  const { runUsd, soFarUsd, restUsd } = report;
  return {
    name: task,
    isText: output === 'text',
    ...{ finishedAt, texts, byPerson, byApi, inDoubt, curve, runUsd, soFarUsd },
    ...(model !== undefined && { model }),
    ...(operating !== undefined && { operating }),
    ...(restUsd !== undefined && { restUsd }),
    notes: notesOf(report),
  };
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
  return [
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
