// The next edit in the workbench, with the keys of a user: typed at two places, Tab goes to the third, Tab applies it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changes } from '../edits/support.ts';
import { startSession } from './session.ts';

/** Longer than the pause before a search, twice. */
const quietMs = 1500;

// The package does not have these names: a rename would be offered in its files, too.
const rename = `export async function loadPage(address: string, roundLimit = 3): Promise<string> {
  let failures = 0;
  while (failures < roundLimit) {
    const answer = await fetch(address);
    if (answer.ok) return answer.text();
    failures++;
  }
  throw new Error(\`no answer after \${roundLimit} tries\`);
}

export function describe(roundLimit: number): string {
  return \`tries at most \${roundLimit} times\`;
}
`;
const other = "import { loadPage } from './rename';\n\nexport const page = loadPage('/');\n";
const sizes = `export const sideWidth = 3;

export function half(): number {
  const rest = 1;
  return sideWidth / 2 + rest;
}

export function double(): number {
  return sideWidth * 2;
}

export function text(): string {
  return \`\${sideWidth} cells\`;
}
`;
const fast = (name: string) =>
  `${Array.from({ length: 8 }, (_, i) => `log(width.of(${name}), 'a long message for row ${i}');\n`).join('')}\n`;
const object = (name: string) => `register({\n  name: '${name}',\n  size: 1,\n});\n\n`;
const names = ['red', 'green', 'blue', 'white'];

const inChange = (index: number, path: string) => `changes/${index}/${path}`;

/** Each step needs the earlier ones. */
const { editor, step, project } = await startSession(
  // No other suggestion takes the Tab key.
  { 'easyAdaptation.minimumConfidence': 1, 'easyAdaptation.baseModel': 'none' },
  {
    files: {
      ...{
        'edits/rename.ts': rename,
        'edits/other.ts': other,
        'edits/sizes.ts': sizes,
        'edits/fast.ts': fast('rowHeight'),
        'edits/narrow.ts': fast('bookDepth'),
        'edits/all.ts': fast('cellSize'),
      },
      'edits/options.ts': names.map(object).join(''),
      ...Object.fromEntries(
        changes.flatMap(({ files }, index) =>
          Object.entries(files).map(([path, text]) => [inChange(index, path), text] as const),
        ),
      ),
    },
  },
);

/** Types a word over the one at a position. */
async function retype(line: number, column: number, text: string, path = 'edits/rename.ts'): Promise<void> {
  await editor.open(path, line, column);
  await editor.page.keyboard.press('Control+d');
  await editor.type(text);
}

const hint = (pattern: RegExp) => editor.hint(pattern);

/** Nothing is drawn, and nothing comes: between an edit and the answer of the search, nothing is drawn either. */
const noHint = () =>
  editor.eventually('no hint', async () => {
    assert.deepEqual(await editor.decorations(), []);
    await editor.page.waitForTimeout(quietMs);
    assert.deepEqual(await editor.decorations(), []);
  });

async function saved(path: string): Promise<string> {
  await editor.save();
  return readFileSync(join(project, path), 'utf8');
}

step('an opened folder is ready', async () => {
  await editor.ready();
  await editor.open('edits/other.ts', 1, 1);
});

step('a word typed over at two places is marked at the third', async () => {
  await retype(1, 52, 'retryLimit');
  await retype(3, 22, 'retryLimit');
  await hint(/^Tab: next edit, line 8$/);
  await hint(/^retryLimit$/);
  await editor.statusItem('Next edit: rename.ts line 8').waitFor();
  await editor.shot('edits-01-hint');
});

step('Tab goes there, and Tab again applies it', async () => {
  await editor.page.keyboard.press('Tab');
  await editor.statusItem('Ln 8, Col 38').waitFor();
  await hint(/^Tab: apply, Esc: dismiss$/);
  await editor.shot('edits-02-at-the-place');
  await editor.page.keyboard.press('Tab');
  await editor.eventually('the line', async () => assert.match(await editor.currentLine(), /\$\{retryLimit\} tries/));
  await hint(/^Tab: next edit, line 11$/);
});

step('a row of Tab keys does the rest of the file', async () => {
  for (const line of [11, 12]) {
    await hint(new RegExp(`^Tab: next edit, line ${line}$`));
    await editor.page.keyboard.press('Tab');
    await editor.statusItem(`Ln ${line},`).waitFor();
    await hint(/^Tab: apply/);
    await editor.page.keyboard.press('Tab');
  }
  await noHint();
  assert.equal(await saved('edits/rename.ts'), rename.replaceAll('roundLimit', 'retryLimit'));
});

