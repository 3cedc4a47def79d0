// `inspect`: everything stored and sent, row by row.
import { keptRows, rowsAt } from '../../adapt/kept/kept-rows.ts';
import { harvestFolder } from '../../workspace/files/folder.ts';
import type { CommandLine, Values } from './command-line.ts';
import { locate, specialistOf } from './complete.ts';
import { addressOf, labellingLimits, requestFor } from './run-request.ts';
import { Runs, type Terminal } from './terminal.ts';

/** Runs the command. Resolves to the exit code. */
export async function inspect({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  const runs = new Runs(requestFor(target, values), terminal);
  terminal.endWithReader();
  return runs.within(writeRows(target, values, runs, terminal));
}

/** Writes everything that is stored about the folder or sent from it; rows about a request at `--at` come first. */
async function writeRows(target: string, values: Values, runs: Runs, terminal: Terminal): Promise<number> {
  const request = { ...requestFor(target, values), address: addressOf(values), limits: labellingLimits(values) };
  const deps = { signal: terminal.stop.signal, log: terminal.log };
  const located = values.at === undefined ? undefined : await locate(values.at, request.root);
  if (located?.ok === false) return terminal.fail(located.error);
  // A folder without text may still have rows in the store.
  const specialist = await specialistOf(request, () => runs.run({ effort: 'index' }), terminal.log);
  if (!specialist.ok && (located || specialist.error.code === 'cancelled')) return terminal.fail(specialist.error);
  const harvest = await harvestFolder(request.root, request.harvest, deps);
  if (!harvest.ok) return terminal.fail(harvest.error);
  if (located && specialist.ok) {
    const rows = await rowsAt(located.value, request, harvest.value, specialist.value, runs.engine, deps);
    if (!rows.ok) return terminal.fail(rows.error);
    for (const row of rows.value) await terminal.writeLine(row);
  }
  const rows = keptRows(request, { ...deps, harvest: harvest.value });
  let next = await rows.next();
  for (; !next.done; next = await rows.next()) await terminal.writeLine(next.value);
  terminal.bar.clear();
  return next.value.ok ? 0 : terminal.fail(next.value.error);
}
