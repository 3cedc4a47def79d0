// The recorded package under a vocabulary that nobody knows: made once from npm's by rename.mjs, in the download cache.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { cacheFolder, fetchPackage } from './packages.ts';

/**
 * @param spec name and version, e.g. 'rxdb@17.6.0'
 * @param words the vocabulary; where there is no such file, that of bench/data
 * @returns the folder of its renamed sources
 */
export function renamedPackage(spec: string, words: string): string {
  const script = join(import.meta.dirname, 'rename.mjs');
  const mapping = existsSync(words) ? words : join(root, 'bench/data/renamed/mapping.json');
  // Other rules make another folder.
  const hash = createHash('sha256').update(readFileSync(script)).update(readFileSync(mapping)).digest('hex');
  const folder = join(cacheFolder('npm'), `${spec.replaceAll('/', '+')}-renamed-${hash.slice(0, 8)}`);
  if (existsSync(folder)) return folder;
  const source = join(fetchPackage(spec), 'src');
  const made = `${folder}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  const done = spawnSync(process.execPath, [script, source, made, mapping], { encoding: 'utf8' });
  if (done.error || done.status !== 0) throw new Error(`${script} failed: ${done.error?.message ?? done.stderr}`);
  // Complete or not there at all; another process may have been quicker.
  if (!existsSync(folder)) renameSync(made, folder);
  return folder;
}
