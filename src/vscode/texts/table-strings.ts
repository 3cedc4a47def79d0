// The texts of a text task's table, translated here because a webview has no access to the editor's language packs.
import { t } from '../editor/ui-text.ts';
import { taskStrings } from '../panel/panel-strings.ts';
import type { PanelStrings } from '../webview/protocol.ts';

/** @param isText whether answers are texts instead of labels */
export function tableStrings(isText: boolean): PanelStrings {
  return {
    ...taskStrings(),
    'table.text': t('Text'),
    'table.label': isText ? t('Answer') : t('Label'),
    'table.source': t('Source'),
    'table.confidence': t('Confidence'),
    'table.doubt': t('Doubt'),
    'table.inDoubt': t('in doubt'),
    'table.fullText': t('Full text'),
    'table.filters': t('Rows shown'),
    'table.anySource': t('any'),
    'table.anyLabel': t('any'),
    'table.order': t('Order'),
    'table.asInFile': t('as in the file'),
    'table.leastConfident': t('least confident first'),
    'table.onlyDoubt': t('in doubt only'),
    'table.contains': t('Text contains…'),
    'table.shown': t('{0} of {1} texts', '{0}', '{1}'),
    'table.keys': isText
      ? t('Arrow keys move between rows. Enter edits the answer; Ctrl+Enter accepts it, Escape goes back.')
      : t('Arrow keys move between rows. A digit sets that label, Enter shows all labels.'),
    'table.accept': t('Accept'),
    'table.previewKeys': isText
      ? t('Arrow keys move between rows. Run the task to get answers.')
      : t('Arrow keys move between rows. Run the task to get labels.'),
    'table.corrected': isText ? t('Accepted.') : t('Labelled as {0}.', '{0}'),
    'table.corrections': isText
      ? t('{0} answers accepted: the next run learns from them.', '{0}')
      : t('{0} corrections: the next run learns from them.', '{0}'),
    'table.corrections.one': isText
      ? t('One answer accepted: the next run learns from it.')
      : t('One correction: the next run learns from it.'),
    'source.person': t('person'),
    'source.api': t('large model'),
    'source.specialist': t('local model'),
  };
}
