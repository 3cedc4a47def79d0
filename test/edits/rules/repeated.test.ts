// The next edits after repeated ones: what is offered, where, when nothing is, and what is not shown again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextEdit } from '../../../src/edits/history/edit.ts';
import { TokenizedText, tokensOf } from '../../../src/edits/history/tokens.ts';
import { nextEdits } from '../../../src/edits/rules/repeated.ts';
import { ShownEdits } from '../../../src/edits/shown-edits.ts';
import { changes, Desk } from '../support.ts';

const FILE = 'src/a.ts';
const MS = 10_000;

async function offersOf(desk: Desk, paths: readonly string[] = [FILE]) {
  const documents = paths.map((path) => ({ path, text: desk.text(path) }));
  return nextEdits({ edits: desk.journal.recentEdits(), documents, ms: MS });
}

/** The document with all offers of a file applied. */
async function applied(desk: Desk, path = FILE): Promise<string> {
  let text = desk.text(path);
  const offers = (await offersOf(desk, [path])).filter((offer) => offer.path === path);
  for (const { start, end, removed, replacement } of offers.sort((a, b) => b.start - a.start)) {
    assert.equal(text.slice(start, end), removed);
    text = text.slice(0, start) + replacement + text.slice(end);
  }
  return text;
}

test('replaces the same part of different names', async () => {
  const lines = ['user', 'item', 'part', 'page'].map((name) => {
    const upper = name[0]?.toUpperCase() + name.slice(1);
    return `const ${name} = get${upper}(id, '${name}');\n\n\n`;
  });
  const desk = new Desk({ [FILE]: lines.join('') });
  desk.type(FILE, 'getUser', 'fetchUser');
  desk.type(FILE, 'getItem', 'fetchItem');
  const text = await applied(desk);
  assert.ok(text.includes("fetchPart(id, 'part')"));
  assert.ok(text.includes("fetchPage(id, 'page')"));
});

/** What the user changes at two places, and what all the others then are. */
const largest: readonly [what: string, path: string, old: string, text: string, before: string, after: string][] = [
  [
    'a host is replaced whole',
    'docs/links.md',
    'www.starlette.io',
    'starlette.dev',
    ['a', 'b', 'c', 'd'].map((page) => `[${page}](https://www.starlette.io/${page}/)\n\n\n`).join(''),
    ['a', 'b', 'c', 'd'].map((page) => `[${page}](https://starlette.dev/${page}/)\n\n\n`).join(''),
  ],
  [
    'a part of a name is replaced in this name',
    'docs/tool.md',
    'my-old-tool',
    'my-new-tool',
    'Install my-old-tool.\n\n\nRun my-old-tool.\n\n\nThe old way is an old-tool.\n\n\nStop my-old-tool.\n',
    'Install my-new-tool.\n\n\nRun my-new-tool.\n\n\nThe old way is an old-tool.\n\n\nStop my-new-tool.\n',
  ],
  [
    'a word of a phrase is replaced in this phrase',
    'docs/names.md',
    'user name',
    'account name',
    'The user name is shown.\n\n\nChoose a user name.\n\n\nThe user sees his user name.\n',
    'The account name is shown.\n\n\nChoose a account name.\n\n\nThe user sees his account name.\n',
  ],
];
for (const [what, path, old, text, before, after] of largest)
  test(`repeats the largest stretch that two changes share: ${what}`, async () => {
    const desk = new Desk({ [path]: before });
    desk.type(path, old, text);
    desk.type(path, old, text);
    // One key takes the offers of one rule.
    assert.equal(new Set((await offersOf(desk, [path])).map(({ rule }) => rule)).size, 1);
    assert.equal(await applied(desk, path), after);
  });

test('after one change of two parts of a line, neither part is repeated alone', async () => {
  const desk = new Desk({
    [FILE]: 'open(path, false);\n\n\nopen(name, false);\n\n\nread(path, false);\n\n\nopen(x, true);\n',
  });
  desk.type(FILE, 'open(path, false)', 'start(path, true)');
  assert.deepEqual(await offersOf(desk), []);
});

