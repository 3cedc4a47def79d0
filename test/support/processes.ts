// Lists running processes, so that a test can check whether its processes have ended.
import { setTimeout as sleep } from 'node:timers/promises';
import { processes, type Running } from '../../build/proc.ts';

/** The pid of a child that was started with `detached` is its session. */
export function living(session: number): Running[] {
  return processes().filter((each) => each.session === session);
}

/** Processes of the session that still run after 10 s, enough for a kill on a busy machine. */
export function leftOf(session: number): Promise<Running[]> {
  return stillRunning((each) => each.session === session);
}

/** Processes that match and still run after 10 s. */
export async function stillRunning(is: (each: Running) => boolean): Promise<Running[]> {
  const look = () => processes().filter(is);
  for (let turn = 0; turn < 500 && look().length > 0; turn++) await sleep(20);
  return look();
}

/** All descendants of a process. */
export function descendants(of: number): Running[] {
  const all = processes();
  const tree = [of];
  for (const parent of tree) tree.push(...all.filter((each) => each.parent === parent).map(({ pid }) => pid));
  return all.filter(({ pid }) => pid !== of && tree.includes(pid));
}
