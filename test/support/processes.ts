// Which processes of a session live: a test that starts a session of its own sees what is left of it, whoever the parent is by then.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Living {
  readonly pid: number;
  readonly args: string;
}

/** The pid of a child that was started with `detached` is its session. */
export function living(session: number): Living[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,sess=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, of, state, args] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return Number(of) === session && !state?.startsWith('Z') ? [{ pid: Number(pid), args: String(args) }] : [];
  });
}

/** What is still there after as much time as a kill may take on a busy machine. */
export async function leftOf(session: number): Promise<Living[]> {
  for (let turn = 0; turn < 500 && living(session).length > 0; turn++) await sleep(20);
  return living(session);
}

/** What a process has started, and what that has started in turn. */
export function descendants(of: number): Living[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  const all = lines.flatMap((line) => {
    const [, pid, parent, state, args] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid && !state?.startsWith('Z') ? [{ pid: Number(pid), parent: Number(parent), args: String(args) }] : [];
  });
  const tree = [of];
  for (const parent of tree) tree.push(...all.filter((each) => each.parent === parent).map(({ pid }) => pid));
  return all.filter(({ pid }) => pid !== of && tree.includes(pid)).map(({ pid, args }) => ({ pid, args }));
}
