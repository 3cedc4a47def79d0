// `export-adapter`: writes a folder's model for other programs.
import { basename, join, resolve } from 'node:path';
import { exportOwn } from '../../adaptation/models/export-own.ts';
import { type CommandLine, UsageError } from './command-line.ts';
import { requestFor } from './run-request.ts';
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
