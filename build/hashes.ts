// Fills in package-lock.json the hashes that are missing, with what the npm registry says. Commit the result.
//
//   node build/run.mjs build/hashes.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { isLocked, type LockRow, lockPath } from './lock.ts';
import { npmEnvironment, root } from './paths.ts';
import { run } from './proc.ts';

/** Asks for each package without a hash. @param ask the registry's hash of 'NAME@VERSION', or undefined */
export async function fillHashes(
  packages: Record<string, LockRow & { readonly link?: boolean }>,
  ask: (spec: string) => Promise<string | undefined>,
): Promise<{ readonly filled: readonly string[]; readonly missing: readonly string[] }> {
  const [filled, missing]: [string[], string[]] = [[], []];
  for (const [folder, row] of Object.entries(packages)) {
    const name = /^(?:.*\/)?node_modules\/(.+)$/.exec(folder)?.[1];
    if (name === undefined || row.link || row.version === undefined || isLocked(row)) continue;
    const spec = `${name}@${row.version}`;
    const integrity = await ask(spec);
    const { version, ...rest } = row;
    if (integrity === undefined || !isLocked({ version, integrity })) missing.push(spec);
    else {
      packages[folder] = { version, integrity, ...rest };
      filled.push(spec);
    }
  }
  return { filled, missing };
}

async function askNpm(spec: string): Promise<string | undefined> {
  const options = { cwd: root, env: npmEnvironment(), shell: process.platform === 'win32' };
  const { code, stdout } = await run('npm', ['view', spec, 'dist.integrity', '--loglevel=silent'], options);
  return code === 0 ? stdout.trim() : undefined;
}

if (import.meta.main) {
  const lock = JSON.parse(readFileSync(lockPath, 'utf8'));
  const { filled, missing } = await fillHashes(lock.packages, askNpm);
  if (filled.length > 0) writeFileSync(lockPath, `${JSON.stringify(lock, undefined, 2)}\n`);
  for (const spec of filled) console.log(`filled: ${spec}`);
  for (const spec of missing) console.error(`The npm registry that is set up has no hash of ${spec}.`);
  if (missing.length > 0) process.exitCode = 1;
}
