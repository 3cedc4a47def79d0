// `export-adapter` writes a folder's model for other programs; `import-adapter` reads an adapter of theirs.
import { basename, join, resolve } from 'node:path';
import { exportOwn } from '../../adaptation/exchange/export-own.ts';
import { importForeignAdapter } from '../../adaptation/exchange/foreign-adapter.ts';
import { type CommandLine, UsageError } from './command-line.ts';
import { requestFor, requireFolder } from './run-request.ts';
import type { Terminal } from './terminal.ts';

export async function exportAdapter({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  if (target === undefined) throw new UsageError('Name the folder that was adapted to: export-adapter FOLDER.');
  const { root, specialistFolder, neural, tokenizerPath: tokenizer } = requestFor(target, values);
  if (!neural)
    throw new UsageError('--no-neural cannot be combined with export-adapter, which exports a neural model.');
  const into = resolve(values.into ?? join('.', `${basename(root)}.adapter`));
  const done = exportOwn({ specialistFolder, base: neural.base, tokenizer, into }, terminal.stop.signal, (update) =>
    terminal.bar.update(update),
  );
  terminal.bar.clear();
  if (!done.ok) return terminal.fail(done.error);
  terminal.print(done.value, `${into}: ${done.value.names.join(', ')}`);
  return 0;
}

export async function importAdapter({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  if (target === undefined) throw new UsageError('Name the folder of the adapter: import-adapter ADAPTER.');
  const { root, storeFolder, specialistFolder, neural } = requestFor(values.folder ?? '.', values);
  if (!neural) throw new UsageError('--no-neural cannot be combined with import-adapter, which needs a base.');
  const adapter = requireFolder(target);
  const imported = await importForeignAdapter({
    ...{ adapter, root, storeFolder, specialistFolder, base: neural.base },
    who: 'npm start',
  });
  if (!imported.ok) return terminal.fail(imported.error);
  terminal.print(
    { folder: root, base: imported.value.name },
    `${adapter} is in use in ${root} now, with the base '${imported.value.name}'. An open editor window uses it after a reload.`,
  );
  return 0;
}
