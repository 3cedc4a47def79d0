// The jobs that export and import an adaptation as one file: too large for the editor's thread.
import { createReadStream, statSync } from 'node:fs';
import {
  type Imported,
  type ImportRequest,
  importAdaptation,
  inspectExport,
  type Provenance,
  TEAM_FILE,
} from '../adaptation/exchange/export-import.ts';
import { CodedError, failed, messageOf, type Result } from '../common/errors.ts';
import { FolderReader } from '../workspace/files/folder-reader.ts';
import type { JobDeps } from './paid-llm.ts';

export interface CarriedRequest extends ImportRequest {
  /** Path that the user chose; undefined: the file that the folder ships. */
  readonly from: string | undefined;
}

export const importJob = (request: CarriedRequest, { log }: Pick<JobDeps, 'log'>): Promise<Result<Imported>> =>
  reading(request, (pieces) => importAdaptation(pieces, request, log));

export const lookJob = (request: CarriedRequest): Promise<Result<Provenance>> =>
  reading(request, (pieces) => inspectExport(pieces, request));

async function reading<T>(
  { root, from }: CarriedRequest,
  work: (pieces: AsyncIterable<Uint8Array>) => Promise<Result<T>>,
): Promise<Result<T>> {
  try {
    if (from === undefined) return await work((await FolderReader.open(root)).pieces(TEAM_FILE));
    if (!statSync(from).isFile()) return failed('unreadable', `${from} is no file.`);
    return await work(createReadStream(from));
  } catch (error) {
    if (error instanceof CodedError) return failed(error.code, error.message);
    return failed('unreadable', `${from ?? TEAM_FILE} cannot be read: ${messageOf(error)}`);
  }
}
