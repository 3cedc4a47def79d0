// Writes the files of an adapted folder (a model in use, its report in the store) without running an adaptation. The
// base is the smallest one.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root as repository } from '../../build/paths.ts';
import { activateModel, newModelFolder } from '../../src/adaptation/models/folder-models.ts';
import type { AdaptRequest } from '../../src/adaptation/types.ts';
import { silentLog } from '../../src/common/log.ts';
import { describeAdapted } from '../../src/neural/models/adapted.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import { openStore } from '../../src/storage/open.ts';
import { goldenFolder } from '../neural/architecture/golden.ts';
import { reportOf } from './report/report.ts';

export const tokenizerPath = join(repository, 'models', 'small', 'tokenizer.json');

export function writeBase(folder: string): void {
  for (const file of ['config.json', 'model.safetensors'])
    cpSync(join(goldenFolder('llama'), file), join(folder, file));
}

export function writeAdaptedFolder(
  { root, specialistFolder, storeFolder }: Pick<AdaptRequest, 'root' | 'specialistFolder' | 'storeFolder'>,
  base: string,
): void {
  const model = newModelFolder(specialistFolder);
  cpSync(base, model, { recursive: true });
  writeFileSync(join(model, 'mixture.json'), '{"gate":[1,2]}');
  describeAdapted(model, { base, tokenizer: tokenizerPath, precision: 'int8' });
  activateModel(specialistFolder, model);
  const { store } = openStore(storeFolder, { log: silentLog });
  const report = { ...reportOf(true), folder: root };
  store.recordAdaptation(root, { startedAt: 1, finishedAt: 2, report, coupling: defaultRouter() });
  store.close();
}
