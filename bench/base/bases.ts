// The bases that are measured side by side: the packages in models/ and the folders that --model names.

import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { parameterCount } from '../../src/neural/architecture/parameters.ts';
import { parseConfig } from '../../src/neural/models/config-json.ts';
import { listPackages } from '../../src/neural/models/list.ts';
import { TOKENIZER } from '../../src/neural/models/manifest.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import type { Base } from './types.ts';

const models = join(root, 'models');

/**
 * The smallest first, then those of `folders`, which need no manifest. Throws where one of them is no model.
 * @param only names, of which the first is what the others are compared with; undefined: all
 */
export function listBases(folders: readonly string[], only?: readonly string[]): Base[] {
  const shipped = listPackages(models, (folder, { message }) => {
    throw new Error(`${folder}: ${message}`);
  }).map(({ name, folder }) => baseOf(name, folder));
  const bases = [...shipped, ...folders.map((folder) => baseOf(basename(resolve(folder)), resolve(folder)))];
  const names = bases.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`Two bases are called '${twice}': rename the folder of one.`);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no base '${unknown}'. There are: ${names.join(', ')}.`);
  return only ? only.map((name) => bases[names.indexOf(name)] as Base) : bases;
}

function baseOf(name: string, folder: string): Base {
  for (const file of ['config.json', 'model.safetensors', 'tokenizer.json']) {
    if (!existsSync(join(folder, file))) {
      throw new Error(`There is no ${file} in ${folder}: name the folder of a base with --model.`);
    }
  }
  const config = unwrap(parseConfig(readFileSync(join(folder, 'config.json'), 'utf8')));
  return {
    name,
    model: folder,
    tokenizerPath: join(models, 'small', TOKENIZER),
    tokenizer: unwrap(readTokenizer(join(folder, TOKENIZER))),
    parameters: parameterCount(config),
    contextTokens: config.contextLength,
  };
}
