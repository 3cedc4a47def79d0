// Lists what a package holds as a CycloneDX bill of materials: npm packages with the hashes of package-lock.json, and models.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { unwrap } from '../src/common/errors.ts';
import { MANIFEST, parseManifest } from '../src/neural/models/manifest.ts';
import { type LockRows, locked, lockRows } from './lock.ts';
import { ENCODER_HASH } from './models.ts';
import type { Packed } from './package.ts';
import { root } from './paths.ts';

interface Component {
  readonly type: 'library' | 'machine-learning-model';
  /** The scope of an npm package, with its '@'. */
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly 'bom-ref': string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string }[];
  readonly licenses?: readonly { readonly expression: string }[];
  readonly pedigree?: object;
}

const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** A CycloneDX 1.6 document about one .vsix. The same package gives the same document. */
export function billOfMaterials({ file, entries, packages }: Packed) {
  const { name, version, license, publisher } = readJson('package.json');
  const rows = lockRows();
  const folders = entries.flatMap(
    (entry) => /^extension\/(?:dist\/)?((?:node_modules\/(?:@[^/]+\/)?|models\/)[^/]+)/.exec(entry.name)?.[1] ?? [],
  );
  const sorted = [...new Set([...packages, ...folders])].sort();
  const hashes = [{ alg: 'SHA-256', content: createHash('sha256').update(readFileSync(file)).digest('hex') }];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        group: publisher,
        name,
        version,
        'bom-ref': basename(file),
        hashes,
        licenses: [{ expression: license }],
      },
    },
    components: sorted.map((folder) => (folder.startsWith('models/') ? model(folder) : npmPackage(folder, rows))),
  };
}

/** @param folder 'node_modules/@scope/name': also its key in package-lock.json */
export function npmPackage(folder: string, rows: LockRows): Component {
  const { version, integrity, license } = locked(folder, rows);
  const digest = integrity.replace(/^sha512-/, '');
  const [name = '', group] = folder
    .replace(/^.*node_modules\//, '')
    .split('/')
    .reverse();
  const purl = `pkg:npm/${group === undefined ? '' : `${encodeURIComponent(group)}/`}${name}@${version}`;
  return {
    type: 'library',
    ...(group !== undefined && { group }),
    name,
    version,
    'bom-ref': `${purl}#${folder}`,
    purl,
    hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }],
    ...(license !== undefined && { licenses: [{ expression: license }] }),
  };
}

/** The sentence encoder has no manifest, because it is no base. */
const ENCODER = { name: 'encoder', licence: 'Apache-2.0', weights: ENCODER_HASH, base: { name: 'all-MiniLM-L6-v2' } };

function model(folder: string): Component {
  const { name, licence, weights, base } =
    basename(folder) === ENCODER.name
      ? ENCODER
      : unwrap(parseManifest(readFileSync(join(root, folder, MANIFEST), 'utf8')));
  const type = 'machine-learning-model';
  return {
    type,
    name,
    'bom-ref': folder,
    hashes: [{ alg: 'SHA-256', content: weights }],
    licenses: [{ expression: licence }],
    ...(base !== null && { pedigree: { ancestors: [{ type, name: base.name }] } }),
  };
}
