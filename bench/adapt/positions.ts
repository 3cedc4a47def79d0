// Places with both sides known: what a specialist drafts at the recorded cursors, what the large model wrote there, and drafts in files that
// neither a recording names nor the index holds, which calibrate the specialist alone, as in the product.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '../../src/common/errors.ts';
import { exactMatch } from '../../src/common/quality.ts';
import {
  draftOptions,
  isBeginning,
  matchesTruth,
  shownDraft,
} from '../../src/prompts/completion/completion-position.ts';
import { cutsOf } from '../../src/prompts/completion/cuts.ts';
import { positionFactsOf, type RouterExample } from '../../src/routing/features.ts';
import type { EngineClient } from '../../src/specialist/engine/engine-client.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { source } from '../base/specialist.ts';
import type { Base } from '../base/types.ts';
import { spread } from '../common/engines.ts';
import type { PackageFile } from '../common/packages.ts';
import { askedAt, type Kind, type RecordedPosition } from '../common/recordings.ts';
import { samplePositions } from '../common/sampled-positions.ts';
import type { Replayed } from './replay.ts';

/** Places of a package's other files that the specialist is calibrated on. */
const calibrated = 200;

/** A place and all that is known of it. */
export interface Sided extends RouterExample {
  readonly file: string;
  readonly truth: string;
  /** Of the API's answer, as it would be shown; undefined where nobody asked it. */
  readonly answer: string | undefined;
}

export interface Package {
  readonly name: string;
  readonly kind: Kind;
  readonly recorded: readonly Sided[];
  readonly calibration: readonly Sided[];
  /** Of the process that trained its specialist, at its peak; absent: nothing was trained. */
  readonly trainingBytes?: number;
}

/** What the specialist of a package is made from. */
export interface Made {
  /** Folder of the model. */
  readonly model: string;
  /** Files that model and calibration's index were made of, and those that they were not. */
  readonly train: readonly PackageFile[];
  readonly held: readonly PackageFile[];
  /** See `Package`. */
  readonly trainingBytes?: number;
}

/** Drafts everywhere in a package. At the recorded cursors the index holds every file that no recording names, as in the product after a run. */
export async function draftPackage(
  engines: readonly EngineClient[],
  base: Base,
  { recording, positions }: Replayed,
  { model, train, held, trainingBytes }: Made,
  scratch: string,
): Promise<Package> {
  const name = recording.kind === 'renamed' ? 'renamed' : recording.package;
  const folder = mkdtempSync(join(scratch, 'index-'));
  const draft = async (files: readonly PackageFile[], at: readonly At[], what: string): Promise<Sided[]> => {
    const snapshot = join(folder, `${what}.ngram`);
    writeFileSync(snapshot, NgramModel.build(files, base.tokenizer).serialize());
    for (const engine of engines) unwrap(await engine.request('open', source(base, name, model, snapshot)));
    const ask = (engine: EngineClient, position: At) => sided(engine, name, position);
    const answers = await spread(engines, at, ask, `${base.name} on ${name}, ${what}`);
    for (const engine of engines) unwrap(await engine.request('close', { key: name }));
    return answers;
  };
  return {
    name,
    kind: recording.kind,
    recorded: await draft(recording.others, positions, 'recorded'),
    calibration: await draft(train, samplePositions(held, calibrated, 1), 'calibration'),
    ...(trainingBytes !== undefined && { trainingBytes }),
  };
}

type At = Pick<RecordedPosition, 'path' | 'prefix' | 'suffix' | 'truth'> & { readonly completion?: string };

async function sided(engine: EngineClient, key: string, at: At): Promise<Sided> {
  const asked = askedAt(at);
  const request = { key, query: asked.query, options: draftOptions(asked) };
  const draft = shownDraft(unwrap(await engine.request('draft', request)), asked);
  const { completion: answer, truth } = at;
  const written = truth + at.suffix;
  return {
    path: join(key, at.path),
    file: at.path,
    draft,
    truth,
    answer,
    position: positionFactsOf(asked.query),
    specialistRight: matchesTruth(draft.text, truth),
    cuts: cutsOf(draft, asked).map((cut) => ({ draft: cut, right: isBeginning(cut.text, written) })),
    ...(answer !== undefined && { apiRight: exactMatch(answer, truth) }),
  };
}
