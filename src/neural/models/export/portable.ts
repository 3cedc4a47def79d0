// One file that carries an adaptation elsewhere: safetensors, whose tensors are the model's own and whose metadata are JSON. Nothing in it is executed.
//
// `__metadata__`: format, version; `manifest` and `files` of the model's folder; `header`, that of its weights, so that the very bytes come back
// that the manifest's hash is of; `provenance`, `coupling`, `report`; and `sha256` of the whole file with that field's own digits as zeros.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, unwrap } from '../../../common/errors.ts';
import { replaceFile } from '../../../common/files.ts';
import { isObject } from '../../../common/schemas.ts';
import {
  ADAPTER,
  MANIFEST,
  type PackageManifest,
  parseManifest,
  readManifest,
  type Sha256,
  WEIGHTS,
} from '../manifest.ts';
import { headerBytes, readHeader } from '../safetensors.ts';

/** Where it is from, for people. */
export interface Provenance {
  /** Of Easy Adaptation. */
  readonly version: string;
  /** Its folder's name. */
  readonly folder: string;
  /** ms since 1970. */
  readonly finishedAt: number;
  readonly base: string;
  readonly files: number;
  readonly tokens: number;
}

export interface Carried {
  readonly manifest: PackageManifest;
  /** The JSON files of the model's folder, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly provenance: Provenance;
  /** JSON, as the store has it. */
  readonly coupling: string;
  readonly report: string;
}

const FORMAT = 'easy-adaptation';
const VERSION = 1;
const ZEROS = '0'.repeat(64);
/** Bytes of a header, more than any of ours; and of the tensors: what no base of ours comes near. */
const MOST = { header: 16 << 20, data: 8 * 2 ** 30 };
const CHUNK = 1 << 20;

function damaged(why: string, cause?: unknown): CodedError {
  return new CodedError('corrupt', `This file holds no usable adaptation: ${why}. Export it again.`, {
    cause,
  });
}

/**
 * Writes `carried` and the weights in `model` to `path`, replacing it atomically. Throws CodedError and errors of the
 * file system. Returns the bytes written.
 */
export function writePortable(
  path: string,
  model: string,
  carried: Carried,
): { readonly bytes: number; readonly sha256: Sha256 } {
  const weights = join(model, carried.manifest.kind === 'model' ? WEIGHTS : ADAPTER);
  const file = openSync(weights, 'r');
  try {
    const size = fstatSync(file).size;
    const start = Buffer.alloc(8);
    readSync(file, start, 0, 8, 0);
    const length = Number(start.readBigUInt64LE());
    if (length > Math.min(MOST.header, size - 8)) throw damaged('its weights are no safetensors file');
    const text = Buffer.alloc(length);
    readSync(file, text, 0, length, 8);
    const { __metadata__: _, ...tensors } = JSON.parse(text.toString('utf8')) as Record<string, unknown>;
    const headWith = (sha256: Sha256) => {
      const metadata = {
        ...{ format: FORMAT, version: String(VERSION), sha256, header: text.toString('utf8') },
        manifest: JSON.stringify(carried.manifest),
        files: JSON.stringify(carried.files),
        provenance: JSON.stringify(carried.provenance),
        coupling: carried.coupling,
        report: carried.report,
      };
      return headerBytes({ __metadata__: metadata, ...tensors });
    };
    const data = () => chunks(file, 8 + length, size);
    const hash = createHash('sha256').update(headWith(ZEROS));
    for (const piece of data()) hash.update(piece);
    const sha256 = hash.digest('hex');
    const head = headWith(sha256);
    replaceFile(
      path,
      (function* () {
        yield head;
        yield* data();
      })(),
    );
    return { bytes: head.length + size - 8 - length, sha256 };
  } finally {
    closeSync(file);
  }
}

function* chunks(file: number, from: number, to: number): Generator<Uint8Array> {
  const piece = Buffer.alloc(CHUNK);
  for (let at = from; at < to; ) {
    const read = readSync(file, piece, 0, Math.min(CHUNK, to - at), at);
    if (read === 0) throw damaged('its weights got shorter while they were read');
    at += read;
    yield piece.subarray(0, read);
  }
}

/** What a file says of itself, checked, and its tensors still to come. */
export interface OpenedExchange {
  readonly carried: Carried;
  /**
   * The bytes of the file of weights that the manifest's hash is of. Throws CodedError 'corrupt' if it is truncated,
   * longer than stated, or has another hash.
   */
  readonly weights: () => AsyncGenerator<Uint8Array>;
}

/**
 * Reads the header alone; allocates nothing for its claims. Throws CodedError 'corrupt', 'newer-version', and as
 * `parseManifest`.
 * @param pieces of the file from its beginning; each is used up before the next is requested
 */
