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

/** Ends a process that was started with `detached: true`, and its whole group: politely, then for good after `graceMs`. */
export async function stopGroup(child: ChildProcess, graceMs = 5000): Promise<void> {
  if (child.pid === undefined) return;
  const group = -child.pid;
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  signal(group, 'SIGTERM');
  await Promise.race([ended, sleep(graceMs, undefined, { ref: false })]);
  signal(group, 'SIGKILL');
  await ended;
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

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/** Our living descendants; adds them to those that are known. */
function look(known: Set<number>): Row[] {
  const { stdout, pid: own } = spawnSync('ps', ['-eo', 'pid=,ppid=,pgid=,stat='], { encoding: 'utf8' });
  const rows = stdout.split('\n').flatMap((line): Row[] => {
    const [pid, parent, group, state = 'Z'] = line.trim().split(/\s+/);
    return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), group: Number(group) }];
  });
  const ours = ({ pid, parent, group }: Row) =>
    pid !== process.pid &&
    pid !== own &&
    (parent === process.pid || known.has(parent) || known.has(group) || known.has(pid));
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
