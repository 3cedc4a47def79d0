// The models that go into the package: what their manifests list, checked against what lies there. And writes such a manifest:
//
//   node build/run.mjs build/models.ts models/medium --name medium --licence Apache-2.0 --base SmolLM2-135M-Instruct
//
// Without options it brings hashes and list of files up to date, after a file was changed or added; what else it says stays.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { unwrap } from '../src/common/errors.ts';
import { sha256Of } from '../src/common/file-hash.ts';
import { listPackages, type PackageInfo } from '../src/neural/models/list.ts';
import {
  DIALECT,
  MANIFEST,
  type PackageManifest,
  parseManifest,
  readManifest,
  TOKENIZER,
  WEIGHTS,
  writeManifest,
} from '../src/neural/models/manifest.ts';
import { root } from './paths.ts';

/** SHA-256 of the sentence encoder's weights, as published. */
export const ENCODER_HASH = '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6';

/** The sentence encoder, which is no base and has no manifest: file -> its SHA-256, where its origin states one. */
const ENCODER_FILES: Readonly<Record<string, string | undefined>> = {
  LICENSE: undefined,
  'MODEL_CARD.md': undefined,
  'model.onnx': ENCODER_HASH,
  'tokenizer.json': undefined,
};

/** The files of the sentence encoder, relative to `modelsFolder`. Throws if one is missing or another than expected. */
export function encoderFiles(modelsFolder = join(root, 'models')): string[] {
  return Object.entries(ENCODER_FILES).map(([file, hash]) => {
    const path = join(modelsFolder, 'encoder', file);
    if (!existsSync(path)) throw new Error(`${path} is not there`);
    if (hash !== undefined && sha256Of(path) !== hash) throw new Error(`${path} is another file than was published`);
    return `encoder/${file}`;
  });
}

/** Every file of every model, relative to `modelsFolder`. Throws where a manifest and its folder say different things, or there is no model. */
export function modelFiles(modelsFolder = join(root, 'models')): string[] {
  const problems: string[] = [];
  const packages = listPackages(modelsFolder, (folder, { message }) => problems.push(`${folder}: ${message}`));
  if (packages.length === 0) problems.push(`there is no model in ${modelsFolder}`);
  const files = packages.flatMap((info) => {
    problems.push(...disagreements(info).map((problem) => `${info.folder}: ${problem}`));
    const name = info.folder.slice(modelsFolder.length + 1);
    return filesOf(info.manifest).map((file) => `${name}/${file}`);
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return files;
}

const filesOf = ({ files = [] }: PackageManifest) => files;

function disagreements({ folder, manifest, tokenizer }: PackageInfo): string[] {
  const there = readdirSync(folder);
  const files = filesOf(manifest);
  const missing = files.filter((file) => !there.includes(file));
  const hashes = [
    [WEIGHTS, manifest.weights],
    [TOKENIZER, manifest.tokenizer],
  ] as const;
  return [
    ...missing.map((file) => `its manifest names ${file}, which is not there`),
    ...there.filter((file) => !files.includes(file)).map((file) => `its manifest does not name ${file}`),
    ...(existsSync(tokenizer) ? [] : ['it has no tokenizer']),
    ...hashes
      .filter(([file, hash]) => there.includes(file) && sha256Of(join(folder, file)) !== hash)
      .map(([file]) => `its ${file} is another than its manifest says: node build/run.mjs build/models.ts ${folder}`),
  ];
}

function main(): void {
  const text = { type: 'string' } as const;
  const options = { name: text, licence: text, base: text };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const folder = resolve(process.env.INIT_CWD ?? process.cwd(), positionals[0] ?? '');
  const before = unwrap(readManifest(folder));
  const { name, licence } = values;
  const manifest = {
    version: 1,
    kind: 'model',
    base: null,
    dialect: DIALECT,
    stop: ['<|eom|>', '<|end|>', '<|file|>', '<|snippet|>', '<|repo|>'],
    ...before,
    ...(name !== undefined && { name }),
    ...(licence !== undefined && { licence }),
    ...(values.base !== undefined && { base: { name: values.base } }),
    weights: sha256Of(join(folder, WEIGHTS)),
    tokenizer: sha256Of(join(folder, TOKENIZER)),
    files: [...new Set([...readdirSync(folder), MANIFEST])].sort(),
  };
  // What was left out of the options is named here.
  writeManifest(folder, unwrap(parseManifest(JSON.stringify(manifest))) satisfies PackageManifest);
  console.log(`${folder}: ${manifest.files.join(', ')}`);
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
