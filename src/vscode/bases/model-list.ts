// Rows of the lists of models.
import type { FoundModel } from '../../neural/models/import/discover-models.ts';
import type { ListRow } from '../editor/dialogs.ts';
import { joined, safeSentence, safeText, t, withIcon } from '../editor/ui-text.ts';
import { type ImportBaseDeps, importModel } from './import-base.ts';

export const megabytesText = (bytes: number) => t('{0} MB', Math.ceil(bytes / 1e6));

/** Rows for models in the folders of other programs. If a model cannot be used, its row says why. */
export function foundRows(found: readonly FoundModel[], deps: ImportBaseDeps): ListRow[] {
  return found.map(({ where, name, path, bytes, licence, problem }): ListRow => {
    if (problem !== undefined) {
      const label = withIcon('circle-slash', safeText(name));
      return { label, description: safeText(where), detail: safeSentence(problem) };
    }
    const licenceText = licence === undefined ? t('no licence stated') : t('licence as stated: {0}', licence);
    return {
      label: safeText(name),
      description: joined([safeText(where), megabytesText(bytes), licenceText], ' · '),
      detail: safeText(path),
      run: () => importModel(path, name, deps),
    };
  });
}
