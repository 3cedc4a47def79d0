// Which base serves and why, in a sentence for the panel and the tooltip.
import type { BaseChoice, BaseReason, Obstacle } from '../../specialist/engine/choice.ts';
import type { Timing } from '../../specialist/engine/protocol.ts';
import { t } from '../editor/ui-text.ts';

/** 'medium: a line in 62 ms, a new place in 340 ms'. */
export function baseStatus({ base, reason }: BaseChoice): string {
  return t('{0}: {1}', base.name, why(reason));
}

function why(reason: BaseReason): string {
  switch (reason.kind) {
    case 'only':
      return t('the only one that came with the extension');
    case 'named':
      return t('the setting names it');
    case 'in-time':
      return t('a line in {0} ms, a new place in {1} ms', ...shown(reason.timing));
    case 'not-found':
      return reason.why === ''
        ? t(
            'there is no model “{0}”; the setting easyAdaptation.neuralBase says auto, small, medium or a folder',
            reason.setting,
          )
        : t('the model that the setting names cannot be used. {0}', reason.why);
    case 'instead':
      return whyNot(reason.of, reason.obstacle);
  }
}

/** A missing row fails to compile. */
function whyNot(of: string, obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'untimed':
      return t('whether this machine is quick enough for the {0} model is measured when nobody types', of);
    case 'slow':
      return t(
        'with the {0} model this machine needs {1} ms for a line and {2} ms for a new place',
        of,
        ...shown(obstacle.timing),
      );
    case 'late':
      return t('lines of the {0} model have come to take {1} ms', of, Math.round(obstacle.lineMs));
    case 'battery':
      return t('on battery');
    case 'no-folder':
      return t('the {0} model is left to windows that have a folder open', of);
    case 'elsewhere':
      return t('another window has the {0} model in memory', of);
  }
}

function shown({ lineMs, promptMs }: Timing): [number, number] {
  return [Math.round(lineMs), Math.round(promptMs)];
}
