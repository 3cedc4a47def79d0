// Which model answers in a folder now, and how the neural one is: a line for the panel and the tooltip.
import * as vscode from 'vscode';
import type { NeuralState } from '../../complete/folder-model.ts';
import type { Choice } from '../../engine/choice.ts';
import type { PanelModel } from '../../panel/protocol.ts';
import { baseStatus } from './base-status.ts';
import type { NeuralAbsence } from './window-engine.ts';

const { t } = vscode.l10n;
const alone = 'n-gram';

/** One that is served elsewhere. */
export interface ServedStatus {
  readonly host: string;
  /** It drafts here now. */
  readonly serves: boolean;
  /** Why nobody answers there. */
  readonly trouble: string | undefined;
}

export function modelStatus(
  state: NeuralState | undefined,
  absence: NeuralAbsence | undefined,
  choice: Choice | undefined,
  served?: ServedStatus,
): PanelModel {
  if (served?.serves && (state?.kind === 'ready' || state?.kind === 'opening')) {
    const detail = t('{0} drafts; the text round the cursor goes there, secrets masked', served.host);
    return { kind: state.kind === 'ready' ? 'ready' : 'starting', name: state.name, detail };
  }
  const here = modelHere(state, absence, choice);
  if (served?.trouble === undefined) return here;
  return {
    ...here,
    detail: t('{0} {1} does not draft ({2}); this machine does.', here.detail, served.host, served.trouble),
  };
}

function modelHere(
  state: NeuralState | undefined,
  absence: NeuralAbsence | undefined,
  choice: Choice | undefined,
): PanelModel {
  if (absence === 'off')
    return { kind: 'off', name: alone, detail: t('The neural model is switched off in the settings.') };
  if (absence === 'no-model') return { kind: 'off', name: alone, detail: t('This package has no neural model in it.') };
  switch (state?.kind) {
    case undefined:
    case 'off':
      return { kind: 'starting', name: alone, detail: t('The neural model starts when the folder is read.') };
    case 'opening':
      return {
        kind: 'starting',
        name: alone,
        detail: state.again ? t('The neural model is starting again.') : t('The neural model is starting.'),
      };
    case 'failed':
      return { kind: 'failed', name: alone, detail: state.failure.message };
    case 'ready': {
      const seconds = (state.loadMs / 1000).toFixed(1);
      const served = t('{0} on the processor, loaded in {1} s', state.precision, seconds);
      // What was adapted is the folder's own, whichever base the others have.
      const detail = choice && state.name === 'base' ? `${baseStatus(choice)}; ${served}` : served;
      return { kind: 'ready', name: `${state.name} + ${alone}`, detail };
    }
  }
}
