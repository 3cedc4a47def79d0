// The local model in use in a folder, and the state of its neural part: a line for the panel and the tooltip.
import type { NeuralState } from '../../completion/folder-model.ts';
import type { BaseChoice } from '../../specialist/engine/choice.ts';
import { t } from '../editor/ui-text.ts';
import type { PanelModel } from '../webview/protocol.ts';
import { baseStatus } from './base-status.ts';
import type { NeuralAbsence } from './window-engine.ts';

const ngramName = 'n-gram';

export function modelStatus(
  state: NeuralState | undefined,
  absence: NeuralAbsence | undefined,
  choice: BaseChoice | undefined,
): PanelModel {
  if (absence === 'off')
    return { kind: 'off', name: ngramName, detail: t('The neural model is switched off in the settings.') };
  if (absence === 'no-model')
    return { kind: 'off', name: ngramName, detail: t('This package contains no neural model.') };
  switch (state?.kind) {
    case undefined:
    case 'off':
      return { kind: 'starting', name: ngramName, detail: t('The neural model starts after the folder is indexed.') };
    case 'opening':
      return {
        kind: 'starting',
        name: ngramName,
        detail: state.checks
          ? t('The file of the base model has changed and is checked. The neural model starts then.')
          : state.wasReady
            ? t('The neural model is starting again.')
            : t('The neural model is starting.'),
      };
    case 'failed':
      return { kind: 'failed', name: ngramName, detail: state.failure.message };
    case 'ready': {
      const seconds = (state.loadMs / 1000).toFixed(1);
      const started = t('started in {0} s', seconds);
      // An adapted model does not depend on the selected base.
      const detail = choice && state.name === 'base' ? `${baseStatus(choice)}; ${started}` : started;
      return { kind: 'ready', name: `${state.name} + ${ngramName}`, detail };
    }
  }
}
