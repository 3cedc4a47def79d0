// Which processes live: a test that starts a session of its own sees what is left of it, whoever the parent is by then.
import { setTimeout as sleep } from 'node:timers/promises';
import { processes, type Running } from '../../build/proc.ts';

/** The pid of a child that was started with `detached` is its session. */
export function living(session: number): Running[] {
  return processes().filter((each) => each.session === session);
}

/** What is still there after as much time as a kill may take on a busy machine. */
export function leftOf(session: number): Promise<Running[]> {
  return left((each) => each.session === session);
}

/** Of those that such a process is one of. */
export async function left(is: (each: Running) => boolean): Promise<Running[]> {
  const look = () => processes().filter(is);
  for (let turn = 0; turn < 500 && look().length > 0; turn++) await sleep(20);
  return look();
}

/** What a process has started, and what that has started in turn. */
export function descendants(of: number): Running[] {
  const all = processes();
  const tree = [of];
  for (const parent of tree) tree.push(...all.filter((each) => each.parent === parent).map(({ pid }) => pid));
  return all.filter(({ pid }) => pid !== of && tree.includes(pid));
}
