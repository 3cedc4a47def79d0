// A row of Tab keys in any rhythm: each one does what the hint says, or waits, and types nothing.
import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { TabKey } from '../../../src/vscode/edits/tab-key.ts';
import { changes } from '../../edits/support.ts';
import { desk } from '../../fakes/vscode-editor.ts';
import { dispose, offer, opened } from './offers.ts';

const vscode = await import('vscode');

afterEach(() => {
  mock.timers.reset();
  dispose();
});

/** The editor requests ghost text so long after a change; its answer takes as long, ms. */
const ghostMs = 50;
/** After an applied edit, Tab types nothing for so long, ms. */
const holdMs = 1200;
const stepMs = 25;
const maxKeys = 60;
const searchTimes = [0, 90, 400];

type Repeated = (typeof changes)[number];
type Editor = Awaited<ReturnType<typeof opened>>;

/** A window on an offer: its keys, its clock, and ghost text that comes after each change where it may. */
class Screen {
  /** What Tab has typed or accepted beside the offers. */
  readonly typed: string[] = [];
  now = 0;
  /** Whether the models have ghost text for the cursor's position. */
  hasGhostText = false;
  appliedAt = Number.NEGATIVE_INFINITY;
  private isGhostShown = false;
  private readonly parts: ReturnType<typeof offer>;

  /** @param searchMs time of a search for offers */
  constructor(searchMs: number) {
    this.parts = offer({
      files: [],
      least: 'usual',
      delay: () => new Promise((resolve) => setTimeout(resolve, searchMs)),
    });
    vscode.workspace.onDidChangeTextDocument(({ contentChanges }) => {
      if (contentChanges.length > 0) this.onChange();
    });
  }

  get tab() {
    return this.parts.state.tab;
  }

  /** Whether the user sees that nothing is offered any more. */
  get isOver(): boolean {
    return this.tab !== 'wait' && this.hint === '' && this.now - this.appliedAt >= holdMs;
  }

  get hint(): string {
    return desk.drawn(desk.active).find((text) => text.startsWith('Tab: ')) ?? '';
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      const step = Math.min(stepMs, left);
      this.now += step;
      mock.timers.tick(step);
      do for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
      while (this.parts.state.running > 0);
    }
  }

  press(): void {
    const { offers } = this.parts;
    const { tab, hint } = this;
    const run = tab === 'apply' ? offers.apply() : tab === 'jump' || tab === 'wait' ? offers.goTo() : undefined;
    if (tab === 'apply' || tab === 'jump') assert.match(hint, tab === 'apply' ? /apply/ : /next edit/);
    if (run === undefined) this.typed.push(this.isGhostShown ? 'ghost text' : 'a blank');
  }

  private onChange(): void {
    if (this.hasGhostText) this.appliedAt = this.now;
    this.isGhostShown = false;
    const { offers } = this.parts;
    const editor = desk.active;
    const isFree = () => offers.inLine(editor.document as never, editor.selection.active as never, true) === undefined;
    const { version } = editor.document;
    setTimeout(() => {
      if (!this.hasGhostText || !isFree()) return;
      setTimeout(() => {
        if (editor.document.version !== version || !isFree()) return;
        this.isGhostShown = true;
        offers.onGhostText(true);
      }, ghostMs);
    }, ghostMs);
  }
}

const textOf = ({ document }: Editor) => document.getText();

/** Types a change, and presses Tab in a rhythm until nothing is offered. Returns the file's text before the keys. */
async function pressed(
  { files, typed, next }: Pick<Repeated, 'files' | 'typed' | 'next'>,
  searchMs: number,
  seed: number,
) {
  const random = uniforms(seed);
  const screen = new Screen(searchMs);
  const editors = new Map<string, Editor>();
  for (const [path, text] of Object.entries(files)) editors.set(path, await opened(path, text));
  mock.timers.enable({ apis: ['setTimeout'] });
  for (const { path, old, text, nth } of typed) {
    const editor = editors.get(path) as Editor;
    await desk.show(editor.document);
    desk.retype(editor, old, text, nth);
    await screen.pass(100);
  }
  await screen.pass(5000);
  screen.hasGhostText = true;
  const editor = editors.get(next.path) as Editor;
  const before = textOf(editor);
  for (let key = 0; key < maxKeys && !screen.isOver; key++) {
    screen.press();
    await screen.pass(random() < 0.4 ? random() * 200 : random() * 2000);
  }
  await screen.pass(5000);
  return { screen, before, after: textOf(editor) };
}

for (const [index, change] of changes.entries())
  for (const searchMs of searchTimes)
    test(`Tabs in any rhythm only apply what is offered: ${change.name}, searched in ${searchMs} ms`, async () => {
      const { screen, before, after } = await pressed(change, searchMs, index);
      assert.deepEqual(screen.typed, []);
      assert.equal(after, change.next.text(before));
    });

const uses = (name: string) => Array.from({ length: 9 }, (_, i) => `log(${name}, ${i});\n`).join('');

for (const searchMs of searchTimes)
  for (let seed = 0; seed < 5; seed++)
    test(`a long row of Tabs in rhythm ${seed} applies one edit after the other, searched in ${searchMs} ms`, async () => {
      const path = 'src/uses.ts';
      const typed = Array(2).fill({ path, old: 'total', text: 'sum' });
      const change = { files: { [path]: uses('total') }, typed, next: { path, text: () => uses('sum') } };
      const { screen, after } = await pressed(change, searchMs, seed);
      assert.deepEqual(screen.typed, []);
      assert.equal(after, uses('sum'));
    });

test('Apply All waits for the command that runs, and a second Tab does not begin another', async () => {
  const done: string[] = [];
  const key = new TabKey({ goTo: async () => void done.push('go'), onChange: () => {} });
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = key.run(() => promise.then(() => void done.push('first')));
  const next = key.runNext(async () => void done.push('all'));
  assert.equal(await key.run(async () => void done.push('dropped')), undefined);
  resolve();
  await Promise.all([first, next]);
  assert.deepEqual(done, ['first', 'all']);
  key.dispose();
});
