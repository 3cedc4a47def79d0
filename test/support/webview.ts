// A page of src/vscode/webview/ alone in a browser, in one of VS Code's own themes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { root } from '../../build/paths.ts';
import { npmPackage } from './project.ts';

/** What VS Code 1.139 tells a webview: the variables that our style sheets use, and the classes of the body. */
const themes = JSON.parse(readFileSync(join(root, 'test/support/themes.json'), 'utf8')) as Record<
  Theme,
  { readonly body: string; readonly variables: Readonly<Record<string, string>> }
>;
export const themeNames = ['dark', 'light', 'high-contrast', 'high-contrast-light'] as const;
type Theme = (typeof themeNames)[number];

/** @param script a file of src/vscode/webview/ @param styles files of media/panel/, without extension */
export async function openWebview(browser: Browser, script: string, styles: readonly string[]): Promise<Page> {
  const page = await browser.newPage();
  const built = await build({
    ...{ entryPoints: [join(root, 'src/vscode/webview', script)], bundle: true, write: false, format: 'iife' },
  });
  await page.setContent('<!DOCTYPE html><html lang="en"><title>Easy Adaptation</title><body></body></html>');
  for (const name of styles) await page.addStyleTag({ path: join(root, 'media/panel', `${name}.css`) });
  await page.evaluate(() => {
    Object.assign(window, { acquireVsCodeApi: () => ({ postMessage: () => {} }) });
  });
  await page.addScriptTag({ content: built.outputFiles[0]?.text ?? '' });
  return page;
}

/** @param background the variable that colours what is behind the page */
export async function setTheme(page: Page, theme: Theme, background: string): Promise<void> {
  const { body, variables } = themes[theme];
  await page.evaluate(
    ([classes, values, color]) => {
      document.body.className = classes;
      document.documentElement.removeAttribute('style');
      for (const [name, value] of Object.entries(values)) document.documentElement.style.setProperty(name, value);
      document.body.style.backgroundColor = `var(${color})`;
    },
    [body, variables, background] as const,
  );
}

/** What axe-core finds against WCAG 2 at level AA: the rule with the elements that break it. */
export async function axeFindings(page: Page, selector: string): Promise<string[]> {
  const axe = join(await npmPackage('axe-core', '4.14.1'), 'axe.min.js');
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ path: axe });
  return page.evaluate(async (at) => {
    const { axe } = window as unknown as { axe: { run(at: string, options: unknown): Promise<AxeResults> } };
    // The table's rows are scrolled by the keys of the grid around them, which has the focus.
    const rules = { 'scrollable-region-focusable': { enabled: false } };
    const { violations } = await axe.run(at, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'], rules });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  }, selector);
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/** Elements that end to the right of the page, and the width that can be scrolled to. */
export function widerThanPage(page: Page): Promise<{ readonly scrollWidth: number; readonly outside: string[] }> {
  return page.evaluate(() => {
    const parts = [...document.querySelectorAll('main, main *')].filter((part) => part.checkVisibility());
    const outside = parts.filter((part) => part.getBoundingClientRect().right > innerWidth + 0.5);
    const { scrollWidth } = document.scrollingElement as Element;
    return { scrollWidth, outside: outside.map((part) => `${part.tagName} ${part.className}`) };
  });
}
