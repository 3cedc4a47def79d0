// A VS Code in the browser with the packaged extension in it, for trying things by hand where there is no desktop VS Code.
//
//   node build/run.mjs build/workbench.ts [FOLDER] [--port N] [--restricted] [--profile FOLDER]
//
// Prints the address and runs until Ctrl+C. The profile is thrown away afterwards unless --profile names one to keep.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installExtension, makeProfile, needCodeServer, startWorkbench } from './code-server.ts';
import { packageExtension } from './package.ts';
import { root } from './paths.ts';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string' }, restricted: { type: 'boolean' }, profile: { type: 'string' } },
  });
  const at = (path: string) => resolve(process.env.INIT_CWD ?? process.cwd(), path);
  const folder = positionals[0] === undefined ? root : at(positionals[0]);
  await needCodeServer();
  const temporary = mkdtempSync(join(tmpdir(), 'easy-adaptation-workbench-'));
  try {
    const vsix = join(temporary, 'easy-adaptation.vsix');
    const { size } = await packageExtension({ out: vsix });
    console.log(`packaged: ${(size / 1000).toFixed(0)} kB`);
    const profile = makeProfile(values.profile === undefined ? join(temporary, 'profile') : at(values.profile), {
      'workbench.colorTheme': 'Default Dark Modern',
    });
    await installExtension(profile, vsix);
    const workbench = await startWorkbench(profile, {
      trustAll: !values.restricted,
      ...(values.port === undefined ? {} : { port: Number(values.port) }),
    });
    console.log(`\n  ${workbench.folderUrl(folder)}\n\nCtrl+C ends it.`);
    await new Promise<void>((done) => {
      process.once('SIGINT', done);
      process.once('SIGTERM', done);
    });
    await workbench.stop();
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
