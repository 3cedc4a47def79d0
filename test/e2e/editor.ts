// A user's actions in the workbench: palette, files, typing. Also reads ghost text, status bar, notifications and
// panel.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { patience, shots } from '../support/browser.ts';
import { setTheme, themes } from '../support/pictures.ts';

export class Editor {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Runs a command by its title in the palette. Retries until the palette offers it. */
  command(title: string): Promise<void> {
    return this.pick(`>${title}`, title, () => this.page.keyboard.press('F1'));
  }

  /** Runs an action of the menu of our item in the status bar. */
  menuAction(label: string): Promise<void> {
    return this.pick(label, label, () => this.ourStatus().click());
  }

  /** Enters the key of the provider in use. */
  async setKey(key: string): Promise<void> {
    await this.command('Easy Adaptation: Choose the Large Model');
    await this.quickRow('Set API Key').click();
    await this.quickInput().locator('input[type=password]').waitFor();
    await this.answer(key);
  }

  /** Opens a list, types a filter, so that the row is drawn, and clicks the row. Opens it again if it was closed. */
  private async pick(filter: string, row: string, open: () => Promise<void>): Promise<void> {
    await this.eventually(`the row ${row}`, async () => {
      await open();
      try {
        await this.quickInput().locator('input').fill(filter, { timeout: 10_000 });
        await this.quickRow(row).click({ timeout: 3000 });
      } catch (error) {
        await this.page.keyboard.press('Escape');
        throw error;
      }
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

  /** Opens a file of the folder with the cursor at a 1-based position. */
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

  /** Types quickly, so that only the last keys cause a suggestion. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 30 });
  }

  /**
   * Types `text` over the nth `old`, or behind it if it begins with it; the editor indents new lines.
   * @param before the file's text. Returns it as it is then
   */
  async typeOver(path: string, before: string, old: string, text: string, nth = 0): Promise<string> {
    let at = before.indexOf(old);
    for (let i = 0; i < nth; i++) at = before.indexOf(old, at + 1);
    const lines = before.slice(0, at + old.length).split('\n');
    await this.open(path, lines.length, 1);
    // The status bar counts a tab as several columns.
    for (let i = (lines.at(-1) as string).length; i > 0; i--) await this.page.keyboard.press('ArrowRight');
    const isAdded = text.startsWith(old);
    for (let i = 0; i < old.length && !isAdded; i++) await this.page.keyboard.press('Shift+ArrowLeft');
    await this.type((isAdded ? text.slice(old.length) : text).replace(/\n\s+/g, '\n'));
    return before.slice(0, at) + text + before.slice(at + old.length);
  }

  /** Saves until the active editor's file has a text: an edit may come after the first key that saves. */
  async saved(file: string, text: string): Promise<void> {
    await this.eventually(`the text of ${file}`, async () => {
      await this.page.keyboard.press('Control+s');
      assert.equal(readFileSync(file, 'utf8'), text);
    });
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+s');
    await this.page.locator('.tab.active:not(.dirty)').waitFor();
  }

  /** The current ghost text, with lines joined by '\n'; '' if there is none. */
  async ghost(): Promise<string> {
    return this.page.evaluate(() => {
      const inline = [...document.querySelectorAll('.ghost-text-decoration, .ghost-text-decoration-preview')];
      const first = inline.map((part) => part.textContent).join('');
      const otherLines = [...document.querySelectorAll('.suggest-preview-text, .view-zones .ghost-text .view-line')];
      const text = [first, ...otherLines.map((line) => line.textContent)].join('\n');
      return text.replaceAll('\u00a0', ' ').replace(/\n$/, '');
    });
  }

  /** Waits for ghost text that matches. */
  async waitForGhost(pattern: RegExp, limitMs = patience): Promise<string> {
    const matching = async () => {
      const text = await this.ghost();
      assert.match(text, pattern);
      return text;
    };
    return this.eventually('ghost text', matching, limitMs);
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

  /** Texts that decorations add to the lines, such as the hint of the next edit, in their order. */
  async decorations(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('.view-lines [class*="ced-"]')].flatMap((part) =>
        ['::before', '::after'].flatMap((place) => {
          const { content } = getComputedStyle(part, place);
          return content === 'none' || content === 'normal' ? [] : [content.replace(/^"|"$/g, '')];
        }),
      ),
    );
  }

  /** Waits for a decoration, and returns its text. */
  async hint(pattern: RegExp, limitMs = patience): Promise<string> {
    const shown = async () => {
      const texts = await this.decorations();
      const shown = texts.find((text) => pattern.test(text));
      assert.ok(shown !== undefined, JSON.stringify(texts));
      return shown;
    };
    return this.eventually(`the hint ${pattern}`, shown, limitMs);
  }

  /** Where a decoration ends, and where the editor does, pixels. */
  async hintEnd(pattern: RegExp): Promise<{ readonly hint: number; readonly editor: number }> {
    return this.page.evaluate((source) => {
      const parts = [...document.querySelectorAll('.view-lines [class*="ced-"]')];
      const shown = parts.find((part) => new RegExp(source).test(getComputedStyle(part, '::after').content.slice(1)));
      const rightOf = (part: Element | null | undefined) => part?.getBoundingClientRect().right ?? Number.NaN;
      return { hint: rightOf(shown), editor: rightOf(shown?.closest('.overflow-guard')) };
    }, pattern.source);
  }

  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text }).first();
  }

  /** Waits until an opened folder is ready. */
  async ready(): Promise<void> {
    await this.eventually('Ready', async () => assert.match((await this.ourStatus().textContent()) ?? '', /Ready/));
  }

  /** Our item in the status bar. */
  ourStatus(): Locator {
    return this.page.locator('.statusbar-item[id^="easy-adaptation"]').first();
  }

  notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-toast');
  }

  /**
   * Presses a button of a message that has come. VS Code hides a toast after some ten seconds, which a busy machine may
   * need for the step before: then the list of notifications still has it.
   */
  async pressInNotification(text: string | RegExp, button: string): Promise<void> {
    const listed = this.page.locator('.notifications-center .monaco-list-row');
    const message = this.notifications().or(listed).filter({ hasText: text }).first();
    await this.eventually(`the button ${button}`, async () => {
      if ((await message.count()) === 0) await this.command('Notifications: Show Notifications');
      await message.getByRole('button', { name: button }).click({ timeout: 3000 });
    });
  }

  async dismissNotifications(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
    await this.notifications().first().waitFor({ state: 'detached' });
  }

  dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Answers the question about consent. */
  async allowFolder(): Promise<void> {
    await this.dialog().getByRole('button', { name: 'Allow for This Folder' }).click();
    await this.dialog().waitFor({ state: 'detached' });
  }

  /** The page of our panel. */
  panel(): FrameLocator {
    const outer = this.page.locator('iframe.webview.ready').first();
    return outer.contentFrame().frameLocator('iframe#active-frame');
  }

  /** The page of a text task's table: the last ready webview. */
  table(): FrameLocator {
    const outer = this.page.locator('iframe.webview.ready').last();
    return outer.contentFrame().frameLocator('iframe#active-frame');
  }

  /** Retries until the attempt passes. After the limit, the last failure is the cause of the error. */
  async eventually<T>(name: string, attempt: () => Promise<T>, limitMs = patience): Promise<T> {
    const end = performance.now() + limitMs;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (performance.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${name}`, { cause: error });
      }
      await this.page.waitForTimeout(50);
    }
  }

  /** Takes a screenshot in both themes, without moving the focus. */
  async shot(name: string): Promise<void> {
    mkdirSync(shots, { recursive: true });
    for (const theme of themes) {
      await setTheme(this.page, theme);
      await this.page.screenshot({ path: join(shots, `${name}-${theme}.png`) });
    }
  }
}
