// `import`: adds a base model from a GGUF file.
import { join } from 'node:path';
import { megabytes } from '../../common/format.ts';
import type { AddedBase } from '../../neural/models/import/add-gguf.ts';
import { DIALECTS } from '../../neural/models/manifest.ts';
import { JobClient } from '../job-client.ts';
import { type CommandLine, repository } from './command-line.ts';
import { basesFolder } from './run-request.ts';
import { GRACE_MS, type Terminal } from './terminal.ts';

export async function importBase({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  const request = { path: target, into: basesFolder(values), ...(values.name !== undefined && { name: values.name }) };
  const { bar, stop, log } = terminal;
  // In a job's process, which needs a third of the memory that this process would.
  const jobs = new JobClient({ script: join(repository, 'src', 'jobs', 'main.ts'), log });
  const added = await jobs.job('importBase', request, stop.signal, (update) => bar.update(update));
  await jobs.end(GRACE_MS);
  bar.clear();
  if (!added.ok) return terminal.fail(added.error);
  terminal.print(added.value, renderImported(added.value));
  return 0;
}

function renderImported({ name, parameters, bytes, contextLength, licence, manifest }: AddedBase): string {
  const stated = licence === undefined ? 'It states no licence' : `Its licence, as stated: ${licence}`;
  const form =
    DIALECTS[manifest.dialect].tokens.suffix === ''
      ? 'it continues the text before the cursor'
      : `prompts as ${manifest.dialect}`;
  return [
    `Added '${name}': ${Math.round(parameters / 1e6)} M parameters, ${megabytes(bytes)}, served by llama.cpp from where it is, a context of ${contextLength} tokens; ${form}.`,
    `${stated}. Copies of a model sometimes state a wrong one: check its maker's page.`,
    `Use it with --base ${name}`,
  ].join('\n');
}
