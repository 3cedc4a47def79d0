// The panel's card of the first days: which local model serves on this machine, and what could be better for it. It is
// shown until the user declines it, or has chosen a base model, a key or a server. A code model is offered where the
// machine has the cores and the memory for it and is quick; 'Get a Code Model' measures it before it serves.
import { totalmem } from 'node:os';
import { Part } from '../../common/disposable.ts';
import { type CatalogModel, catalog } from '../../neural/models/catalog.ts';
import type { ApiState } from '../api/api.ts';
import type { ConsentQuestion } from '../api/consent.ts';
import { hourPriceText } from '../api/hourly-cost.ts';
import type { Memory } from '../api/permissions.ts';
import { t, type UiText } from '../editor/ui-text.ts';
import type { PanelNotice } from '../webview/protocol.ts';
import { durationText } from './base-status.ts';
import type { BaseChoice } from './bases.ts';
import { megabytesText } from './model-list.ts';

export interface MachineCardDeps {
  readonly memory: Memory;
  /** The base that was selected automatically; undefined: none yet, or the user has chosen. */
  readonly choice: () => BaseChoice | undefined;
  /** Physical ones. */
  readonly cores: number;
  readonly onChange: () => void;
}

type LargeModel = Pick<ConsentQuestion, 'model' | 'costs'>;

const DECLINED = 'machineCardDeclined';
const CORES = 8;
/** Machines of 16 GB report a little less, bytes. */
const MEMORY = 15e9;
/** A line of medium takes at most this where a line of the smallest code model takes about 400 ms. */
const LINE_MS = 90;
/** Lines right of 100, with the n-grams (docs/benchmarks.md, 'Your own base model'). */
export const rightOf100 = { codeModel: 49, medium: 36 };

export class MachineCard extends Part<MachineCardDeps> {
  /** @param large the large model in the settings */
  notice(state: ApiState, large: LargeModel): PanelNotice | undefined {
    const choice = this.deps.choice();
    // Any other state says that a key or a server was chosen, or that nothing may be sent.
    if (state !== 'no-key' || choice === undefined || this.deps.memory.get<boolean>(DECLINED) === true)
      return undefined;
    const isOffered = this.mayServeCodeModel(choice);
    const chooseLarge = { label: t('Choose the Large Model'), command: 'chooseModel' } as const;
    const getCode = { label: t('Get a Code Model'), command: 'getCodeModel' } as const;
    const offer = isOffered ? codeModelText() : t('Nothing needs to be done.');
    return {
      kind: 'info',
      text: [servesText(choice), offer, largeModelText(large)].join('\n'),
      ...(isOffered ? { action: getCode, other: chooseLarge } : { action: chooseLarge }),
      decline: { label: t('Don’t Show Again'), command: 'declineMachineCard' },
    };
  }

  async decline(): Promise<void> {
    await this.deps.memory.update(DECLINED, true);
    this.deps.onChange();
  }

  private mayServeCodeModel({ reason }: BaseChoice): boolean {
    const isQuick = reason.kind === 'in-time' && reason.timing.lineMs <= LINE_MS;
    return isQuick && this.deps.cores >= CORES && totalmem() >= MEMORY;
  }
}

function codeModelText(): UiText {
  const [model] = catalog as readonly [CatalogModel, ...CatalogModel[]];
  return t(
    'A code model could be better: {0} ({1} to download). In our benchmark it has {2} of 100 lines right, medium {3}.',
    model.name,
    megabytesText(model.bytes),
    rightOf100.codeModel,
    rightOf100.medium,
  );
}

function servesText({ base, reason }: BaseChoice): UiText {
  if (reason.kind === 'in-time')
    return t(
      'Suggestions come from the {0} model on this machine, {1} a line as measured.',
      base.name,
      durationText(reason.timing.lineMs),
    );
  if (reason.kind === 'instead' && reason.obstacle.kind === 'slow')
    return t(
      'Suggestions come from the {0} model on this machine; {1} needs {2} a line as measured.',
      base.name,
      reason.of,
      durationText(reason.obstacle.timing.lineMs),
    );
  return t('Suggestions come from the {0} model in this window.', base.name);
}

function largeModelText({ model, costs }: LargeModel): UiText {
  if (costs === undefined || costs.isPriceGuessed)
    return t('A large model helps with harder lines: one with a key, or a free one on your own server.');
  return t(
    'A large model helps with harder lines: {0} with a key, about {1} an hour of typing as estimated, or a free one on your own server.',
    model,
    hourPriceText(costs.usdAnHour),
  );
}