test('offers a name in other files once two files have it, after the last place of the open one', async () => {
  const files = {
    [FILE]: 'const rowLimit = 3;\n\n\nif (count > rowLimit) stop(rowLimit);\n',
    'src/b.ts': 'export interface Options {\n  rowLimit?: number;\n}\n',
    'src/c.ts': 'export function check(rowLimit: number) {\n  return rowLimit > 0;\n}\n',
  };
  const desk = new Desk(files);
  const places = async () => (await offersOf(desk, Object.keys(files))).map(({ path }) => path);
  desk.type(FILE, 'rowLimit', 'maxRows');
  desk.type(FILE, 'rowLimit', 'maxRows');
  assert.deepEqual(await places(), [FILE]);
  desk.type('src/b.ts', 'rowLimit', 'maxRows');
  assert.equal((await places())[0], FILE);
  desk.type(FILE, 'rowLimit', 'maxRows');
  assert.deepEqual(await places(), ['src/c.ts', 'src/c.ts']);
});

test('a text that was replaced in two ways waits for the second example of one', async () => {
  const text = (name: string) => `${name}(value, 1);\n\n\n`;
  const desk = new Desk({ [FILE]: ['send', 'send', 'send', 'send', 'send'].map(text).join('') });
  desk.type(FILE, 'value', 'first');
  desk.type(FILE, 'value', 'second');
  assert.deepEqual(await offersOf(desk), []);
  desk.type(FILE, 'value', 'second');
  const texts = (await offersOf(desk)).map(({ replacement }) => replacement);
  assert.deepEqual([...new Set(texts)], ['second']);
});

test('repeats a version, of which only a number changes', async () => {
  const names = ['api', 'app', 'cli', 'web'];
  const desk = new Desk({ 'README.md': names.map((name) => `${name}==2.0.0b1\n\n\n`).join('') });
  desk.type('README.md', '0b1', '0rc1');
  desk.type('README.md', '0b1', '0rc1');
  const offers = await offersOf(desk, ['README.md']);
  assert.deepEqual(offers.map(({ line }) => line).sort(), [6, 9]);
});

test('counts the places of the folder that it does not offer', async () => {
  const names = ['b', 'c', 'd'].map((name) => `src/${name}.ts`);
  const desk = new Desk({ [FILE]: 'draw(rowLimit);\n\n\nfill(rowLimit);\n\n\nmove(rowLimit);\n' });
  desk.type(FILE, 'rowLimit', 'maxRows');
  desk.type(FILE, 'rowLimit', 'maxRows');
  const [offer, ...others] = await nextEdits({
    edits: desk.journal.recentEdits(),
    documents: [{ path: FILE, text: desk.text(FILE) }],
    filesWith: () => names.map((path) => ({ path, text: 'export const rowLimit = 3;\n'.repeat(4) })),
    ms: MS,
  });
  assert.deepEqual([offer?.path, offer?.left, others], [FILE, 1, []]);
  assert.deepEqual(offer?.unsure, { count: 12, paths: names });
});

test('offers no parameter because an attribute of its name was renamed', async () => {
  const text = 'class A:\n    def __init__(self, wait):\n        self.wait = wait\n        self.rest = self.wait\n';
  const desk = new Desk({ 'a.py': `${text}        send(self.wait)\n` });
  desk.type('a.py', 'self.wait', 'self.limit');
  desk.type('a.py', 'self.wait', 'self.limit');
  const offers = await offersOf(desk, ['a.py']);
  const holds = offers.every(({ line }) => line !== 1);
  assert.ok(holds, JSON.stringify(offers));
});

test('offers nothing that breaks the parse', async () => {
  const desk = new Desk({ [FILE]: 'a(b, 1);\n\n\na(b, 2);\n\n\nx = [a(b, 3)];\n' });
  desk.change(FILE, [['a(b, 1', 'a((b, 1']]);
  desk.change(FILE, [['a(b, 2', 'a((b, 2']]);
  assert.deepEqual(await offersOf(desk), []);
});

