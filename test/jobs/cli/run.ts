// The command line in a process of its own, for its tests.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { steadyMachine } from '../../support/steady.ts';

const cli = resolve(import.meta.dirname, '../../../src/jobs/cli/main.ts');

export interface Ran {
  readonly code: number | null;
  /** Wrapped lines are joined again, because line breaks depend on the length of the paths. */
  readonly out: string;
  /** Joined like `out`. */
  readonly err: string;
  /** Both streams as they were printed. */
  readonly printed: string;
}

/** The inverse of `wrap` (src/common/format.ts): joins a line to the one before if its first word did not fit there. */
function unwrapped(text: string, width = 100): string {
  let last = 0;
  return text.split('\n').reduce((all, line, index) => {
    const [word = ''] = line.trimStart().split(/(?<=\S) (?=\S)/);
    const joins = index > 0 && line.startsWith('  ') && last + 1 + word.length > width;
    last = line.length;
    return index === 0 ? line : all + (joins ? ` ${line.trimStart()}` : `\n${line}`);
  }, '');
}

/**
 * Runs without the neural model, because it takes minutes, unless the arguments name a base.
 * @param interruptAt Ctrl-C comes once the output matches this, or once this resolves
 */
export function runCli(
  args: readonly string[],
  env: Record<string, string> = {},
  interruptAt?: RegExp | Promise<void>,
): Promise<Ran> {
  const { ANTHROPIC_API_KEY: _, ANTHROPIC_BASE_URL: __, ...clean } = process.env;
  const neural = args.includes('--base') ? [] : ['--no-neural'];
  const child = spawn(process.execPath, [cli, ...args, ...neural], {
    env: { ...clean, ...steadyMachine(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  let interrupted = false;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
    if (!interrupted && interruptAt instanceof RegExp && interruptAt.test(err)) interrupted = child.kill('SIGINT');
  });
  if (interruptAt instanceof Promise) void interruptAt.then(() => child.kill('SIGINT'));
  return new Promise((done) =>
    child.on('close', (code) => done({ code, out: unwrapped(out), err: unwrapped(err), printed: err + out })),
  );
}
