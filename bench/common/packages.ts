// Packages as benchmark material: fetched once by their registry's own client into the download cache, read as source files.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface PackageFile {
  readonly path: string;
  readonly text: string;
}

const sources = /\.(?:[cm]?tsx?|[cm]?jsx?|vue|svelte)$/;
const declarations = /\.d\.[cm]?ts$/;

/** Packages that carry their source, none of them a recorded one: what the shipped weights are fitted on. */
export const otherPackages = [
  '@tanstack/router-core@1.171.39',
  '@trpc/server@11.25.2',
  '@tiptap/core@3.34.0',
  '@instantdb/core@1.0.67',
  '@electric-sql/client@1.5.28',
  '@deck.gl/core@9.4.0',
  'rxjs@7.8.2',
  '@reduxjs/toolkit@2.14.0',
  '@libp2p/kad-dht@16.4.5',
  'react-native-reanimated@4.8.0',
  '@fluidframework/container-runtime@3.0.2',
  '@uppy/core@6.3.1',
  '@loaders.gl/gltf@4.5.4',
];

/** A part of the download cache, e.g. 'npm'. */
export function cacheFolder(part: string): string {
  const base = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(process.env.EASY_ADAPTATION_CACHE ?? join(base, 'easy-adaptation'), part);
}

/** How a registry's client gets a package of a pinned version into a folder and unpacks it there. */
const registries = {
  npm: (spec: string, into: string) => {
    const packed = run('npm', ['pack', spec, '--silent', '--pack-destination', into]).trim().split('\n').at(-1) ?? '';
    run('tar', ['-xzf', join(into, packed), '-C', into]);
  },
  /** The wheel, which is the source of a package in Python alone. 'click==8.1.8' */
  pypi: (spec: string, into: string) => {
    run('pip', ['download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', into, spec]);
    run('python3', ['-m', 'zipfile', '-e', join(into, only(into, '.whl')), into]);
  },
  /** The source archive, tests and documents included. 'flask==3.1.3' */
  source: (spec: string, into: string) => {
    const archives = `${into}.archives`;
    run('python3', ['-m', 'pip', 'download', '--no-deps', '--no-binary', ':all:', '--dest', archives, spec]);
    run('tar', ['-xzf', join(archives, only(archives, '.tar.gz')), '-C', into, '--strip-components=1']);
  },
  /** A library in Go is packed as its source. 'golang-github-spf13-cobra-dev=1.8.1-1' */
  debian: (spec: string, into: string) => {
    run('apt-get', ['download', '--quiet', spec], into);
    run('dpkg-deb', ['-x', only(into, '.deb'), '.'], into);
  },
} as const satisfies Record<string, (spec: string, into: string) => void>;

const only = (folder: string, end: string) => readdirSync(folder).find((name) => name.endsWith(end)) ?? '';

/** @param spec name and version, e.g. 'rxjs@7.8.2'. @returns the package's folder */
export function fetchPackage(spec: string, registry: keyof typeof registries = 'npm'): string {
  const folder = join(cacheFolder(registry), spec.replaceAll('/', '+'));
  if (!existsSync(folder)) {
    const unpacked = `${folder}.${process.pid}`;
    mkdirSync(unpacked, { recursive: true });
    registries[registry](spec, unpacked);
    // Complete or not there at all; another process may have been quicker.
    if (!existsSync(folder)) renameSync(unpacked, folder);
  }
  return registry === 'npm' ? join(folder, 'package') : folder;
}

/** Source files under `inside`, by path from `folder` on; what a build made of them (dist, declarations) is left out. */
export function sourceFiles(folder: string, inside = 'src', wanted = sources): PackageFile[] {
  const root = join(folder, inside);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name) && !declarations.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      path: file.slice(folder.length + 1).replaceAll('\\', '/'),
      text: readFileSync(file, 'utf8').replaceAll('\r\n', '\n'),
    }));
}

/** A share of the files chosen by path alone: 0 <= bucket(path) < 10. */
export function bucket(path: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) % 10;
}

function run(command: string, args: readonly string[], cwd?: string): string {
  const done = spawnSync(command, args, { encoding: 'utf8', shell: process.platform === 'win32', ...(cwd && { cwd }) });
  if (done.error || done.status !== 0) {
    const why = done.error?.message ?? done.stderr.trim();
    throw new Error(`${command} ${args.join(' ')} failed: ${why}. The first run needs the registry.`);
  }
  return done.stdout;
}

/** Writes the files into a folder, which need not exist. */
export function writeFiles(folder: string, files: readonly PackageFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
