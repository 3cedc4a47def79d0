// The local model in the editor: which base serves, models to get, and what this machine could serve.
import type { Api } from '../api/api.ts';
import type { Surface } from '../editor/surface.ts';
import { chooseBase } from './choose-base.ts';
import { getModel } from './get-model.ts';
import type { ImportBaseDeps } from './import-base.ts';
import type { MachineCard } from './machine-card.ts';

export interface LocalModelDeps extends ImportBaseDeps {
  readonly machineCard: MachineCard;
  readonly api: Pick<Api, 'state' | 'question'>;
}

export function localModel(deps: LocalModelDeps): Surface {
  const { api, machineCard } = deps;
  return {
    commands: {
      chooseBase: () => chooseBase(deps),
      getCodeModel: () => getModel(deps),
      declineMachineCard: () => machineCard.decline(),
    },
    inPanel: ['getCodeModel', 'declineMachineCard'],
    notices: (folder) => {
      const notice = machineCard.notice(api.state(folder), api.question(folder));
      return notice ? [notice] : [];
    },
  };
}
