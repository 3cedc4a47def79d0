// Gives a hostile or crafted folder to the command line as a user would, and reports whether a promise was broken.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root as repository } from '../../build/paths.ts';
import { craftedFolders, makeCrafted, outsideWord } from '../support/crafted.ts';
import { hostileRepositories, writeMarkerProgram } from '../support/hostile.ts';
import { indexedTexts } from '../support/stored.ts';

export interface Trap {
  readonly name: string;
  /** The attacked promise: no program of the folder is run, or no file outside the folder is read. */
  readonly promise: 'nothing runs' | 'only the folder is read';
  /** Creates the trap in the empty folder `base`; returns the folder to open. */
  readonly make: (base: string, program: string) => string;
}

export const traps: readonly Trap[] = [
  ...Object.entries(hostileRepositories).map(
    ([name, hostile]): Trap => ({
      name,
      promise: 'nothing runs',
      make(base, program) {
        const root = join(base, 'folder');
        mkdirSync(root);
        hostile.make(root, program);
        return join(root, hostile.open ?? '');
      },
    }),
  ),
  ...Object.entries(craftedFolders).map(
    ([name, crafted]): Trap => ({
      name,
      promise: 'only the folder is read',
      make: (base) => makeCrafted(crafted, base).root,
    }),
  ),
];

/** Arguments that give a folder to the command line. */
export const ways = {
  adapt: (opened: string, _file: string) => [opened, '--local', '--no-neural', '--json'],
  complete: (opened: string, file: string) => ['complete', `${file}:1`, '--folder', opened, '--no-neural', '--json'],
} as const;

/** A run that needs longer has failed. Normal runs need less than a tenth of this. */
const patienceMs = 240_000;

/** Returns a sentence about what went wrong; undefined if the promise was kept. */
export async function tryTrap(
  trap: Trap,
  way: keyof typeof ways,
  script = ['src/jobs/cli/main.ts'],
): Promise<string | undefined> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'easy-adaptation-trap-')));
  try {
    const [program, marker, storage] = [join(base, 'program'), join(base, 'marker'), join(base, 'storage')];
    writeMarkerProgram(program, marker);
    const opened = trap.make(base, program);
    const file = readdirSync(opened).find((name) => /^(?:kept|tracked|a|notes)\.(?:ts|md)$/.test(name));
    if (file === undefined) throw new Error(`${trap.name}: there is no file to complete in`);
    const path = [join(opened, 'node_modules/.bin'), opened, '.', process.env.PATH].join(delimiter);
    const { code, output } = await start([...script, ...ways[way](opened, join(opened, file)), '--storage', storage], {
      cwd: opened,
      env: { ...process.env, PATH: path, ANTHROPIC_API_KEY: '' },
    });
    if (existsSync(marker)) return 'a program of the folder was run';
    const texts = indexedTexts(storage, join(repository, 'models/small/tokenizer.json'));
    if (code === 0 && texts.length === 0) return 'nothing was indexed';
    if (texts.some(({ text }) => text.includes(outsideWord)) || output.includes(outsideWord))
      return 'a text from outside was read';
    // Some folders have only two files: too few to learn from. The output says so.
    const isTooSmall = way === 'adapt' && code === 1 && /too few|nothing to learn/i.test(output);
    if (code !== 0 && !isTooSmall) return `it ended with ${code ?? 'a time limit'}: ${output.trim().slice(-200)}`;
    return undefined;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

function start(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ readonly code: number | null; readonly output: string }> {
  const [script, ...rest] = args;
  const child = spawn(process.execPath, [join(repository, script as string), ...rest], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
