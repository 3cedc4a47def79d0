// Types the same passages in a real workbench and in the simulated window, takes no suggestion in either, and compares
// pause by pause what stands on the screen. Differences are counted by cause, silences by what kept the draft back.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { installExtension, makeProfile, needCodeServer, startWorkbench } from '../../build/code-server.ts';
import { messageOf, unwrap } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import { quantile } from '../../src/common/quality.ts';
import type { Replacement } from '../../src/edits/history/edit.ts';
import { EditJournal } from '../../src/edits/history/journal.ts';
import { commonSuffix } from '../../src/text/edits.ts';
import { lineAfter, lineBefore, lineNumber } from '../../src/text/lines.ts';
import { harvestFolder } from '../../src/workspace/files/folder.ts';
import { Editor } from '../../test/e2e/editor.ts';
import { launchBrowser, openPage } from '../../test/support/browser.ts';
import { logsOf } from '../../test/support/stored.ts';
import { ourVsix } from '../../test/support/vsix.ts';
import type { Base } from '../base/types.ts';
import { type PackageFile, writeFiles } from '../common/packages.ts';
import { isPause, type Passage, passagesOf, Writing } from '../common/typist.ts';
import type { Figures, Keep } from '../figures.ts';
import { kebab, printFigures } from '../print.ts';
import { inSimulatedWindow } from './in-simulated-window.ts';
import type { Material } from './materials.ts';

const LINES = 12;
const SEED = 5;
/** Indexing a folder and opening the model take less, ms. */
const OPENED_MS = 120_000;
/** The cursor has followed a key by then, ms. */
const FOLLOWED_MS = 10_000;

/** What stands on the screen at the end of a pause. */
interface Seen {
  readonly at: number;
  /** '' for nothing. */
  readonly text: string;
  /** The last word of the extension since the key; '' where it said nothing. */
  readonly said: string;
  /** All of them, each with the time since the key. */
  readonly log?: readonly string[];
  /** The editor's document is another one than the simulated one's. */
  readonly strays?: boolean;
}

interface Pair {
  readonly folder: string;
  /** Busy processes beside the workbench. */
  readonly load: number;
  readonly passage: Passage;
  readonly simulated: Seen;
  readonly real: Seen;
}

/** The cause of a silence, from the log's sentence. */
export function causeOf({ text, said, strays }: Seen): string {
  if (strays) return 'the editor wrote another text';
  if (text !== '') return 'shown';
  if (said === '') return 'not asked, or no answer yet';
  if (said.startsWith('Suggestion')) return 'answered, not on the screen yet';
  const alone = /takes longer|is starting/.test(said) ? 'n-grams alone: ' : '';
  if (said.includes('the list is open')) return 'the list is open';
  if (said.includes('rejected')) return 'rejected before';
  if (said.includes('text is short')) return `${alone}too short`;
  if (said.includes('Held back')) return `${alone}unsure`;
  if (said.includes('Nothing to suggest')) return `${alone}nothing drafted`;
  return said.replace(/^No suggestion: /, '').replace(/\..*$/, '');
}

const drawn = (text: string) => text.replace(/[\s)\]}'"`;,]+/g, '');

/** The editor draws less than the whole of a text whose closing brackets stand behind the cursor already. */
export function isSame(simulated: string, real: string): boolean {
  return drawn(simulated) === drawn(real);
}

async function simulate(base: Base, folder: Material, passages: readonly Passage[]): Promise<Seen[][]> {
  let said = '';
  const log = {
    ...silentLog,
    debug: (line: string) => {
      said = line;
    },
  };
  return inSimulatedWindow(base, folder.others, { log }, async ({ editor, specialist }, clock) => {
    const all: Seen[][] = [];
    for (const { path, prefix, rest, length, gaps, below = '' } of passages) {
      const seen: Seen[] = [];
      const writing = new Writing(prefix, below, rest, folder.languageId);
      editor.come(path, folder.languageId, writing.document);
      // A passage that is reverted after it leaves no edits.
      const journal = new EditJournal();
      journal.open(path, prefix + below);
      const done = () => rest.length - writing.left.length;
      while (done() < length) {
        const at = done();
        const gap = gaps[at] as number;
        await clock.sleep(gap);
        const { ghost } = editor;
        const text = ghost === undefined ? '' : (ghost.at + ghost.text).slice(writing.document.prefix.length);
        if (isPause(gap) && at > 0) seen.push({ at, text, said });
        said = '';
        const before = writing.document;
        writing.press();
        const ranges = changeBetween(before, writing.document);
        if (ranges.length > 0) journal.record({ path, ranges, time: clock.now() });
        specialist.setHistory(journal.history());
        editor.press(writing.document);
      }
      editor.give();
      all.push(seen);
    }
    return all;
  });
}

