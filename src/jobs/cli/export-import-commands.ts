// `adaptations export`, `import` and `compare`: an adaptation as one file, and two reports side by side.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { exportAdaptation } from '../../adaptation/exchange/export-import.ts';
import { latestAdaptation } from '../../adaptation/models/latest-adaptation.ts';
import { snapshotName } from '../../adaptation/models/specialist-files.ts';
import { compareDocument } from '../../adaptation/report/compare.ts';
import { markdownOf } from '../../adaptation/report/markdown.ts';
import type { Failure, Result } from '../../common/errors.ts';
import { counted } from '../../common/format.ts';
import type { Provenance } from '../../neural/models/export/portable.ts';
import { importJob } from '../exchange.ts';
import { type CommandLine, repository, UsageError, type Values } from './command-line.ts';
import { requestFor } from './run-request.ts';
import { Runs } from './runs.ts';
import type { Terminal } from './terminal.ts';

type Verb = (first: string, second: string, values: Values, terminal: Terminal) => Promise<number>;

const verbs: Readonly<Record<string, { readonly takes: string; readonly work: Verb }>> = {
  export: { takes: 'FOLDER FILE', work: exportTo },
  import: { takes: 'FILE FOLDER', work: importFrom },
  compare: { takes: 'FOLDER FOLDER', work: compare },
};

export async function adaptations({ target = '', others, values }: CommandLine, terminal: Terminal): Promise<number> {
  const verb = Object.hasOwn(verbs, target) ? verbs[target] : undefined;
  const [first, second] = others;
  if (verb && first !== undefined && second !== undefined) return verb.work(first, second, values, terminal);
  const all = Object.entries(verbs).map(([name, { takes }]) => `adaptations ${name} ${takes}`);
  throw new UsageError(`Write one of these: ${all.join('; ')}.`);
}

async function exportTo(folder: string, file: string, values: Values, terminal: Terminal): Promise<number> {
  const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };
  const request = { ...requestFor(folder, values), target: resolve(file), version };
  const result = exportAdaptation(request, terminal.log);
  return print(result, terminal, ({ path, bytes, sha256, provenance }) =>
    [
      `${path}: ${(bytes / 1e6).toFixed(1)} MB, ${describe(provenance)}. SHA-256 ${sha256}.`,
      'It contains data of the folder, and its report quotes lines: share it only with people who may read the folder.',
    ].join('\n'),
  );
}

async function importFrom(file: string, folder: string, values: Values, terminal: Terminal): Promise<number> {
  const request = requestFor(folder, values);
  const base = request.neural?.base;
  if (base === undefined)
    throw new UsageError('--no-neural cannot be combined with import, which imports a neural model.');
  const result = await importJob({ ...request, base, from: resolve(file), who: 'npm start' }, terminal);
  if (!result.ok) return terminal.fail(result.error);
  // The n-grams come from the target folder's own files.
  if (!existsSync(join(request.specialistFolder, snapshotName))) {
    const runs = new Runs(request, values, terminal);
    const indexed = await runs.run({ effort: 'index' });
    terminal.bar.clear();
    if (!indexed.ok) return terminal.fail(indexed.error);
  }
  return print(result, terminal, ({ provenance, requiredBase }) =>
    requiredBase === undefined
      ? `In use in ${request.root}: ${describe(provenance)}.`
      : `Kept for ${request.root}: ${describe(provenance)}. It is used when the base '${requiredBase}' is.`,
  );
}

async function compare(first: string, second: string, values: Values, terminal: Terminal): Promise<number> {
  const sides = [first, second].map((folder) => {
    const request = requestFor(folder, values);
    const latest = latestAdaptation(request, terminal.log);
    return latest.ok ? { ...latest.value, name: basename(request.root) } : latest;
  });
  const [a, b] = sides;
  if (!a || !b) return 1;
  if ('ok' in a) return terminal.fail((a as { error: Failure }).error);
  if ('ok' in b) return terminal.fail((b as { error: Failure }).error);
  terminal.print([a.report, b.report], markdownOf(compareDocument(a, b)));
  return 0;
}

function print<T>(result: Result<T>, terminal: Terminal, text: (value: T) => string): number {
  if (!result.ok) return terminal.fail(result.error);
  terminal.print(result.value, text(result.value));
  return 0;
}

function describe({ folder, base, files, finishedAt }: Provenance): string {
  const date = new Date(finishedAt).toISOString().slice(0, 10);
  return `adapted to ${folder} (${counted(files, 'file')}) from the base '${base}' on ${date}`;
}
