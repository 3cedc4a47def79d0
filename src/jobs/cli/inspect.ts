// `inspect`: everything stored and sent, row by row.
import { type KeptRequest, keptRows, rowsAt } from '../../adapt/kept/kept-rows.ts';
import type { KeptRow } from '../../adapt/report/kept.ts';
import type { AdaptOutcome, AdaptRequest } from '../../adapt/request/adapt-request.ts';
import { ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { Engine } from '../../specialist/engine/client.ts';
import { harvestFolder } from '../../workspace/files/folder.ts';
import { type CommandLine, UsageError } from './command-line.ts';
import { locate, specialistOf } from './complete.ts';
import { addressOf, labelingLimits, requestFor } from './run-request.ts';
import { Runs, type Terminal } from './terminal.ts';

/** Runs the command. Resolves to the exit code. */
export async function inspect({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  if (target === undefined) throw new UsageError('Name the folder to inspect: inspect FOLDER.');
  const request = requestFor(target, values);
  const runs = new Runs(request, values, terminal);
  terminal.endWithReader();
  const work = async () => {
    const kept = { ...request, address: addressOf(values), limits: labelingLimits(values) };
    const done = await show(kept, values.at, {
      index: () => runs.run({ effort: 'index' }),
      engine: runs.engine,
      signal: terminal.stop.signal,
      log: terminal.log,
      write: (row) => terminal.writeLine(row),
    });
    terminal.bar.clear();
    return done.ok ? 0 : terminal.fail(done.error);
  };
  return runs.within(work());
}

interface ShowDeps {
  /** Builds the folder's index if there is none. */
  readonly index: () => Promise<Result<AdaptOutcome>>;
  readonly engine: Engine | undefined;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Resolves when the row is written. */
  readonly write: (row: KeptRow) => Promise<void>;
}

/**
 * Writes everything that is stored about the folder or sent from it.
 * @param at FILE:LINE[:COLUMN]; the rows about a request at this position come first
 */
async function show(
  request: AdaptRequest & KeptRequest,
  at: string | undefined,
  { index, engine, signal, log, write }: ShowDeps,
): Promise<Result<true>> {
  const located = at === undefined ? undefined : await locate(at, request.root);
  if (located?.ok === false) return located;
  // A folder without text may still have rows in the store.
  const specialist = await specialistOf(request, index, log);
  if (!specialist.ok && (located !== undefined || specialist.error.code === 'cancelled')) return specialist;
  const harvested = await harvestFolder(request.root, request.harvest, { signal, log });
  if (!harvested.ok) return harvested;
  const deps = { signal, log };
  if (located !== undefined && specialist.ok) {
    const rows = await rowsAt(located.value, request, harvested.value, specialist.value, engine, deps);
    if (!rows.ok) return rows;
    for (const row of rows.value) await write(row);
  }
  const rows = keptRows(request, { ...deps, harvest: harvested.value });
  for (let next = await rows.next(); ; next = await rows.next()) {
    if (next.done) {
      if (!next.value.ok) return next.value;
      break;
    }
    await write(next.value);
  }
  return ok(true);
}
