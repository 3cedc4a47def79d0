// Child processes with a message channel of structured clones, and the child's side of it. All are killed when this
// process exits.
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { constants, getPriority, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import {
  type Ask,
  asking,
  type Handlers,
  isReply,
  type Protocol,
  type Question,
  type Reply,
  type Served,
  serve,
} from './remote.ts';
import type { Remote } from './supervisor.ts';

export type { ChildProcess } from 'node:child_process';

export interface ChildOptions {
  /** A bundle of dist/, or a file of src/ under Node 24. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly node?: readonly string[];
  /** Overrides this process's environment; `defaults` apply only where it has no value. */
  readonly env?: Readonly<Record<string, string>>;
  readonly defaults?: Readonly<Record<string, string>>;
}

export interface StartedChild {
  readonly process: ChildProcess;
  /** The last line of the process's error output after ': '; '' if there is none. */
  lastErrorLine(): string;
}

/** Children do not inherit API keys; a child that needs one gets it over its channel. */
const KEYS = /_API_KEY$/;

/**
 * Variables that keep dependencies from reporting to their makers. onnxruntime 1.29 and later sends statistics of its
 * use from Linux and macOS unless this one is set before its library is loaded; '0' does not stop it.
 */
export const NO_TELEMETRY = { ORT_DISABLE_TELEMETRY: '1' } as const;

/** Starts a process; failures arrive as the process's events. */
export function startChild({ script, args = [], node = [], env = {}, defaults = {} }: ChildOptions): StartedChild {
  const inherited = Object.entries(process.env).filter(([name]) => !KEYS.test(name));
  const child = fork(script, [...args], {
    serialization: 'advanced',
    // The output would otherwise mix with the host's; onnxruntime writes warnings that nobody can act on.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [...node],
    // Inside VS Code, the executable is Electron: this makes it Node.
    env: { ...defaults, ...Object.fromEntries(inherited), ...env, ...NO_TELEMETRY, ELECTRON_RUN_AS_NODE: '1' },
  });
  killWhenWeExit(child);
  let tail = '';
  child.stderr?.on('data', (data: Buffer) => {
    tail = (tail + data.toString('utf8')).slice(-2000);
  });
  return { process: child, lastErrorLine: () => lastErrorLineOf(tail) };
}

/** Time to wait for the last output of a dead process, ms. */
const LAST_WORDS_MS = 500;

/**
 * Calls `then` once when the process has ended or could not be started, with the exit code or signal and its last error
 * line. Does not wait for the end of its output, which grandchildren may keep open.
 */
export function onceEnded({ process: child, lastErrorLine }: StartedChild, then: (how: string) => void): void {
  let waiting: NodeJS.Timeout | undefined;
  let isReported = false;
  const report = (code: number | null, signal: NodeJS.Signals | null) => {
    clearTimeout(waiting);
    if (!isReported) then(`${signal ?? `code ${code}`}${lastErrorLine()}`);
    isReported = true;
  };
  child.once('exit', (code, signal) => {
    waiting = setTimeout(report, LAST_WORDS_MS, code, signal);
  });
  child.once('close', report);
}

/**
 * Closes the channel, on which our processes exit. A process that does not exit, for example a stopped one, is killed
 * after `graceMs`. Resolves when it has ended.
 */
export function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  if (child.connected) child.disconnect();
  // The timer keeps this process alive until then.
  child.ref();
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  return new Promise((resolve) => {
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

interface RemoteEvents {
  readonly receive: (reply: Reply) => void;
  readonly ended: (how: string) => void;
  /** Serves what the process asks of its owner; absent: it asks nothing. */
  readonly serves?: (send: (reply: Reply) => void) => Served;
}

/** The process as a supervisor sees it. */
export function remoteOf(started: StartedChild, { receive, ended, serves }: RemoteEvents): Remote {
  const { process: child } = started;
  // A process without a channel could not be started.
  const post = (message: Question | Reply) => void child.send?.(message, () => {});
  const served = serves?.(post);
  child.on('message', (message: Question | Reply) => (isReply(message) ? receive(message) : served?.receive(message)));
  child.on('error', () => {});
  onceEnded(started, (how) => {
    void served?.stop();
    ended(how);
  });
  return {
    pid: child.pid,
    post,
    hold(holds) {
      const verb = holds ? 'ref' : 'unref';
      child[verb]();
      child.channel?.[verb]?.();
      (child.stderr as Socket | null)?.[verb]();
    },
    end: (graceMs) => endChild(child, graceMs),
  };
}

/**
 * In a child: serves its parent, and ends with it.
 * @returns how to ask the parent, and to send it what it did not ask for
 */
export function serveParent<P extends Protocol<P>, Parent extends Protocol<Parent> = Record<never, never>>(
  handlers: Handlers<P>,
): Served & { readonly ask: Ask<Parent>; readonly send: (reply: Reply) => void } {
  const send = (message: Question | Reply) => {
    // The parent may exit between two lines.
    if (process.connected) process.send?.(message, () => {});
  };
  const served = serve(handlers, send);
  const parent = asking<Parent>(send);
  process.on('message', (message: Question | Reply) =>
    isReply(message) ? parent.receive(message) : served.receive(message),
  );
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C and a closed terminal reach every process of the terminal. Our owner decides what they mean: it first lets
  // training write a checkpoint.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  return { ...served, ask: parent.ask, send };
}

/** Lowers the priority of the whole process below our own, if the system allows it. */
export function lowerPriority({ pid }: ChildProcess, by: number = constants.priority.PRIORITY_BELOW_NORMAL): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, getPriority() + by));
  } catch {
    // It has ended already, or may not be changed: it works all the same.
  }
}

/** Killed when this process exits, because a stopped child would not notice the closed channel. */
const living = new Set<ChildProcess>();
let watching = false;

/** Kills a child, also of a foreign program, when this process exits. */
export function killWhenWeExit(child: ChildProcess): void {
  // A process that could not be started has no 'exit' event.
  if (child.pid === undefined) return;
  living.add(child);
  child.once('exit', () => living.delete(child));
  if (watching) return;
  watching = true;
  process.once('exit', killChildren);
}

/** Kills all children. */
function killChildren(): void {
  for (const child of living) child.kill('SIGKILL');
}

/** Kills this process after `ms` even if its thread hangs, so that it cannot outlive its owner. */
export function endAfter(ms: number): void {
  const kill = "setTimeout(process.kill, require('node:worker_threads').workerData, process.pid, 'SIGKILL')";
  new Worker(kill, { eval: true, workerData: ms }).unref();
}

/** Skips stack frames and Node's version line. */
function lastErrorLineOf(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/^(Node\.js v|\s+at )/.test(line));
  const line = lines.findLast((candidate) => /error/i.test(candidate)) ?? lines.at(-1);
  return line ? `: ${line.trim()}` : '';
}