export async function openPortable(pieces: AsyncIterable<Uint8Array>): Promise<OpenedExchange> {
  const source = pieces[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  let have = 0;
  const upTo = async (bytes: number, why: string) => {
    while (have < bytes) {
      const next = await source.next();
      if (next.done) throw damaged(why);
      held.push(Buffer.from(next.value));
      have += next.value.length;
    }
    const all = Buffer.concat(held);
    held.splice(0, held.length, all);
    return all;
  };
  const length = Number((await upTo(8, 'it is too short')).readBigUInt64LE());
  if (length > MOST.header) throw damaged('it is no safetensors file');
  const all = await upTo(8 + length, 'its header is cut off');
  const head = all.subarray(0, 8 + length);
  const { text, metadata, end } = unpacked(head.subarray(8));
  const { carried, sha256, header } = carriedIn(metadata, text);
  return {
    carried,
    weights: async function* () {
      const zeroed = Buffer.from(head);
      const at = head.indexOf(`"sha256":"${sha256}"`) + '"sha256":"'.length;
      zeroed.write(ZEROS, at);
      const hash = createHash('sha256').update(zeroed);
      const original = Buffer.from(header);
      const start = Buffer.alloc(8);
      start.writeBigUInt64LE(BigInt(original.length));
      yield start;
      yield original;
      let got = 0;
      const take = (piece: Uint8Array) => {
        got += piece.length;
        if (got > end) throw damaged('it is longer than it says');
        hash.update(piece);
        return piece;
      };
      if (all.length > head.length) yield take(all.subarray(head.length));
      for (let next = await source.next(); !next.done; next = await source.next()) yield take(next.value);
      if (got < end) throw damaged('its end is missing');
      if (hash.digest('hex') !== sha256) throw damaged('its bytes are not those that were exported');
    },
  };
}

function unpacked(header: Uint8Array) {
  const { metadata, entries } = readHeader(header, MOST.data);
  const end = entries.reduce((most, entry) => Math.max(most, entry.end), 0);
  return { text: JSON.stringify(entries), metadata, end };
}

function carriedIn(metadata: Readonly<Record<string, string>>, entries: string) {
  const {
    format,
    version,
    sha256 = '',
    header = '',
    manifest = '',
    provenance = '',
    coupling = '',
    report = '',
  } = metadata;
  if (format !== FORMAT) throw damaged('it is a safetensors file of something else');
  if (Number(version) > VERSION)
    throw new CodedError(
      'newer-version',
      'This adaptation was exported by a later version of Easy Adaptation. Update the extension.',
    );
  if (!/^[0-9a-f]{64}$/.test(sha256) || sha256 === ZEROS) throw damaged('it bears no hash');
  // The weights' own header is taken over as it is, so it may claim no other tensors.
  if (JSON.stringify(readHeader(Buffer.from(header), MOST.data).entries) !== entries)
    throw damaged('its two headers disagree');
  const facts = object(provenance, 'provenance');
  const { version: by, folder, finishedAt, base, files, tokens } = facts;
  const texts = [by, folder, base].every((value) => typeof value === 'string' && value.length < 300);
  const numbers = [finishedAt, files, tokens].every((value) => Number.isFinite(value));
  if (!texts || !numbers) throw damaged('it does not say where it is from');
  const carried: Carried = {
    manifest: unwrap(parseManifest(manifest)),
    files: filesIn(object(metadata.files ?? '', 'files')),
    provenance: facts as unknown as Provenance,
    ...{ coupling, report },
  };
  return { carried, sha256, header };
}

function json(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(`its ${what} is no JSON`, cause);
  }
}

function object(text: string, what: string): Record<string, unknown> {
  const value = json(text, what);
  if (isObject(value)) return value;
  throw damaged(`its ${what} is no object`);
}

/** Names of ours, no paths to elsewhere, and JSON alone. */
function filesIn(files: Record<string, unknown>): Record<string, string> {
  for (const [name, text] of Object.entries(files)) {
    if (!/^[\w][\w.-]*\.json$/.test(name) || name === MANIFEST || typeof text !== 'string')
      throw damaged('it carries a file that is none of ours');
    json(text, 'settings');
  }
  return files as Record<string, string>;
}

/** What is beside the weights. Throws what the file system throws. */
export function jsonFilesOf(model: string, { files }: PackageManifest): Record<string, string> {
  const own = files.filter((name) => name.endsWith('.json') && name !== MANIFEST);
  return filesIn(Object.fromEntries(own.map((name) => [name, readFileSync(join(model, name), 'utf8')])));
}

/** Throws CodedError. */
export function manifestOf(model: string): PackageManifest {
  const manifest = unwrap(readManifest(model));
  if (manifest) return manifest;
  throw new CodedError(
    'corrupt',
    'This model is from an earlier version and does not say which base it was made for. Run "Adapt to This Repo" again.',
  );
}
