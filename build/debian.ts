// Debian packages that the tests need and npm cannot give: installed when we are root on Debian, else named in one sentence.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './proc.ts';

/** Where Mesa describes its software driver to Vulkan's loader. */
export const softwareVulkan = '/usr/share/vulkan/icd.d/lvp_icd.json';

/** package -> a sign that it, or its like from elsewhere, is there already. */
const signs: Readonly<Record<string, () => boolean>> = {
  chromium: () => browserPath() !== undefined,
  'libkrb5-dev': () => existsSync('/usr/include/gssapi/gssapi.h'),
  git: () => onPath('git'),
  'g++': () => onPath('g++'),
  make: () => onPath('make'),
  python3: () => onPath('python3'),
  'python3-pip': () => onPath('pip3'),
  'xz-utils': () => onPath('xz'),
  strace: () => onPath('strace'),
  '7zip': () => ['7zz', '7z', '7za'].some(onPath),
  // A Vulkan driver in software, for WebGPU on machines without a GPU.
  'mesa-vulkan-drivers': () => existsSync(softwareVulkan),
};

/** What compiles code-server's native modules. */
export const compilers = ['libkrb5-dev', 'g++', 'make', 'python3'];

export function onPath(name: string): boolean {
  return findOnPath(name) !== undefined;
}

function findOnPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** A Chromium to drive: CHROMIUM_PATH, else the first one on PATH. */
export function browserPath(): string | undefined {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined && chosen !== '') return existsSync(chosen) ? chosen : undefined;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return names.map(findOnPath).find((path) => path !== undefined);
}

/** 'never': a package that is missing is an error. */
export const INSTALL_VARIABLE = 'EASY_ADAPTATION_INSTALL';

/** Makes sure that the named packages are there; throws one sentence that says what to install. */
export async function needPackages(names: readonly string[]): Promise<void> {
  const missing = names.filter((name) => !signs[name]?.());
  if (missing.length === 0) return;
  const list = missing.join(' ');
  if (process.env[INSTALL_VARIABLE] === 'never')
    throw new Error(`Unit tests install nothing, and this one needs ${list}: name its file .run.ts.`);
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    throw new Error(
      `Please install these packages and try again: ${list} (on Debian or Ubuntu: sudo apt-get install ${list}).`,
    );
  }
  process.stderr.write(`Installing Debian packages: ${list} ...\n`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const install = () => run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], options);
  let done = await install();
  if (done.code !== 0) {
    // The lists may be missing or old.
    await run('apt-get', ['update', '-q'], options);
    done = await install();
  }
  if (done.code !== 0 || names.some((name) => !signs[name]?.())) {
    throw new Error(
      `apt-get could not install ${list}; the tests that need it can run once the Debian archive can be reached.\n` +
        done.output.slice(-2000),
    );
  }
}
