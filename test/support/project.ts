// Folders for tests: a small fake project with repeated code, and real npm packages in the download cache.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache, npmEnvironment } from '../../build/paths.ts';
import { must } from '../../build/proc.ts';
import { handlerSource, things } from './handlers.ts';
import { writeIn } from './tree.ts';

/** Writes the made-up project (26 TypeScript files and a page of prose) into an empty folder. */
export function writeProject(folder: string): void {
  const files: Record<string, string> = {
    'package.json': '{ "name": "shop", "type": "module" }\n',
    'README.md': `# Shop\n\n${things.map((thing) => `The ${thing} page answers politely and never keeps a connection open after the reply.\n`).join('\n')}`,
    'src/http.ts': `export interface RequestContext {
  readonly configuration: Configuration;
  readonly parameters: { readonly id: string };
}

export interface Configuration {
  readonly databasePath: string;
}

export function respondWithJson(context: RequestContext, status: number, body: unknown): void {
  console.log(context.parameters.id, status, JSON.stringify(body));
}

export function respondWithError(context: RequestContext, status: number, message: string): void {
  console.log(context.parameters.id, status, message);
}
`,
    'src/database.ts': `import type { Configuration } from './http.ts';

export interface Database {
  queryOne(sql: string, values: readonly unknown[]): Promise<Record<string, string> | undefined>;
}

export async function openDatabase(configuration: Configuration): Promise<Database> {
  console.log(configuration.databasePath);
  return { queryOne: async () => undefined };
}
`,
  };
  for (const thing of things) files[`src/handlers/${thing}.ts`] = handlerSource(thing);
  for (const [path, text] of Object.entries(files)) writeIn(folder, path, text);
}

/**
 * The folder of an npm package in an exact version, for example `@tanstack/ai`, `0.58.0`. Unpacked once into the cache.
 */
export async function npmPackage(name: string, version: string): Promise<string> {
  const packages = join(cache, 'packages');
  const flat = `${name.replace('@', '').replace('/', '-')}-${version}`;
  const home = join(packages, flat);
  if (existsSync(join(home, 'package.json'))) return home;
  mkdirSync(packages, { recursive: true });
  const part = mkdtempSync(join(packages, `${flat}.part-`));
  try {
    await must('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', part], {
      cwd: part,
      env: npmEnvironment(),
    });
    await must('tar', ['-xzf', join(part, `${flat}.tgz`), '-C', part]);
    rmSync(home, { recursive: true, force: true });
    renameSync(join(part, 'package'), home);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return home;
}
