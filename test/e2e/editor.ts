// The workbench as a user's hands and eyes have it: palette, files, typing, ghost text, status bar, notifications, the panel.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { patience, shots } from '../support/browser.ts';

/** Of the workbench's element; its settings let the theme follow the system's. */
const themeClasses = { light: 'vs', dark: 'vs-dark' } as const;

export class Editor {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Runs a command by its title, as the palette shows it; one that is not offered yet is looked for again. */
  async command(title: string): Promise<void> {
    const { page } = this;
    await this.eventually(`the command ${title}`, async () => {
      await page.keyboard.press('F1');
      await this.quickInput().waitFor();
      await this.quickInput().locator('input').fill(`>${title}`);
      await this.quickRow(title)
        .click({ timeout: 3000 })
        .catch(async (error: unknown) => {
          await page.keyboard.press('Escape');
          throw error;
        });
    });
  }

  quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  quickRow(text: string | RegExp): Locator {
    return this.quickInput().locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  }

  /** Answers the input box that is open. */
  async answer(text: string): Promise<void> {
    const input = this.quickInput().locator('input');
    await input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Opens a file of the folder and puts the cursor at a place, both 1-based. */
  async open(path: string, line: number, column: number): Promise<void> {
    const { page } = this;
    await page.keyboard.press('Control+p');
    await this.quickInput().waitFor();
    await this.quickInput().locator('input').fill(`${path}:${line}:${column}`);
    const slash = path.lastIndexOf('/');
    const [folder, name] = [path.slice(0, slash), path.slice(slash + 1)];
    await this.quickInput()
      .locator('.quick-input-list .monaco-list-row.focused')
      .filter({ hasText: name })
      .filter({ hasText: folder })
      .waitFor();
    await page.keyboard.press('Enter');
    await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.statusItem(`Ln ${line}, Col ${column}`).waitFor();
    await page.locator('.monaco-editor.focused').waitFor();
  }

  /** As a quick typist; the last keys decide what is suggested. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 30 });
  }

  /** What the ghost text says now; '' where there is none. Lines are joined by '\n'. */
  async ghost(): Promise<string> {
    return this.page.evaluate(() => {
      const inline = [...document.querySelectorAll('.ghost-text-decoration, .ghost-text-decoration-preview')];
      const first = inline.map((part) => part.textContent).join('');
      const more = [...document.querySelectorAll('.suggest-preview-text, .view-zones .ghost-text .view-line')];
      const text = [first, ...more.map((line) => line.textContent)].join('\n');
      return text.replaceAll('\u00a0', ' ').replace(/\n$/, '');
    });
  }

  /** Waits for ghost text that fits. */
  async waitForGhost(fits: RegExp, limitMs = patience): Promise<string> {
    const look = async () => {
      const text = await this.ghost();
      assert.match(text, fits);
      return text;
    };
    return this.eventually('ghost text', look, limitMs);
  }

  async noGhost(): Promise<void> {
    await this.eventually('no ghost text', async () => assert.equal(await this.ghost(), ''));
  }

  /** Text of the line that the cursor is in. */
  async currentLine(): Promise<string> {
    return this.page.evaluate(() => {
      const top = document.querySelector<HTMLElement>('.monaco-editor.focused .cursor')?.style.top;
      const lines = [...document.querySelectorAll<HTMLElement>('.monaco-editor.focused .view-line')];
      const line = lines.find(({ style }) => style.top === top);
      const copy = line?.cloneNode(true) as HTMLElement | undefined;
      for (const ghost of copy?.querySelectorAll('[class*="ghost-text"]') ?? []) ghost.remove();
      const text = copy?.textContent ?? '';
      return text.replaceAll('\u00a0', ' ');
    });
  }

  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text }).first();
  }

  /** Our item in the status bar. */
  ourStatus(): Locator {
    return this.page.locator('.statusbar-item[id^="easy-adaptation"]').first();
  }

  notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-toast');
  }

  async dismissNotifications(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
    await this.notifications().first().waitFor({ state: 'detached' });
  }

  dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** The inside of our panel; the second one is in an editor tab. */
  panel(index = 0): FrameLocator {
    const outer = this.page.locator('iframe.webview.ready').nth(index);
    return outer.contentFrame().frameLocator('iframe#active-frame');
  }

  /** Drags the side bar's edge; it is to the left. */
  async narrowSideBar(width: number): Promise<void> {
    const bar = await this.page.locator('.part.sidebar').boundingBox();
    assert.ok(bar);
    const y = bar.y + bar.height / 2;
    await this.page.mouse.move(bar.x + bar.width + 1, y);
    await this.page.mouse.down();
    await this.page.mouse.move(bar.x + width, y, { steps: 8 });
    await this.page.mouse.up();
  }

  /** Tries again until it passes; the last failure is the error. */
  async eventually<T>(what: string, attempt: () => Promise<T>, limitMs = patience): Promise<T> {
    const end = performance.now() + limitMs;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (performance.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${what}`, { cause: error });
      }
      await this.page.waitForTimeout(50);
    }
  }

  /** In both themes; what has the focus keeps it. */
  async shot(name: string): Promise<void> {
    mkdirSync(shots, { recursive: true });
    for (const theme of ['light', 'dark'] as const) {
      await this.page.emulateMedia({ colorScheme: theme });
      await this.page.locator(`.monaco-workbench.${themeClasses[theme]}`).waitFor();
      await this.page.screenshot({ path: join(shots, `${name}-${theme}.png`) });
    }
  }
}
