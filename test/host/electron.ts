// The in-host suite in a downloaded desktop VS Code, through @vscode/test-electron.
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import type { Profile } from '../../build/code-server.ts';
import { cache, root } from '../../build/paths.ts';

/** Which VS Code to download ('stable', '1.104.0'); undefined: the suite runs in code-server. */
export const desktopVersion = process.env.EASY_ADAPTATION_VSCODE || undefined;

/**
 * Runs the suite to its end. Our extension is loaded from the repository, with the packaged dist/. A failing test is
 * not an error here: the results file has it.
 */
export async function runInDesktop(options: {
  readonly version: string;
  readonly profile: Profile;
  readonly driverFolder: string;
  readonly env: Record<string, string>;
  readonly opened: string;
  readonly trustAll: boolean;
}): Promise<void> {
  const { version, profile, driverFolder, env, opened, trustAll } = options;
  const args = ['--user-data-dir', profile.userData, '--extensions-dir', profile.extensions];
  if (trustAll) args.push('--disable-workspace-trust');
  await runTests({
    version,
    cachePath: join(cache, 'vscode-test'),
    extensionDevelopmentPath: [root, driverFolder],
    extensionTestsPath: join(driverFolder, 'driver.cjs'),
    extensionTestsEnv: env,
    launchArgs: [opened, ...args, '--no-sandbox', '--skip-welcome', '--skip-release-notes'],
  }).catch((error: unknown) => {
    if (!/failed/i.test(String(error))) throw error;
  });
}
