// Writes the storage of an adapted folder: an index, an adapted model with its pointer, a report with its router, and
// the outputs of an interrupted run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolder, workFolder } from '../../src/adapt/models/folder-models.ts';
import type { AdaptRequest } from '../../src/adapt/request/adapt-request.ts';
import { silentLog } from '../../src/common/log.ts';
import { openStore } from '../../src/storage/open.ts';
import { adaptation, jobEngine } from '../specialist/engine/helpers.ts';
import { reportWith, truthAt } from './project.ts';
import { RunEngine, type Script } from './scripted-engine.ts';

/** Writes a tokenizer without its last merges: it has fewer ids, and words have other tokens. */
export function writeOtherTokenizer(path: string, from: string): void {
  const json = JSON.parse(readFileSync(from, 'utf8'));
  const dropped = 600;
  const least = Object.keys(json.model.vocab).length - dropped;
  json.model.merges = json.model.merges.slice(0, -dropped);
  json.model.vocab = Object.fromEntries(Object.entries(json.model.vocab).filter(([, id]) => (id as number) < least));
  writeFileSync(path, JSON.stringify(json));
}

/** Returns the text of the file on disk at a position. */
export function truthIn(root: string): Script['truth'] {
  return (query) => truthAt(readFileSync(join(root, query.path), 'utf8'), query);
}

/**
 * Adapts to the folder, and leaves the checkpoint of an interrupted run.
 * @returns the adapted model's folder
 */
export async function writeAdaptedFolder(request: AdaptRequest & { neural: { base: string } }): Promise<string> {
  const { store } = openStore(request.storeFolder, { log: silentLog });
  await reportWith(request, {
    engine: new RunEngine({ right: { base: 0.1, adapted: 0.9 }, truth: truthIn(request.root) }),
    record: (run) => store.recordAdaptation(request.root, run),
  });
  store.close();
  await interruptedTraining(request.neural.base, workFolder(request.specialistFolder));
  return ownFolder(request.specialistFolder) as string;
}

/** Trains a few steps and leaves a checkpoint. */
async function interruptedTraining(base: string, work: string): Promise<void> {
  const stop = new AbortController();
  const onProgress = (report: { kind: string; step?: number }) =>
    report.kind === 'step' && (report.step as number) >= 6 && stop.abort();
  await jobEngine().request('adapt', adaptation(base, work), { signal: stop.signal, onProgress });
}