type Text = Writing['document'];

/** What one key has changed; nothing if it was typed over what stood there. */
function changeBetween(before: Text, after: Text): Replacement[] {
  const [old, now] = [before.prefix + before.suffix, after.prefix + after.suffix];
  if (old === now) return [];
  const start = before.prefix.length;
  const end = commonSuffix(old.slice(start), now.slice(start));
  return [{ start, end: old.length - end, text: now.slice(start, now.length - end) }];
}

/** The keys that a person presses for what `Writing.press` does. */
function keysFor(before: string, after: string, left: string): string[] {
  const typed = left.slice(0, after.length - before.length);
  if (typed.length > 1 && /^\n\s*\S$/.test(typed)) return ['ArrowDown', 'End'];
  return typed.startsWith('\n') ? ['Enter'] : [typed];
}

interface Workplace {
  readonly browser: Browser;
  readonly vsix: string;
  readonly scratch: string;
}

interface Desk {
  readonly editor: Editor;
  readonly project: string;
  readonly logged: () => string;
}

/** @param seen what the screen shows is added to it */
async function typeForReal(
  { editor, project, logged }: Desk,
  passage: Passage,
  languageId: string,
  seen: Seen[],
): Promise<void> {
  const { path, prefix, rest, length, gaps, below = '' } = passage;
  const { page } = editor;
  writeFiles(project, [{ path, text: prefix + below }]);
  // The status bar counts a tab as several columns.
  await editor.open(path, lineNumber(prefix) + 1, 1);
  await page.keyboard.press('End');
  await editor.eventually('the file in the editor', async () => {
    if ((await editor.currentLine()).trim() !== lineBefore(prefix).trim()) throw new Error(await editor.currentLine());
  });
  const writing = new Writing(prefix, below, rest, languageId);
  const done = () => rest.length - writing.left.length;
  let last = Date.now();
  while (done() < length) {
    const at = done();
    const gap = gaps[at] as number;
    await sleep(Math.max(0, last + gap - Date.now()));
    if (isPause(gap) && at > 0) {
      const text = await editor.ghost();
      const strays = !(await stands(editor, writing.document));
      const log = saidSince(logged, last);
      const said = log.at(-1)?.replace(/^\d+ ms: /, '') ?? '';
      seen.push({ at, text, said, log, ...(strays && { strays }) });
      if (strays) {
        console.log(`    the editor wrote ${JSON.stringify(await editor.currentLine())}`);
        await mendLine(editor, writing.document);
      }
    }
    last = Date.now();
    const [before, { left }] = [writing.document.prefix, writing];
    writing.press();
    for (const key of keysFor(before, writing.document.prefix, left)) {
      if (key.length > 1 && /^[A-Z]/.test(key)) await page.keyboard.press(key);
      else await page.keyboard.type(key);
      // The pause begins with the last key.
      if (key === 'Enter' && (await indent(editor, writing.document.prefix))) last = Date.now();
    }
  }
}

/** @param file as it is afterwards; absent: it is removed */
async function leave(editor: Editor, project: string, path: string, file: PackageFile | undefined): Promise<void> {
  await editor.command('File: Revert File');
  await editor.command('View: Close All Editors');
  if (file === undefined) rmSync(join(project, path));
  else writeFiles(project, [file]);
}

/**
 * Brings the cursor of a new line, which the editor indents like the line above, to where the text's line begins.
 * @returns whether that took a key
 */
async function indent(editor: Editor, prefix: string): Promise<boolean> {
  const { keyboard } = editor.page;
  const line = lineNumber(prefix) + 1;
  const wanted = lineBefore(prefix).replaceAll('\t', '    ').length + 1;
  const columnOf = async (least: number, most: number) => {
    const position = editor.statusItem(new RegExp(`Ln ${line}, Col \\d+`));
    return editor.eventually(
      'the cursor',
      async () => {
        const column = Number(/Col (\d+)/.exec((await position.textContent({ timeout: 1000 })) ?? '')?.[1]);
        if (column < least || column > most) throw new Error(`it is in column ${column}`);
        return column;
      },
      FOLLOWED_MS,
    );
  };
  const first = await columnOf(1, Number.POSITIVE_INFINITY);
  let column = first;
  while (column > wanted) {
    await keyboard.press('Backspace');
    column = await columnOf(1, column - 1);
  }
  if (column < wanted) await keyboard.insertText(prefix.includes('\n\t') ? '\t' : ' '.repeat(wanted - column));
  return first !== wanted;
}

