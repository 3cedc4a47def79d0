// Processes of ours: forked with a channel of structured clones, ended gently and killed where that does not help, and none outlives us.
import { type ChildProcess, fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';

export type { ChildProcess } from 'node:child_process';

export interface ChildOptions {
  /** A bundle of dist/, or a file of src/ under Node 24. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly node?: readonly string[];
  /** Laid over our own environment; `defaults` under it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly defaults?: Readonly<Record<string, string>>;
}

export interface StartedChild {
  readonly process: ChildProcess;
  /** The line of a dying process's output that says why, after ': '; '' where it said nothing. */
  lastWords(): string;
}

/** No key of ours is in an environment that a child inherits: who needs one is told over its channel. */
const KEYS = /_API_KEY$/;

/** Started at once; that it cannot be is told by the process's own events. */
export function startChild({ script, args = [], node = [], env = {}, defaults = {} }: ChildOptions): StartedChild {
  const inherited = Object.entries(process.env).filter(([name]) => !KEYS.test(name));
  const child = fork(script, [...args], {
    serialization: 'advanced',
    // The output would otherwise mix with the host's; onnxruntime writes warnings that nobody can act on.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [...node],
    // Inside VS Code, the executable is Electron: this makes it Node.
    env: { ...defaults, ...Object.fromEntries(inherited), ...env, ELECTRON_RUN_AS_NODE: '1' },
  });
  endWithUs(child);
  let tail = '';
  child.stderr?.on('data', (data: Buffer) => {
    tail = (tail + data.toString('utf8')).slice(-2000);
  });
  return { process: child, lastWords: () => lastWords(tail) };
}

/** What a process has said before it died comes within this, ms. */
const LAST_WORDS_MS = 500;

/**
 * Calls `then` when the process is gone or could not be started, once: with how it ended and what it said last, where that comes. A program
 * that it has started may hold its output open for as long as it likes.
 */
export function onceEnded({ process: child, lastWords }: StartedChild, then: (how: string) => void): void {
  let waiting: NodeJS.Timeout | undefined;
  let told = false;
  const tell = (code: number | null, signal: NodeJS.Signals | null) => {
    clearTimeout(waiting);
    if (!told) then(`${signal ?? `code ${code}`}${lastWords()}`);
    told = true;
  };
  child.once('exit', (code, signal) => {
    waiting = setTimeout(tell, LAST_WORDS_MS, code, signal);
  });
  child.once('close', tell);
}

/**
 * Closes the channel, which our processes end at. One that does not, being stopped perhaps, is killed after `graceMs`. Resolves when it
 * is gone.
 */
export function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  if (child.connected) child.disconnect();
  // We stay for it.
  child.ref();
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  return new Promise((resolve) => {
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** None outlives this process, not even one that is stopped and so does not see its channel close. */
const living = new Set<ChildProcess>();
let watching = false;

/** For a program of others, too, that may wait for ever. */
export function endWithUs(child: ChildProcess): void {
  // What could not be started never exits.
  if (child.pid === undefined) return;
  living.add(child);
  child.once('exit', () => living.delete(child));
  if (watching) return;
  watching = true;
  process.once('exit', killChildren);
}

/** Ends all of them at once. */
export function killChildren(): void {
  for (const child of living) child.kill('SIGKILL');
}

/** Kills this process after so long, whatever its own thread hangs in: its owner may be gone by then, and its channel closes unheard. */
export function endAfter(ms: number): void {
  const kill = "setTimeout(process.kill, require('node:worker_threads').workerData, process.pid, 'SIGKILL')";
  new Worker(kill, { eval: true, workerData: ms }).unref();
}

/** Node ends a stack with its own version. */
function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/^(Node\.js v|\s+at )/.test(line));
  const line = lines.findLast((candidate) => /error/i.test(candidate)) ?? lines.at(-1);
  return line ? `: ${line.trim()}` : '';
}
