// Everyday changes with ghost text on, as typed: a word is replaced or added in the middle of a line. At most the rest of
// that word is offered, never what follows the cursor, and Tab breaks no line.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changes } from '../edits/support.ts';
import { startSession } from './session.ts';

/** Longer than a draft, the search for the next edit and its repetition take. */
const quietMs = 3000;

interface Everyday {
  readonly name: string;
  readonly path: string;
  readonly before: string;
  readonly old: string;
  readonly text: string;
}

const rules = (name: string) =>
  ['hover', 'focus', 'active'].map((state) => `.${name}:${state} {\n  color: red;\n}\n\n`);
const readers = ['first', 'second', 'third'].map(
  (name) => `    Scanner ${name} = new Scanner(System.in);\n    ${name}.nextLine();\n`,
);
const links = ['requests', 'responses', 'routing'].map((page) => `- [${page}](https://starlette.io/${page}/)\n`);
const anchors = ['home', 'help', 'about'].map((page) => `<a class="wide" href="/${page}">${page}</a>\n`);
const failures = ['config', 'index', 'cache'].map(
  (what) => `func ${what}() error {\n\treturn errors.New("open ${what}: the file is missing")\n}\n\n`,
);
const sums = ['first', 'second', 'third'].map((name) => `export const ${name} = sum(items, (item) => item.${name});\n`);
const calls = ['users', 'groups', 'roles'].map((name) => `${name} = get("/${name}", timeout=5, retry=True)\n`);
const rows = ['one', 'two', 'three'].map((id) => `  { "id": "${id}", "state": "draft", "pages": 3 }`);
const queries = ['books', 'pages', 'notes'].map((of) => `SELECT id, created, title FROM ${of} WHERE id = 1;\n`);
const structs = ['Book', 'Page', 'Note'].map((of) => `struct ${of} { id: u32, title: String }\n\n`);
const sentences = ['fox', 'dog', 'cat'].map((animal) => `The quick brown ${animal} jumps over the lazy fence.\n\n`);

const everyday: readonly Everyday[] = [
  { name: 'a class in CSS', path: 'style.css', before: rules('button').join(''), old: '.button', text: '.button-main' },
  { name: 'a host in a link', path: 'links.md', before: links.join(''), old: 'starlette.io', text: 'starlette.dev' },
  { name: 'a class in HTML', path: 'page.html', before: anchors.join(''), old: 'wide', text: 'narrow' },
  {
    name: 'a Go message',
    path: 'load.go',
    before: `package load\n\n${failures.join('')}`,
    old: 'open',
    text: 'load',
  },
  {
    name: 'a variable in Java',
    path: 'Read.java',
    before: `class Read {\n  void read() {\n${readers.join('')}  }\n}\n`,
    old: 'first',
    text: 'fir',
  },
  { name: 'a constant in TypeScript', path: 'sums.ts', before: sums.join(''), old: 'items', text: 'lines' },
  { name: 'an argument’s name in Python', path: 'get.py', before: calls.join(''), old: 'timeout', text: 'wait' },
  { name: 'a value in JSON', path: 'data.json', before: `[\n${rows.join(',\n')}\n]\n`, old: 'draft', text: 'final' },
  { name: 'a column in SQL', path: 'read.sql', before: queries.join(''), old: 'created', text: 'changed' },
  { name: 'a type in Rust', path: 'lib.rs', before: structs.join(''), old: 'u32', text: 'u64' },
  { name: 'a word in a sentence', path: 'notes.md', before: sentences.join(''), old: 'quick', text: 'slow' },
  ...changes.flatMap(({ name, files, typed }) =>
    typed.slice(0, 1).flatMap(({ path, old, text }) => {
      const before = files[path] as string;
      const behind = before.slice(before.indexOf(old) + old.length).split('\n', 1)[0] as string;
      // At a line's end more text is welcome.
      return /[\p{L}\p{N}]/u.test(behind) ? [{ name, path, before, old, text }] : [];
    }),
  ),
];

const inChange = (index: number) => `everyday/${index}/${everyday[index]?.path}`;

const { editor, step, project } = await startSession(
  { 'easyAdaptation.baseModel': 'small' },
  { files: Object.fromEntries(everyday.map(({ before }, index) => [inChange(index), before])) },
);

step('an opened folder is ready', () => editor.ready());

for (const [index, { name, before, old, text }] of everyday.entries())
  step(`nothing covers the rest of the line, and Tab leaves it whole: ${name}`, async () => {
    const expected = await editor.typeOver(inChange(index), before, old, text);
    await editor.page.waitForTimeout(quietMs);
    // How far a word's suggestion was typed through depends on when it came: what is left of it may still be shown.
    assert.match(await editor.ghost(), /^[\p{L}\p{N}_]*$/u, 'more than the rest of a word is shown');
    // Only where something of ours is offered has Tab another work than to indent.
    const isOffered = (await editor.decorations()).some((hint) => hint.startsWith('Tab:'));
    if (isOffered) await editor.page.keyboard.press('Tab');
    await editor.save();
    assert.equal(readFileSync(join(project, inChange(index)), 'utf8'), expected);
  });