/** Whether the cursor's line is that of the simulated document. Tabs are drawn as spaces. */
async function stands(editor: Editor, { prefix, suffix }: { readonly prefix: string; readonly suffix: string }) {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  return plain(await editor.currentLine()) === plain(lineBefore(prefix) + lineAfter(suffix));
}

/** Makes the cursor's line that of the simulated document. */
async function mendLine(editor: Editor, { prefix, suffix }: { readonly prefix: string; readonly suffix: string }) {
  const { keyboard } = editor.page;
  const behind = lineAfter(suffix);
  for (const key of ['Escape', 'End', 'Shift+Home', 'Shift+Home', 'Delete']) await keyboard.press(key);
  await keyboard.insertText(lineBefore(prefix) + behind);
  for (let i = 0; i < behind.length; i++) await keyboard.press('ArrowLeft');
}

const SAID = /(?:No s|S)uggestion: /;

/** The reasons in the log since a time, ms, each with the time since then. */
function saidSince(logged: () => string, since: number): string[] {
  return logged()
    .split('\n')
    .flatMap((line) => {
      const [stamp = ''] = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+/.exec(line) ?? [];
      const after = Date.parse(stamp.replace(' ', 'T')) - since;
      return SAID.test(line) && after >= -5 ? [`${after} ms: ${line.slice(line.search(SAID))}`] : [];
    });
}

/** @param scratch holds the folder as `project` */
async function inWorkbench(
  { browser, vsix, scratch }: Workplace,
  base: Base,
  { languageId, others }: Material,
  passages: readonly Passage[],
): Promise<Seen[][]> {
  const project = join(scratch, 'project');
  const profile = makeProfile(mkdtempSync(join(scratch, 'profile-')), {
    'easyAdaptation.baseModel': base.name,
    'editor.detectIndentation': true,
    // The author's text is typed: nothing of the list is taken by a key of it.
    'editor.acceptSuggestionOnEnter': 'off',
    'editor.acceptSuggestionOnCommitCharacter': false,
  });
  await installExtension(profile, vsix);
  const workbench = await startWorkbench(profile, {});
  const url = `${workbench.folderUrl(project)}&payload=${encodeURIComponent('[["logLevel","debug"]]')}`;
  const { page } = await openPage(browser, url);
  const editor = new Editor(page);
  try {
    const logged = () => logsOf(profile.userData);
    await editor.eventually(
      'a local model that is ready',
      async () => {
        const status = (await editor.ourStatus().textContent()) ?? '';
        if (!/Ready/.test(status)) throw new Error(`the status: ${status}; the log: ${logged()}`);
      },
      OPENED_MS,
    );
    const all: Seen[][] = [];
    for (const passage of passages) {
      const seen: Seen[] = [];
      all.push(seen);
      try {
        await typeForReal({ editor, project, logged }, passage, languageId, seen);
      } catch (error) {
        console.log(`    ${passage.path} ends after ${seen.length} pauses: ${messageOf(error)}`);
      }
      const { path } = passage;
      const file = others.find((other) => other.path === path);
      await leave(editor, project, path, file);
    }
    return all;
  } finally {
    await page.close();
    await workbench.stop();
    rmSync(profile.folder, { recursive: true, force: true });
  }
}

/** Writes the folder as `project`. @returns what the product learns of it: no vendored, no generated file */
async function writtenFolder(scratch: string, { others }: Material): Promise<readonly PackageFile[]> {
  const project = join(scratch, 'project');
  writeFiles(project, others);
  return unwrap(await harvestFolder(project, {})).files;
}

/** Whether the author goes on as shown. */
function isRight({ rest }: Passage, { at, text }: Seen): boolean {
  return text !== '' && drawn(rest.slice(at)).startsWith(drawn(text));
}