test('offers nothing that takes back what the user did', async () => {
  const desk = new Desk({ [FILE]: 'old(1);\n\n\nold(2);\n\n\nfresh(3);\n\n\nold(4);\n' });
  desk.type(FILE, 'old', 'fresh');
  desk.type(FILE, 'fresh(3)', 'old(3)');
  assert.deepEqual(await offersOf(desk), []);
});

for (const { name, files, typed, next } of changes)
  test(`after two changes, the third is offered: ${name}`, async () => {
    const desk = new Desk(files);
    for (const { path, old, text, nth } of typed) desk.type(path, old, text, nth);
    const opened = new Set(typed.map(({ path }) => path));
    const others = Object.keys(files).filter((path) => !opened.has(path));
    const file = (path: string) => ({ path, text: desk.text(path) });
    const [first] = await nextEdits({
      edits: desk.journal.recentEdits(),
      documents: [...opened].map(file),
      filesWith: (word) => others.map(file).filter(({ text }) => text.includes(word)),
      ms: 10_000,
    });
    assert.ok(first, 'nothing is offered');
    const text = desk.text(first.path);
    assert.equal(first.path, next.path);
    assert.equal(text.slice(0, first.start) + first.replacement + text.slice(first.end), next.text(text));
  });

const shownAs = (rule: string, kind: 'repeats' | 'rename' = 'repeats', left = 1) =>
  nextEdit(
    { path: 'p', text: '' },
    { start: 0, end: 0, text: '' },
    {
      origin: kind === 'rename' ? { kind, name: 'old' } : { kind },
      ...{ rule, learnedFrom: [], left, probability: 1, least: 0 },
    },
  );
const { place } = shownAs('');
/** What becomes of edits of one place, by their rules, and what is not offered any more. */
const seen: readonly [what: string, events: (shown: ShownEdits) => void, ignored: string[]][] = [
  ['a rule that repeats is shown once', (shown) => shown.shown(shownAs('#1')), ['#1']],
  [
    'a place is shown twice, after different rules',
    (shown) => ['#1', '#2'].map((rule) => shown.shown(shownAs(rule))),
    ['#1', '#2', place],
  ],
  ['what repeats no others is shown twice', (shown) => shown.shown(shownAs('#', 'rename')), []],
  [
    'a rename that the user follows is shown after each step',
    (shown) => [3, 2, 1].map((left) => shown.shown({ ...shownAs('#', 'rename', left), place: `${left}` })),
    [],
  ],
  [
    'and no more where he does not',
    (shown) => [2, 1, 1].map((left, i) => shown.shown({ ...shownAs('#', 'rename', left), place: `${i}` })),
    ['# 1'],
  ],
  ['a dismissed edit is shown never again', (shown) => shown.dismissed(shownAs('#')), ['#', place]],
  ['of an edit that is taken back only the place is left out', (shown) => shown.undone(shownAs('#')), [place]],
];
for (const [what, events, ignored] of seen)
  test(what, () => {
    const shown = new ShownEdits();
    events(shown);
    assert.deepEqual(shown.ignored, ignored);
  });

test('reads the lines around an offset, at the ends of the text, too', () => {
  const lines = ['', 'let a = 1;', '  call(a, "b")', '', '}', ''];
  const text = lines.join('\n');
  const document = new TokenizedText(text);
  let start = 0;
  for (const [number, line] of lines.entries()) {
    for (const reach of [0, 1, 2, 9]) {
      const first = Math.max(0, number - reach);
      const part = lines.slice(first, number + reach + 1).join('\n');
      const base = lines.slice(0, first).reduce((sum, { length }) => sum + length + 1, 0);
      assert.deepEqual(document.around(start + line.length, reach), tokensOf(part, base), `line ${number}, ${reach}`);
    }
    start += line.length + 1;
  }
});
