// Imports a model as a package beside the shipped ones: config, weights in 4 bits, tokenizer, manifest. An interrupted
// import is resumed if the model's files are unchanged.

import { mkdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CodedError, failed, isCancelled, messageOf, ok, type Result, unwrap } from '../../../common/errors.ts';
import { replaceFile } from '../../../common/files.ts';
import { megabytes } from '../../../common/format.ts';
import { noProgress, type Progress } from '../../../common/progress.ts';
import { loadTokenizer } from '../../../text/tokenizer/load.ts';
import { parameterSpecs } from '../../architecture/parameters.ts';
import { writeConfig } from '../config-json.ts';
import { dialectFor, dialectTokens } from '../dialects.ts';
import { type PackageInfo, readPackage } from '../list.ts';
import { CONFIG, filesIn, type PackageManifest, sha256Of, TOKENIZER, WEIGHTS, writeManifest } from '../manifest.ts';
import { nameFor } from './add-gguf.ts';
import { KNOWN_KIND } from './source.ts';
import { type ModelSource, readSource } from './source-of.ts';
import { hashOf, sizeOf, writeWeights } from './write-weights.ts';

const PROGRESS_FILE = 'stand.json';
/** Room on disk beside the weights, for config, tokenizer and some reserve. */
const ROOM = 100e6;

export interface ModelImportRequest {
  /** A GGUF file, or a folder of safetensors. */
  readonly path: string;
  /** Folder of the imported bases. */
  readonly into: string;
  /** Default: the model's own name. */
  readonly name?: string;
}

export interface ImportedBase extends PackageInfo {
  /** As the file states it. */
  readonly licence: string | undefined;
  /** Some of its weights are from an earlier attempt. */
  readonly resumed: boolean;
}

/**
 * Fails with 'unreadable', 'corrupt', 'unsupported', 'unwritable', 'bad-request' if the name is taken, and 'cancelled'.
 */
export async function importModel(
  request: ModelImportRequest,
  signal: AbortSignal,
  progress: Progress = noProgress,
): Promise<Result<ImportedBase>> {
  try {
    const path = resolve(request.path);
    progress({ stage: 'Reading what the model is', done: 0, total: undefined });
    const source = await readSource(path);
    // Checked before anything is written: a model that cannot be prompted needs no weights.
    const read = loadTokenizer(source.tokenizer, `Choose another model: ${KNOWN_KIND}.`);
    if (!read.ok) return failed('unsupported', read.error.message);
    const tokenizer = read.value;
    if (tokenizer.vocabularySize > source.config.vocabSize) {
      throw new CodedError('corrupt', 'The model cannot be used: its tokenizer has more tokens than its embedding.');
    }
    const name = nameFor(request.name ?? knownAs(path, source));
    const folder = join(request.into, name);
    if (statSync(folder, { throwIfNoEntry: false })) {
      return failed(
        'bad-request',
        `There is a base '${name}' already. Give this one another name, or remove that one.`,
      );
    }
    const form = dialectFor(tokenizer);
    dialectTokens(tokenizer, form.dialect);
    return ok(await write(source, { name, folder, ...form }, signal, progress));
  } catch (error) {
    if (isCancelled(error) || signal.aborted)
      return failed('cancelled', 'Stopped. The next attempt continues from here.');
    if (error instanceof CodedError) return failed(error.code, error.message);
    return failed(
      'unwritable',
      `The base cannot be written: ${messageOf(error)}. Make room, or choose another folder.`,
    );
  }
}

interface Target extends Pick<PackageManifest, 'dialect' | 'stop'> {
  readonly name: string;
  readonly folder: string;
}

/** The file's name, which the user sees, unless it is a hash; a folder has the model's own name. */
function knownAs(path: string, { name }: ModelSource): string {
  const own = basename(path, '.gguf');
  return own === basename(path) || /^sha256-/.test(own) ? name || own : own;
}

async function write(
  source: ModelSource,
  { name, folder, dialect, stop }: Target,
  signal: AbortSignal,
  progress: Progress,
): Promise<ImportedBase> {
  const partial = `${folder}.partial`;
  const size = sizeOf(source);
  mkdirSync(partial, { recursive: true });
  const from = resumedFrom(partial, source);
  const { bavail, bsize } = statfsSync(partial);
  if (from === 0 && bavail * bsize < size + ROOM) {
    throw new CodedError(
      'unwritable',
      `The base takes ${megabytes(size + ROOM)} on disk, and ${megabytes(bavail * bsize)} are free. Make room.`,
    );
  }
  // An earlier attempt's progress is invalid once its files are overwritten.
  if (from === 0) rmSync(join(partial, PROGRESS_FILE), { force: true });
  const weights = join(partial, WEIGHTS);
  await writeWeights(weights, source, {
    ...{ form: 'int4', from, signal },
    onWritten: (_, bytes) =>
      progress({
        stage: 'Rounding its weights',
        done: bytes,
        total: size,
        detail: `${megabytes(bytes)} of ${megabytes(size)}`,
      }),
    onKept: (done) => replaceFile(join(partial, PROGRESS_FILE), [encode({ ...identityOf(source), done })]),
  });
  replaceFile(join(partial, CONFIG), [new TextEncoder().encode(writeConfig(source.config, 'float32'))]);
  replaceFile(join(partial, TOKENIZER), [encode(source.tokenizer)]);
  rmSync(join(partial, PROGRESS_FILE), { force: true });
  writeManifest(partial, {
    version: 1,
    name,
    kind: 'model',
    base: { name: source.name || name },
    weights: await hashOf(weights, signal),
    tokenizer: sha256Of(join(partial, TOKENIZER)),
    dialect,
    stop: [...new Set([...source.ends, ...stop])],
    licence: source.licence ?? 'not stated',
    precision: 'int4',
    files: filesIn(partial),
  });
  renameSync(partial, folder);
  return { ...unwrap(readPackage(folder)), licence: source.licence, resumed: from > 0 };
}

/** Must be unchanged for an attempt to be resumed. */
function identityOf({ files, config }: ModelSource): object {
  return { files, config };
}

/** Number of parameters that an earlier attempt has completely written. */
function resumedFrom(partial: string, source: ModelSource): number {
  try {
    const { done, ...identity } = JSON.parse(readFileSync(join(partial, PROGRESS_FILE), 'utf8'));
    const same = JSON.stringify(identity) === JSON.stringify(identityOf(source));
    const most = parameterSpecs(source.config).length;
    const isCount = Number.isInteger(done) && done >= 0 && done <= most;
    if (same && isCount && statSync(join(partial, WEIGHTS)).size >= sizeOf(source, done)) return done;
  } catch {
    // There was none.
  }
  return 0;
}

const encode = (json: unknown) => new TextEncoder().encode(`${JSON.stringify(json)}\n`);