function windowFigures(pairs: readonly Pair[]): Figures {
  const waits = pairs.flatMap(({ real }) => (real.text === '' ? [] : shownAfter(real.log ?? [])));
  const of = (window: 'real' | 'simulated') => {
    const shown = pairs.filter(({ [window]: { text } }) => text !== '');
    return { shown: shown.length, right: shown.filter((pair) => isRight(pair.passage, pair[window])).length };
  };
  const ms = waits.length > 0 && { 'ms-p50': quantile(waits, 0.5), 'ms-p95': quantile(waits, 0.95) };
  return { workbench: { ...of('real'), ...ms }, simulated: of('simulated') };
}

/** When a suggestion that stands came, ms after the key; none if it stood before. */
function shownAfter(log: readonly string[]): number[] {
  const first = log.slice(log.findLastIndex((line) => line.includes('No suggestion')) + 1)[0];
  return first === undefined ? [] : [Number.parseInt(first, 10)];
}

function figuresOf(pairs: readonly Pair[]): Figures {
  const count = (of: readonly string[]) =>
    Object.fromEntries(
      [...Map.groupBy(of, (cause) => cause)]
        .map(([cause, all]) => [cause, all.length] as const)
        .sort(([, a], [, b]) => b - a),
    );
  const comparable = pairs.filter(({ real }) => !real.strays);
  const different = comparable.filter(({ simulated, real }) => !isSame(simulated.text, real.text));
  return kebab({
    pauses: pairs.length,
    same: comparable.length - different.length,
    ...windowFigures(pairs),
    'workbench: what came': count(pairs.map(({ real }) => causeOf(real))),
    'differences: workbench, simulated': count(
      different.map(({ real, simulated }) => `${causeOf(real)} | ${causeOf(simulated)}`),
    ),
  });
}

/** What is typed in a workbench. */
export interface Typing {
  readonly passagesOf: (folder: Material) => readonly Passage[];
  /** Each once beside so many busy processes. */
  readonly loads: readonly number[];
}

/** @param places passages of each folder */
export const anywhere = (places: number): Typing => {
  return { passagesOf: ({ held }) => passagesOf(held, places, LINES, SEED), loads: [0] };
};

export async function workbench(
  base: Base,
  folders: readonly Material[],
  { passagesOf, loads }: Typing,
  keep: Keep,
): Promise<Figures> {
  await needCodeServer();
  const scratch = mkdtempSync(join(tmpdir(), 'bench-workbench-vsix-'));
  const browser = await launchBrowser();
  const pairs: Pair[] = [];
  const figures = () =>
    Object.fromEntries(loads.map((load) => [`load ${load}`, figuresOf(pairs.filter((pair) => pair.load === load))]));
  try {
    const vsix = await ourVsix(scratch);
    for (const folder of folders) {
      const passages = passagesOf(folder);
      console.log(`  ${folder.name}: ${passages.length} passages`);
      const own = mkdtempSync(join(scratch, 'folder-'));
      const others = await writtenFolder(own, folder);
      const simulated = await simulate(base, { ...folder, others }, passages);
      for (const load of loads) {
        const place = { browser, vsix, scratch: own };
        const real = await beside(load, () => inWorkbench(place, base, folder, passages));
        for (const [i, passage] of passages.entries())
          for (const [j, seen] of (real[i] as Seen[]).entries()) {
            const pair = { folder: folder.name, load, passage, real: seen, simulated: simulated[i]?.[j] as Seen };
            pairs.push(pair);
            if (process.env.ALLP || !isSame(pair.simulated.text, seen.text)) print(pair);
          }
      }
      keep(kebab(figures()));
    }
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  const all = kebab(figures());
  printFigures('workbench and simulated window', all);
  return all;
}

/** Keeps so many processes busy while `work` runs. */
async function beside<T>(load: number, work: () => Promise<T>): Promise<T> {
  const busy = Array.from({ length: load }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  try {
    return await work();
  } finally {
    for (const each of busy) each.kill();
  }
}

function print({ folder, load, passage: { path, prefix, rest }, real, simulated }: Pair): void {
  const line = lineBefore(prefix + rest.slice(0, real.at));
  console.log(`  ${folder}, load ${load}: ${path} ${JSON.stringify(line)}`);
  console.log(`    workbench ${JSON.stringify(real.text)} ${causeOf(real)}: ${real.log?.join(' | ')}`);
  console.log(`    simulated ${JSON.stringify(simulated.text)} ${causeOf(simulated)}: ${simulated.said}`);
}
