// The table's texts, translated here because a webview cannot access the editor's language packs.

import { t } from '../editor/ui-text.ts';
import { taskStrings } from '../panel/panel-strings.ts';
import type { PanelStrings } from '../webview/protocol.ts';

/** @param isText whether answers are texts instead of labels */
export function tableStrings(isText: boolean): PanelStrings {
  return {
    ...taskStrings(),
    'table.text': t('Text'),
    'table.label': isText ? t('Answer') : t('Label'),
    'table.who': t('Who'),
    'table.sure': t('Sure'),
    'table.doubt': t('Doubt'),
    'table.inDoubt': t('in doubt'),
    'table.whole': t('Full text'),
    'table.filters': t('Rows shown'),
    'table.anyone': t('anyone'),
    'table.anyLabel': t('any'),
    'table.order': t('Order'),
    'table.asInFile': t('as in the file'),
    'table.leastSure': t('least sure first'),
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
    'table.taught': isText
      ? t('{0} answers accepted: the next run learns from them.', '{0}')
      : t('{0} corrections: the next run learns from them.', '{0}'),
    'table.taught.one': isText
      ? t('One answer accepted: the next run learns from it.')
      : t('One correction: the next run learns from it.'),
    'who.person': t('people'),
    'who.api': t('large model'),
    'who.specialist': t('local'),
  };
}
