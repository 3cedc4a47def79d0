// Child processes for the build scripts: run one to its end with its output kept, and stop one with all its children.
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Finished {
  readonly code: number;
  /** stdout and stderr as they came. */
  readonly output: string;
  /** stdout alone. */
  readonly stdout: string;
}

/** Runs a command to its end. Its output is shown as it comes with `show`, and always returned. */
export function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { show?: boolean } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const { show, ...rest } = options;
    const child = spawn(command, args, { ...rest, stdio: ['ignore', 'pipe', 'pipe'] });
    const [all, out]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on('data', (data: Buffer) => {
      all.push(data);
      out.push(data);
      if (show) process.stdout.write(data);
    });
    child.stderr?.on('data', (data: Buffer) => {
      all.push(data);
      if (show) process.stderr.write(data);
    });
    child.on('error', (cause) => reject(new Error(`could not start ${command}`, { cause })));
    child.on('close', (code) =>
      resolve({ code: code ?? 1, output: Buffer.concat(all).toString(), stdout: Buffer.concat(out).toString() }),
    );
  });
}

/** As `run`, but a status other than 0 throws, with the end of the output in the message. */
export async function must(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { show?: boolean } = {},
): Promise<Finished> {
  const done = await run(command, args, options);
  if (done.code !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with status ${done.code}:\n${done.output.slice(-4000)}`);
  }
  return done;
}

/**
 * Ends a process that was started with `detached: true`: politely, and after `graceMs` for good what is left of its group, which ends with
 * it where all is well. Resolves when none of it lives, with the command lines of those that had to be killed.
 */
export async function stopGroup({ pid }: ChildProcess, graceMs = 30_000): Promise<string[]> {
  if (pid === undefined) return [];
  const living = () => processes().filter(({ group }) => group === pid);
  const end = performance.now() + graceMs;
  signal(pid, 'SIGTERM');
  while (living().length > 0 && performance.now() < end) await sleep(100);
  const left = living();
  signal(-pid, 'SIGKILL');
  while (living().length > 0) await sleep(20);
  return left.map(({ args }) => args);
}

/**
 * Ends all that this process has started, and what that has started, in groups of their own too: politely, then for good after `graceMs`.
 * Whoever was left behind by a parent that died first is found by its group.
 */
export async function stopDescendants(graceMs = 3000): Promise<void> {
  const known = new Set<number>();
  const end = performance.now() + graceMs;
  let living = look(known);
  for (const { pid } of living) signal(pid, 'SIGTERM');
  while (living.length > 0 && performance.now() < end) {
    await sleep(100);
    living = look(known);
  }
  for (const { pid } of living) signal(pid, 'SIGKILL');
}

export interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Its command line. */
  readonly args: string;
}

/** Of all users; without those that have ended and that nobody has asked about, and without the `ps` that says so. */
export function processes(): Running[] {
  const columns = 'pid=,ppid=,pgid=,sess=,stat=,args=';
  const { stdout, pid: own } = spawnSync('ps', ['-eo', columns], { encoding: 'utf8', maxBuffer: 64e6 });
  return stdout.split('\n').flatMap((line): Running[] => {
    const [pid, parent, group, session, state = 'Z', ...args] = line.trim().split(/\s+/);
    if (state.startsWith('Z') || Number(pid) === own) return [];
    const ids = { pid: Number(pid), parent: Number(parent), group: Number(group), session: Number(session) };
    return [{ ...ids, args: args.join(' ') }];
  });
}

/** Our living descendants; adds them to those that are known. */
function look(known: Set<number>): Running[] {
  const rows = processes();
  const ours = ({ pid, parent, group }: Running) =>
    pid !== process.pid && (parent === process.pid || known.has(parent) || known.has(group) || known.has(pid));
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    for (const row of rows.filter(ours)) known.add(row.pid);
  }
  return rows.filter(ours);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // ESRCH: all of the group has ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
