// `export-adapter` writes a folder's model for other programs; `import-adapter` reads an adapter of theirs.
import { basename, join, resolve } from 'node:path';
import { exportOwn } from '../../adaptation/exchange/export-own.ts';
import { takeAdapter } from '../../adaptation/exchange/foreign-adapter.ts';
import { type CommandLine, UsageError } from './command-line.ts';
import { requestFor, requireFolder } from './run-request.ts';
import type { Terminal } from './terminal.ts';

export async function exportAdapter({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  if (target === undefined) throw new UsageError('Name the folder that was adapted to: export-adapter FOLDER.');
  const { root, specialistFolder, neural, tokenizerPath: tokenizer } = requestFor(target, values);
  if (!neural) throw new UsageError('With --no-neural there is nothing to export.');
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
  if (!neural) throw new UsageError('With --no-neural there is no base that it goes over.');
  const adapter = requireFolder(target);
  const taken = await takeAdapter({
    ...{ adapter, root, storeFolder, specialistFolder, base: neural.base },
    who: 'npm start',
  });
  if (!taken.ok) return terminal.fail(taken.error);
  terminal.print(
    { folder: root, base: taken.value.name },
    `${adapter} answers in ${root} from now on, over the base '${taken.value.name}'. An open window takes it when it is opened again.`,
  );
  return 0;
}
