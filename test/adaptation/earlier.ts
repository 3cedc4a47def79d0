// Writes the storage as the version before manifests left it: an index, an adapted model with its pointer, a report
// with its router, and the outputs of an interrupted run. All use the tokens of the base of that version.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { workFolder } from '../../src/adaptation/models/folder-models.ts';
import { adapt } from '../../src/adaptation/stages/run.ts';
import type { AdaptRequest } from '../../src/adaptation/types.ts';
import { silentLog } from '../../src/common/log.ts';
import { BEFORE_MANIFESTS } from '../../src/neural/models/compatibility.ts';
import { MANIFEST, sha256Of } from '../../src/neural/models/manifest.ts';
import { openStore } from '../../src/storage/open.ts';
import { adaptation, engine as startEngine } from '../specialist/engine/helpers.ts';
import { type Script, ScriptedEngine } from './scripted-engine.ts';

/** Writes the tokenizer of that version. */
export function writeEarlierTokenizer(path: string): string {
  writeFileSync(path, gunzipSync(readFileSync(join(import.meta.dirname, '../golden/earlier/tokenizer.json.gz'))));
  if (sha256Of(path) !== BEFORE_MANIFESTS.tokenizer)
    throw new Error('this is not the tokenizer of the earlier version');
  return path;
}

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
  return ({ path, prefix, suffix }) => {
    const text = readFileSync(join(root, path), 'utf8');
    return text.slice(prefix.length, text.length - suffix.length).trimEnd();
  };
}

/**
 * @param request a request of that version, with its base and its tokenizer
 * @returns the adapted model's folder
 */
export async function writeEarlierState(request: AdaptRequest & { neural: { base: string } }): Promise<string> {
  const { specialistFolder } = request;
  const work = workFolder(specialistFolder);
  const { store } = openStore(request.storeFolder, { log: silentLog });
  const result = await adapt(request, {
    engine: new ScriptedEngine({ right: { base: 0.1, adapted: 0.9 }, truth: truthIn(request.root) }),
    llm: undefined,
    confirm: async () => false,
    record: ({ report: { madeFor: _, splits, ...report }, ...run }) => {
      const { validation: calibration, ...others } = splits;
      store.recordAdaptation(request.root, { ...run, report: { ...report, splits: { ...others, calibration } } });
    },
    signal: new AbortController().signal,
  });
  store.close();
  if (!result.ok) throw new Error(result.error.message);
  const { folder } = JSON.parse(readFileSync(join(specialistFolder, 'neural.json'), 'utf8')) as { folder: string };
  const model = join(specialistFolder, folder);
  rmSync(join(model, MANIFEST));
  await interruptedTraining(request.neural.base, work);
  return model;
}

/** Trains a few steps and leaves a checkpoint. */
async function interruptedTraining(base: string, work: string): Promise<void> {
  const stop = new AbortController();
  const engine = startEngine();
  const onProgress = (report: { kind: string; step?: number }) =>
    report.kind === 'step' && (report.step as number) >= 6 && stop.abort();
  await engine.request('adapt', adaptation(base, work), { signal: stop.signal, onProgress });
  engine.dispose();
}
