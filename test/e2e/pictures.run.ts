// What README shows first, as its moving picture: a line typed, a whole line taken, a next edit, and who answered.
import assert from 'node:assert/strict';
import { checkSentences, Film, isTakingPictures, takePicture } from '../support/pictures.ts';
import { startSession } from './session.ts';

/** The folder's other adapters have the same properties and the same constructor. */
const path = 'src/activities/translate/adapter.ts';
const adapter = `export interface Config {
  apiKey?: string
}

export abstract class BaseTranslateAdapter<TModel> {
  readonly kind = 'translate' as const
  

  protected config: Config

  constructor(config: Config = {}, model: TModel) {
    
  }
}
`;

const { editor, step } = await startSession(
  {
    // Nothing is called.
    'easyAdaptation.baseUrl': '',
    'breadcrumbs.enabled': false,
    'editor.lightbulb.enabled': 'off',
    'editor.cursorBlinking': 'solid',
    'editor.scrollBeyondLastLine': false,
    'editor.scrollbar.horizontal': 'hidden',
    'editor.scrollbar.vertical': 'hidden',
    'editor.stickyScroll.enabled': false,
    'scm.diffDecorations': 'none',
    'window.commandCenter': false,
    'workbench.activityBar.location': 'hidden',
    'workbench.layoutControl.enabled': false,
    'workbench.sideBar.location': 'right',
  },
  { files: { [path]: adapter } },
);
const { page } = editor;
const film = new Film(page);

/** The editor without its tabs. */
const code = () => page.locator('.editor-group-container .editor-container').first();

step('a folder is opened beside the panel', async () => {
  await editor.ready();
  await page.setViewportSize({ width: 960, height: 500 });
  await editor.open(path, 12, 5);
  await editor.command('Easy Adaptation: Show Panel');
  await editor.panel().locator('.rows').scrollIntoViewIfNeeded();
  await code().click();
  await editor.open(path, 12, 5);
  await page
    .getByText(/^Analyzing /)
    .first()
    .waitFor({ state: 'detached' });
  await film.frame(500);
});

step('whole lines are suggested as the folder writes them, and Tab takes them', async () => {
  await film.type('this.config = ');
  await editor.waitForGhost(/^config\n\s*this\.model = model$/);
  await film.frame(800);
  // Behind the comma stands how long it took, or that it was cached. It comes a moment after the ghost text.
  await editor.ourStatus().filter({ hasText: ',' }).waitFor();
  const [answering = ''] = ((await editor.ourStatus().textContent()) ?? '').split(',');
  checkSentences('walkthrough/try', [answering]);
  await takePicture(page, 'walkthrough/try', code(), 300);
  await page.keyboard.press('Tab');
  await editor.eventually('the line', async () => assert.match(await editor.currentLine(), /this\.model = model$/));
  await film.frame(500);
  await editor.open(path, 7, 3);
  await film.type('abstract ');
  await editor.waitForGhost(/^readonly name: string/);
  await film.frame(800);
  await page.keyboard.press('Tab');
  await film.frame(500);
});

step('after a rename at one place the others are offered, and Tab goes there and applies', async () => {
  const { length } = film;
  // On a busy machine the language server may know the declaration only at the next attempt.
  await editor.eventually('the rename', async () => {
    film.cutTo(length);
    await editor.open(path, 1, 18);
    await page.waitForTimeout(1000);
    await page.keyboard.press('Control+d');
    await film.frame(300);
    await film.type('Options');
    try {
      await editor.hint(/^Tab: next edit, line \d+$/, 15_000);
    } catch (error) {
      while (!/Config/.test(await editor.currentLine())) await page.keyboard.press('Control+z');
      throw error;
    }
  });
  const sentences: string[] = [];
  for (const place of ['second', 'third']) {
    await editor.hint(/^Tab: next edit, line \d+$/);
    sentences.push(...(await editor.decorations()));
    await film.frame(700);
    await page.keyboard.press('Tab');
    await editor.hint(/^Tab: apply/);
    sentences.push(...(await editor.decorations()));
    await film.frame(600);
    if (place === 'second') await takePicture(page, 'walkthrough/next-edit', code(), 300);
    await page.keyboard.press('Tab');
    await film.frame(400);
  }
  checkSentences('walkthrough/next-edit', sentences);
});

step('the panel says who answered, and why', async () => {
  const row = editor.panel().locator('details.source-specialist').filter({ hasText: 'this.model = model' }).first();
  await row.locator('summary').click();
  await row.evaluate((element) => element.scrollIntoView());
  await film.frame(2000);
  await editor.shot('p-12');
  const texts = await row.locator('.badge, .why, .confidence').allTextContents();
  checkSentences('walkthrough/panel', texts);
  await takePicture(page, 'walkthrough/panel', page.locator('.part.sidebar'));
  const seconds = film.save('easy-adaptation');
  if (isTakingPictures) console.log(`${seconds} s`);
});

step('the large models to choose from are shown', async () => {
  await editor.command('Easy Adaptation: Choose the Large Model');
  await editor.quickRow('Set API Key').waitFor();
  // A hover would cover a part.
  await page.mouse.move(5, 5);
  const rows = editor.quickInput().locator('.quick-input-list .monaco-list-row .label-name');
  checkSentences('walkthrough/api', await rows.allTextContents());
  await page.locator('.monaco-hover:visible').waitFor({ state: 'detached' });
  await takePicture(page, 'walkthrough/api', editor.quickInput());
  await page.keyboard.press('Escape');
});
