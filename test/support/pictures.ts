// The pictures of README and walkthrough, and the sentences that they show. An end-to-end test that takes a picture
// fails if the product says something else than the stored picture. `npm run pictures` takes all of them again.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import UPNG from 'upng-js';
import { picturesVariable, root } from '../../build/paths.ts';

export type Theme = 'light' | 'dark';
export const themes: readonly Theme[] = ['light', 'dark'];

/** Classes of the workbench's element. Its theme follows the system's by a setting. */
const themeClasses = { light: 'vs', dark: 'vs-dark' } as const;

/** Whether pictures are written. Otherwise only their sentences are compared. */
export const isTakingPictures = process.env[picturesVariable] === 'write';

/** A picture a line. */
const sentencesFile = join(root, 'test', 'e2e', 'pictures.jsonl');

interface Shown {
  readonly picture: string;
  readonly sentences: readonly string[];
}

/** Figures depend on the machine. */
const withoutFigures = (text: string) =>
  text
    .replaceAll(/\d+(?:[.,]\d+)*/g, '#')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Compares what a picture shows with what it showed when it was taken, or stores it. */
export function checkSentences(picture: string, seen: readonly string[]): void {
  const stored = readFileSync(sentencesFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Shown);
  const sentences = seen.map(withoutFigures);
  if (isTakingPictures) {
    const all = [...stored.filter((shown) => shown.picture !== picture), { picture, sentences }];
    all.sort((one, other) => (one.picture < other.picture ? -1 : 1));
    writeFileSync(sentencesFile, all.map((shown) => `${JSON.stringify(shown)}\n`).join(''));
    return;
  }
  const earlier = stored.find((shown) => shown.picture === picture)?.sentences;
  assert.deepEqual(sentences, earlier, `media/${picture} is out of date: run npm run pictures`);
}

export async function setTheme(page: Page, theme: Theme): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.locator(`.monaco-workbench.${themeClasses[theme]}`).waitFor();
}

/**
 * Writes `media/NAME-THEME.png`, if pictures are taken.
 * @param area what is shown, from its top to at most `height` pixels
 */
export async function takePicture(page: Page, name: string, area: Locator, height = Infinity): Promise<void> {
  if (!isTakingPictures) return;
  const box = await area.boundingBox();
  assert.ok(box, `${name}: nothing to show`);
  for (const theme of themes) {
    await setTheme(page, theme);
    const path = join(root, 'media', `${name}-${theme}.png`);
    mkdirSync(dirname(path), { recursive: true });
    const shot = await page.screenshot({ clip: { ...box, height: Math.min(box.height, height) } });
    writeFileSync(path, smaller(shot));
  }
}

/** The same picture of at most 256 colours. */
function smaller(png: Buffer): Uint8Array {
  const image = UPNG.decode(png);
  return new Uint8Array(UPNG.encode(UPNG.toRGBA8(image), image.width, image.height, 256));
}

/** A moving picture of a page in both themes, of frames that last as long as they are told to. */
export class Film {
  private readonly frames: Record<Theme, { readonly png: Buffer; readonly ms: number }[]> = { light: [], dark: [] };
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** How much of it there is: for `cutTo`, where an attempt failed. */
  get length(): number {
    return this.frames.dark.length;
  }

  cutTo(length: number): void {
    for (const theme of themes) this.frames[theme].splice(length);
  }

  /** What is shown now, for so long. */
  async frame(ms: number): Promise<void> {
    if (!isTakingPictures) return;
    for (const theme of themes) {
      await setTheme(this.page, theme);
      this.frames[theme].push({ png: await this.page.screenshot({ caret: 'initial' }), ms });
    }
  }

  /** Types with a frame for each two keys, at about 120 words a minute. */
  async type(text: string): Promise<void> {
    for (let i = 0; i < text.length; i += 2) {
      await this.page.keyboard.type(text.slice(i, i + 2), { delay: 30 });
      await this.frame(2 * 90);
    }
  }

  /** Writes `media/NAME-THEME.png`, animated. Returns its length in seconds. */
  save(name: string): number {
    for (const theme of themes) {
      const frames = this.frames[theme];
      if (frames.length === 0) continue;
      const images = frames.map(({ png }) => UPNG.decode(png));
      const [{ width, height }] = images as [UPNG.Image];
      const pixels = images.map((image) => UPNG.toRGBA8(image)[0] as ArrayBuffer);
      const file = UPNG.encode(
        pixels,
        width,
        height,
        128,
        frames.map(({ ms }) => ms),
      );
      writeFileSync(join(root, 'media', `${name}-${theme}.png`), new Uint8Array(file));
    }
    return this.frames.dark.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  }
}