step('the next edit in another file opens it', async () => {
  await retype(1, 10, 'fetchPage', 'edits/other.ts');
  await retype(1, 23, 'fetchPage');
  await hint(/^Tab: next edit, other\.ts line 3$/);
  await editor.shot('edits-03-other-file');
  await editor.page.keyboard.press('Tab');
  await editor.page.locator('.tab.active[data-resource-name="other.ts"]').waitFor();
  await hint(/^Tab: apply/);
  await editor.page.keyboard.press('Tab');
  await editor.eventually('the line', async () => assert.match(await editor.currentLine(), /fetchPage\('/));
  await noHint();
});

step('an option typed into two objects is offered for the others, with their own values', async () => {
  for (const [index, name] of names.slice(0, 2).entries()) {
    await editor.open('edits/options.ts', 2 + 6 * index, 1);
    await editor.page.keyboard.press('End');
    await editor.type(`\nlabel: '${name}',`);
  }
  await hint(/^Tab: next edit, line 14$/);
  await hint(/label: 'blue',/);
  await editor.shot('edits-04-option');
  await editor.page.keyboard.press('Tab');
  await hint(/^Tab: apply/);
  await editor.page.keyboard.press('Tab');
  await hint(/^Tab: next edit, line \d+$/);
});

step('typing the beginning of it shows the rest as ghost text', async () => {
  await editor.open('edits/options.ts', 20, 1);
  await editor.page.keyboard.press('End');
  await editor.type('\nla');
  await editor.waitForGhost(/^bel: 'white',$/);
  await editor.shot('edits-05-ghost');
  await editor.page.keyboard.press('Tab');
  const expected = names.map((name) => object(name).replace('\n  size', `\n  label: '${name}',\n  size`)).join('');
  assert.equal(await saved('edits/options.ts'), expected);
});

step('Apply All shows a preview, and keeps the offers if it is discarded', async () => {
  const button = (label: string) => editor.page.locator('.bulk-edit-panel .monaco-button').filter({ hasText: label });
  await retype(1, 14, 'boxWidth', 'edits/sizes.ts');
  await retype(5, 10, 'boxWidth', 'edits/sizes.ts');
  await hint(/^Tab: next edit, line 9$/);
  await editor.command('Easy Adaptation: Apply All Repeated Edits');
  const apply = button('Apply').and(editor.page.locator(':not(.disabled)'));
  await apply.waitFor();
  await editor.shot('edits-07-preview');
  await button('Discard').click();
  await apply.waitFor({ state: 'hidden' });
  await hint(/^Tab: next edit, line 9$/);
  await editor.shot('edits-08-discarded');
  await editor.command('Easy Adaptation: Apply All Repeated Edits');
  await apply.click();
  await noHint();
  assert.equal(await saved('edits/sizes.ts'), sizes.replaceAll('sideWidth', 'boxWidth'));
});

step('a fast row of Tab keys applies one edit after the other, and types nothing', async () => {
  await retype(1, 14, 'lineHeight', 'edits/fast.ts');
  await retype(2, 14, 'lineHeight', 'edits/fast.ts');
  await hint(/^Tab: next edit, line 3$/);
  const wanted = fast('lineHeight');
  await editor.eventually('all edits', async () => {
    // Shorter than the search for the next edit, and longer.
    for (const ms of [0, 60, 150, 400, 700]) {
      await editor.page.keyboard.press('Tab');
      await editor.page.waitForTimeout(ms);
      if (!(await editor.decorations()).length && (await saved('edits/fast.ts')) === wanted) return;
    }
    assert.equal(await saved('edits/fast.ts'), wanted);
  });
});

step('Alt+Shift+Enter applies all places of the file, and one undo takes them back', async () => {
  await retype(1, 14, 'cellDepth', 'edits/all.ts');
  await retype(2, 14, 'cellDepth', 'edits/all.ts');
  await hint(/^Alt\+Shift\+Enter: all 6$/);
  await editor.shot('edits-09-all');
  await editor.page.keyboard.press('Alt+Shift+Enter');
  await noHint();
  assert.equal(await saved('edits/all.ts'), fast('cellDepth'));
  await editor.page.keyboard.press('Control+z');
  const two = fast('cellSize').replace('cellSize', 'cellDepth').replace('cellSize', 'cellDepth');
  assert.equal(await saved('edits/all.ts'), two);
});

step('Escape dismisses it, and Tab indents again', async () => {
  await retype(2, 7, 'errors');
  await retype(3, 11, 'errors');
  await hint(/^Tab: next edit/);
  await editor.page.keyboard.press('Escape');
  await noHint();
  await editor.page.keyboard.press('End');
  await editor.page.keyboard.press('Tab');
  await editor.eventually('an indent', async () => assert.match(await editor.currentLine(), /\{\s+$/));
});

for (const [index, { name, files, typed, next }] of changes.entries())
  step(`after two changes, the keys of the hint make the third: ${name}`, async () => {
    const texts = { ...files };
    for (const { path, old, text, nth } of typed)
      texts[path] = await editor.typeOver(inChange(index, path), texts[path] as string, old, text, nth);
    await hint(/^Tab: (next edit|apply)/);
    if (!(await editor.decorations()).some((text) => text.startsWith('Tab: apply'))) {
      await editor.page.keyboard.press('Tab');
      await hint(/^Tab: apply/);
    }
    await editor.page.keyboard.press('Tab');
    const wanted = next.text(texts[next.path] as string);
    // The edit may come after the first key that saves.
    await editor.eventually('the third change', async () => {
      await editor.page.keyboard.press('Control+s');
      assert.equal(readFileSync(join(project, inChange(index, next.path)), 'utf8'), wanted);
    });
  });

// Last, because two dismissals in a row pause next edits.
step('in a narrow window the hint is in view', async () => {
  await retype(1, 14, 'pageDepth', 'edits/narrow.ts');
  await retype(2, 14, 'pageDepth', 'edits/narrow.ts');
  await hint(/^Tab: next edit, line 3$/);
  await editor.page.setViewportSize({ width: 900, height: 800 });
  await editor.shot('edits-10-narrow');
  const right = await editor.hintEnd(/^Tab: next edit/);
  await editor.page.setViewportSize({ width: 1280, height: 800 });
  assert.ok(right.hint <= right.editor, JSON.stringify(right));
  await editor.page.keyboard.press('Escape');
  await noHint();
});
