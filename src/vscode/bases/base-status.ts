// The selected base model with its reason, and the local model in use with its state, as phrases for panel and tooltip.
import type { Timing } from '../../specialist/engine/engine-protocol.ts';
import type { NeuralState } from '../../suggest/neural-model.ts';
import { joined, sentences, t, type UiText } from '../editor/ui-text.ts';
import type { PanelModel } from '../webview/protocol.ts';
import type { BaseChoice, BaseReason, Obstacle } from './bases.ts';
import type { NeuralAbsence } from './window-engine.ts';

/** Longest latency of a line that is shown while the user types, and of one in a short pause in typing, ms. */
const TYPING_LINE_MS = 250;
const PAUSE_LINE_MS = 1000;
/** Latency of a new prompt from which users are told of it, ms. */
const LONG_PROMPT_MS = 1000;

/** '310 ms', '46 s'. */
export const durationText = (ms: number) =>
  ms < 1000 ? t('{0} ms', Math.round(ms)) : t('{0} s', ms < 10_000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000));

/** 'medium (fast enough here: 62 ms for a line, 340 ms for the first one at a new place)'. */
function baseStatus({ base, reason }: BaseChoice): string {
  return t('{0} ({1})', base.name, reasonText(reason));
}

/** What the user is told of an added base before it serves. */
export function measuresText(name: string, timing: Timing): UiText {
  const { lineMs, promptMs } = timing;
  const serves = t(
    '{0} needs {1} for a line and {2} for a new prompt',
    name,
    durationText(lineMs),
    durationText(promptMs),
  );
  return joined([serves, speedText(timing)], ': ');
}

/** By the latency of a line alone: a new prompt is rare, and its latency is stated beside it. */
function speedText({ lineMs, promptMs }: Timing): UiText {
  if (lineMs > PAUSE_LINE_MS) return t('too slow to answer in a short pause, so the n-gram model answers first.');
  const atNewPlace =
    promptMs < LONG_PROMPT_MS
      ? ''
      : t('At a new place in the code, the n-gram model alone answers for {0}.', durationText(promptMs));
  return lineMs <= TYPING_LINE_MS
    ? sentences(t('fast enough to answer while you type.'), atNewPlace)
    : sentences(t('fast enough to answer in a short pause; the n-gram model answers first.'), atNewPlace);
}

function reasonText(reason: BaseReason): string {
  switch (reason.kind) {
    case 'only':
      return t('the only one in this package');
    case 'named':
      return t('chosen in the settings');
    case 'in-time':
      return t('fast enough here: {0}', timingText(reason.timing));
    case 'not-found':
      return reason.why === ''
        ? t(
            'there is no base model “{0}”; set easyAdaptation.baseModel to auto, small, medium, none or a folder',
            reason.setting,
          )
        : t('the base model in the settings cannot be used. {0}', reason.why);
    case 'instead':
      return obstacleText(reason.of, reason.obstacle);
  }
}

function obstacleText(of: string, obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'machine':
      return t('this machine has too few cores or too little free memory for the {0} model', of);
    case 'untimed':
      return t('the {0} model is timed soon', of);
    case 'slow':
      return t('the {0} model is too slow here: {1}', of, timingText(obstacle.timing));
  }
}

function timingText({ lineMs, promptMs }: Timing): UiText {
  return t('{0} for a line, {1} for the first one at a new place', durationText(lineMs), durationText(promptMs));
}

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
