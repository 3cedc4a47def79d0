// Builds the packages under test: our .vsix, once for all parts of a run, and the driver's .vsix.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packageExtension } from '../../build/package.ts';
import { root } from '../../build/paths.ts';
import { must } from '../../build/proc.ts';

export const vsixVariable = 'EASY_ADAPTATION_VSIX';

/** Path of our package: the one that build/test.ts made, or a new one in `folder`. */
export async function ourVsix(folder: string): Promise<string> {
  const builtPath = process.env[vsixVariable];
  if (builtPath !== undefined && existsSync(builtPath)) return builtPath;
  const out = join(folder, 'easy-adaptation.vsix');
  await packageExtension({ out });
  return out;
}

/** Bundles the driver (test/host/driver.ts) as an extension in `folder`. */
export async function writeDriver(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['test/host/driver.ts'],
    outfile: join(folder, 'driver.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const manifest = {
    name: 'easy-adaptation-test-driver',
    publisher: 'easy-adaptation',
    version: '0.0.1',
    private: true,
    main: './driver.cjs',
    engines: { vscode: '^1.104.0' },
    extensionKind: ['workspace'],
    // For test/host/suites/models.ts, which registers it.
    contributes: { languageModelChatProviders: [{ vendor: 'easy-adaptation-test', displayName: 'Test' }] },
    // Activated before the extension under test, which waits until the start is over.
    activationEvents: ['*'],
    // Runs in Restricted Mode too, to check our extension there.
    capabilities: { untrustedWorkspaces: { supported: true } },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'README.md'), '# Test driver\n');
}

export async function driverVsix(folder: string): Promise<string> {
  const source = join(folder, 'driver');
  await writeDriver(source);
  const out = join(folder, 'driver.vsix');
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', out];
  await must(process.execPath, [vsce, ...args], { cwd: source });
  return out;
}
