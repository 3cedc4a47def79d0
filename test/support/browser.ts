// A headless Chromium that shows a workbench. Stores the browser's console for the case that a test fails.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Workbench } from '../../build/code-server.ts';
import { browserPath, needPackages } from '../../build/debian.ts';
import { root } from '../../build/paths.ts';
import { isTakingPictures } from './pictures.ts';

/** Ignored by git. */
export const shots = join(root, 'test', 'e2e', 'shots');

/** Timeout of every wait, ms. A wait ends as soon as its condition holds. */
export const patience = 180_000;

const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

export async function launchBrowser(): Promise<Browser> {
  await needPackages(['chromium']);
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error('Chromium was installed, but is not on PATH: set CHROMIUM_PATH.');
  return chromium.launch({ executablePath, args: switches });
}

export interface OpenedPage {
  readonly page: Page;
  /** Lines of the browser's console, errors of the page included. */
  readonly console: readonly string[];
}

/**
 * Makes the window look busy all the time: idle callbacks run only at their timeout. VS Code then creates an editor's
 * ghost text 5 s after the editor.
 */
function neverIdle(): void {
  window.requestIdleCallback = (callback, options) =>
    window.setTimeout(() => callback({ didTimeout: true, timeRemaining: () => 0 }), options?.timeout ?? 0);
  window.cancelIdleCallback = (handle) => window.clearTimeout(handle);
}

/** Opens an address of the workbench and waits until the workbench is visible. */
export async function openPage(
  browser: Browser,
  url: string,
  options: { readonly busy?: boolean } = {},
): Promise<OpenedPage> {
  const page = await browser.newPage({
    ...{ viewport: { width: 1280, height: 800 }, deviceScaleFactor: isTakingPictures ? 2 : 1 },
    colorScheme: 'dark',
  });
  if (options.busy) await page.addInitScript(neverIdle);
  page.setDefaultTimeout(patience);
  const lines: string[] = [];
  page.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => lines.push(`page error: ${error.message}`));
  await page.goto(url);
  await page.locator('.monaco-workbench .part.statusbar').waitFor();
  return { page, console: lines };
}

/** Writes a screenshot and all logs to test/e2e/shots/, and prints their paths. */
export async function keepEvidence(
  name: string,
  opened: OpenedPage | undefined,
  workbench: Workbench | undefined,
  log = '',
): Promise<void> {
  mkdirSync(shots, { recursive: true });
  const file = (ending: string) => join(shots, `${name.replaceAll(/[^\w-]+/g, '-')}.${ending}`);
  await opened?.page.screenshot({ path: file('png') }).catch(() => undefined);
  const logs = [
    `code-server:\n${workbench?.output() ?? 'not used'}`,
    `browser:\n${opened?.console.join('\n') ?? 'no page'}`,
    `extension:\n${log}`,
  ];
  writeFileSync(file('log'), `${logs.join('\n\n')}\n`);
  process.stderr.write(`screenshot and logs: ${file('png')}, ${file('log')}\n`);
}
