// The members that TypeScript lists behind a dot, for a package with its dependencies. A measurement only: the product
// has no type checker.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { API, type Snapshot } from 'typescript/unstable/async';
import { cacheFolder, fetchPackage, sourceFiles } from '../common/packages.ts';
import type { Recording } from '../common/recordings.ts';
import { renamedPackage } from '../common/renamed.ts';

/** Sources of older packages need more than these; what cannot be resolved is of type any, and has no members. */
const CONFIG = {
  compilerOptions: {
    ...{ target: 'esnext', module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx', strict: true },
    ...{ skipLibCheck: true, noEmit: true, allowImportingTsExtensions: true, types: ['node'] },
    lib: ['esnext', 'dom', 'dom.iterable', 'webworker.importscripts'],
  },
  include: ['files'],
};

export class TypeScriptMembers {
  private readonly api: API;
  private readonly folder: string;
  private readonly edited: Map<string, string>;
  private snapshot: Snapshot;

  private constructor(api: API, folder: string, edited: Map<string, string>, snapshot: Snapshot) {
    this.api = api;
    this.folder = folder;
    this.edited = edited;
    this.snapshot = snapshot;
  }

  static async open(recording: Recording): Promise<TypeScriptMembers> {
    const folder = projectOf(recording);
    const edited = new Map<string, string>();
    const api = new API({ cwd: folder, fs: { readFile: (file) => edited.get(file) } });
    const snapshot = await api.updateSnapshot({ openProjects: [join(folder, 'tsconfig.json')] });
    return new TypeScriptMembers(api, folder, edited, snapshot);
  }

  /** Undefined if nothing is known of what the dot follows. @param at offset behind the dot */
  async at(path: string, text: string, at: number): Promise<ReadonlySet<string> | undefined> {
    const file = join(this.folder, 'files', path);
    this.edited.set(file, text);
    const earlier = this.snapshot;
    this.snapshot = await this.api.updateSnapshot({ fileChanges: { changed: [file] } });
    await earlier.dispose();
    const project = this.snapshot.getProject(join(this.folder, 'tsconfig.json'));
    const found = await project?.checker.getCompletionsAtPosition(file, at).catch(() => undefined);
    // An optional member is listed as 'name?'.
    const names = (found?.entries ?? []).map(({ name }) => name.replace(/\?$/, ''));
    return names.length === 0 ? undefined : new Set(names);
  }

  async close(): Promise<void> {
    await this.api.close();
  }
}

/** A folder with the package's source files and its dependencies, made once by the registry's client. */
function projectOf({ package: spec, kind }: Recording): string {
  const folder = join(cacheFolder('typescript'), `${spec.replaceAll('/', '+')}-${kind}`);
  if (existsSync(folder)) return folder;
  const made = `${folder}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  writeFileSync(join(made, 'package.json'), '{"private":true,"type":"module"}');
  writeFileSync(join(made, 'tsconfig.json'), JSON.stringify(CONFIG));
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', '--legacy-peer-deps'];
  const done = spawnSync('npm', [...install, spec, '@types/node', '@types/react', 'rxjs', 'react'], {
    cwd: made,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (done.error || done.status !== 0) throw new Error(`npm failed: ${done.error?.message ?? done.stderr}`);
  // A checker sees the whole folder, also files that nothing may be learned from.
  const sources = kind === 'renamed' ? sourceFiles(renamedPackage(spec, ''), '') : sourceFiles(fetchPackage(spec));
  for (const { path, text } of sources) {
    const file = join(made, 'files', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  renameSync(made, folder);
  return folder;
}
