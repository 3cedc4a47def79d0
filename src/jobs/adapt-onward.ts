// The job with which an adaptation goes on by itself: alone in its folder, with an engine of its own, and of the lowest priority.
import { constants, setPriority } from 'node:os';
import { failed, type Result } from '../common/errors.ts';
import { sweepTemporary } from '../common/files.ts';
import { goOn, type Onward } from '../continual/go-on.ts';
import { EnginePair } from '../engine/pair.ts';
import { programOf } from '../learn/drafts.ts';
import { lockOnward, lockRunUntilAsked } from '../store/lock.ts';
import { openStore } from '../store/open.ts';
import { PlaceLedger } from '../store/place-ledger.ts';
import type { JobDeps } from './paid-teacher.ts';
import type { OnwardRun } from './protocol.ts';

/**
 * Fails with 'locked' where another run is at work in the folder or another folder goes on, with 'cancelled' where another run asks for the
 * folder, and as `goOn`. Nothing that it has started lives when this settles.
 */
export async function goOnJob(
  { onward, who, engine: start }: OnwardRun,
  { signal: ended, log, progress }: Pick<JobDeps, 'signal' | 'log' | 'progress'>,
): Promise<Result<Onward>> {
  const only = lockOnward(onward.storeFolder, who);
  if (!only.ok) return only;
  const asked = new AbortController();
  const signal = AbortSignal.any([ended, asked.signal]);
  const lock = lockRunUntilAsked(onward.storeFolder, onward.root, who, () => asked.abort());
  if (!lock.ok) {
    only.value.release();
    return lock;
  }
  sweepTemporary(onward.specialistFolder, 'deep');
  const { store, notice } = openStore(onward.storeFolder, { log });
  if (notice !== undefined) log.warn(notice);
  const ledger = new PlaceLedger(onward.storeFolder, onward.root, log);
  const engine = new EnginePair({ ...start, log });
  try {
    const adapted = store.latestAdaptation(onward.root);
    if (!adapted) return failed('nothing-to-learn', 'Nobody has adapted to this folder.');
    const program = programOf(start.script, process.argv[1]);
    return await goOn(onward, { engine, adaptedAt: adapted.startedAt, ledger, program, signal, log, progress });
  } finally {
    await engine.end();
    ledger.close();
    store.close();
    lock.value.release();
    only.value.release();
  }
}

/** For this process, and all that it starts from here on. */
export function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // It may not be changed here: what trains is lowered by who starts it.
  }
}
