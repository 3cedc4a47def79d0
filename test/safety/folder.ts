// One try to be tricked: a hostile or crafted folder, given to the command line as a user would, and what came of it.

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
  /** What it attacks: that nothing of a folder is run, or that nothing else is read. */
  readonly promise: 'nothing runs' | 'only the folder is read';
  /** Makes it in an empty folder; returns what is opened. */
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

/** How the command line is given a folder. */
export const ways = {
  adapt: (opened: string, _file: string) => [opened, '--local', '--no-neural', '--json'],
  complete: (opened: string, file: string) => ['complete', `${file}:1`, '--folder', opened, '--no-neural', '--json'],
} as const;

/** No try needs a tenth of it; one that does not come back has failed. */
const patienceMs = 240_000;

/** Undefined: it held. Else what went wrong. */
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
    // Two files are too few to learn from, which is said in a sentence.
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
