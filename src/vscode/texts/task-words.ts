// What a run of a text task came to, in the panel's words.
import type { TaskReport } from '../../text-tasks/task-report.ts';
import { t } from '../editor/ui-text.ts';
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

function notesOf(report: TaskReport): string[] {
  const { curve, operating, stopped } = report;
  const { measured, none, bound } = report.output === 'text' ? answerNotes(report) : labelNotes(report);
  return [
    curve.length > 0 ? measured : none,
    ...(operating === undefined ? [] : [bound]),
    ...(stopped === undefined ? [] : [t('The large model was not asked to the end: {0}', stopped)]),
  ];
}

function answerNotes({ judgedOn, judgedBy, loss }: TaskReport) {
  const measured =
    judgedBy === 'person'
      ? t(
          'Measured on {0} texts that have an accepted answer and one of the large model, too: how many characters are the same (edit similarity), each by models that had not seen it.',
          judgedOn,
        )
      : t(
          'Measured on {0} texts that the large model answered: its word counts as right, since nobody has accepted an answer yet.',
          judgedOn,
        );
  const none = t('Nothing says yet how good the drafts of this machine are: no text has an answer of the large model.');
  const bound = t(
    "What stays local is expected to be less like the accepted answer than the large model's by {0} at most: an average over texts like those that were measured, no promise for one of them.",
    `${(100 * (loss ?? 0)).toFixed(1)}%`,
  );
  return { measured, none, bound };
}

function labelNotes({ judgedOn, judgedBy, loss }: TaskReport) {
  const measured =
    judgedBy === 'person'
      ? t(
          'Measured on {0} texts that people labelled and the large model, too; each by models that had not seen it.',
          judgedOn,
        )
      : t(
          'Measured on {0} texts that the large model labelled: its word counts as right, since nobody else has said anything.',
          judgedOn,
        );
  const none = t(
    'Nothing says yet how far the local model can be trusted: no text has both a label and an answer of the large model.',
  );
  const bound = t(
    'What stays local, is wrong, and would have been right at the large model is expected to be {0} of the texts at most: an average over texts like those that were measured, no promise for one of them.',
    `${(100 * (loss ?? 0)).toFixed(1)}%`,
  );
  return { measured, none, bound };
}
