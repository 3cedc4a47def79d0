// Code models that can be downloaded: from the maker's own repository, at a fixed revision, with the file's hash.
import { readFileSync } from 'node:fs';

export interface CatalogModel {
  /** Also the name of the base. */
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  /** SPDX expression, or the licence's own name. */
  readonly licence: string;
  /** What the licence forbids, if it forbids something. */
  readonly restriction?: string;
}

/** The makers' public registry of models. */
const REGISTRY = 'https://huggingface.co';

function qwenCoder(size: string, revision: string): Pick<CatalogModel, 'id' | 'name' | 'url'> {
  const id = `qwen2.5-coder-${size.toLowerCase()}`;
  const repository = `Qwen/Qwen2.5-Coder-${size}-Instruct-GGUF`;
  return {
    id,
    name: `Qwen2.5-Coder ${size}`,
    url: `${REGISTRY}/${repository}/resolve/${revision}/${id}-instruct-q4_k_m.gguf`,
  };
}

/** Smallest first. The 0.5B is no better than the medium model that ships. */
export const catalog: readonly CatalogModel[] = [
  {
    ...qwenCoder('1.5B', 'f86cb2c1fa58255f8052cc32aeede1b7482d4361'),
    bytes: 1_117_320_768,
    sha256: 'cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046',
    licence: 'Apache-2.0',
  },
  {
    ...qwenCoder('3B', 'f74adce6aa16316c625447af059dbebe4983757c'),
    bytes: 2_104_932_800,
    sha256: '724fb256bec1ff062b2f65e4569e871ad2e95ab2a3989723d1769c54294730b7',
    licence: 'qwen-research',
    restriction: 'not for commercial use',
  },
  {
    ...qwenCoder('7B', '13fb94bfda8c8cf22497dc57b78f391a9acb426a'),
    bytes: 4_683_073_536,
    sha256: '509287f78cb4d4cf6b3843734733b914b2c158e43e22a7f4bf5e963800894d3c',
    licence: 'Apache-2.0',
  },
];

/**
 * Environment variable with the path of a JSON file that replaces the catalog in tests. Settings and workspaces cannot
 * set this variable.
 */
const VARIABLE = 'EASY_ADAPTATION_CATALOG';

/** Throws if the file that the environment variable names cannot be read. */
export function readCatalog(environment: Readonly<Record<string, string | undefined>>): readonly CatalogModel[] {
  const path = environment[VARIABLE];
  return path === undefined ? catalog : JSON.parse(readFileSync(path, 'utf8'));
}

/** Sub-folder of our storage with the downloaded files. */
export const DOWNLOADS = 'downloads';

/** The file's name at its maker, which it keeps on this disk. */
export function fileNameOf({ url }: Pick<CatalogModel, 'url'>): string {
  return new URL(url).pathname.split('/').at(-1) ?? '';
}

/**
 * Bytes of memory that serving on the CPU takes: the weights as on disk, most of them again in the processor's own
 * layout, a prompt's keys and values, and buffers. Measured with the 1.5B: see docs/base-models.md.
 */
export function servingBytes(bytes: number): number {
  return 1.75 * bytes + 0.2e9;
}
