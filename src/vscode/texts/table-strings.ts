// The table's texts, translated here because the webview has no access to the editor's language packs.

import { t } from '../editor/ui-text.ts';
import { taskStrings } from '../panel/panel-strings.ts';
import type { PanelStrings } from '../webview/protocol.ts';

/** @param isText what is said of a text is an answer in words, not a label */
export function tableStrings(isText: boolean): PanelStrings {
  return {
    ...taskStrings(),
    'table.text': t('Text'),
    'table.label': isText ? t('Answer') : t('Label'),
    'table.who': t('Who'),
    'table.sure': t('Sure'),
    'table.doubt': t('Doubt'),
    'table.inDoubt': t('in doubt'),
    'table.whole': t('The whole text'),
    'table.filters': t('Which rows are shown'),
    'table.anyone': t('anyone'),
    'table.anyLabel': t('any'),
    'table.order': t('Order'),
    'table.asInFile': t('as in the file'),
    'table.leastSure': t('least sure first'),
    'table.onlyDoubt': t('in doubt only'),
    'table.contains': t('Text contains…'),
    'table.shown': t('{0} of {1} texts', '{0}', '{1}'),
    'table.keys': isText
      ? t(
          'Arrow keys walk the rows. Enter goes to the answer; there Ctrl+Enter accepts it as it stands, Escape goes back.',
        )
      : t('Arrow keys walk the rows. A digit gives the row that label, Enter asks which.'),
    'table.accept': t('Accept'),
    'table.previewKeys': isText
      ? t('Arrow keys walk the rows. Answers come with the first run.')
      : t('Arrow keys walk the rows. Labels come with the first run.'),
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
