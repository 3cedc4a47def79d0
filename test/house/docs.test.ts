// Documents: every path, link, command and setting in them exists, and they stay short.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { contributedSettings } from '../../build/contributed-settings.ts';
import { root } from '../../build/paths.ts';

const documents = ['ARCHITECTURE.md', 'CONTRIBUTING.md'];
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).split('\n');

/** Words that stand for a name. */
const placeholder = /\b(?:NAME|FILE|FOLDER|SCRIPT|TARGET|PID|LINE|COLUMN)\b/;
const fileName = /^[\w.-]+\.(?:ts|mjs|py|json|md|tsv|css|cmd|sh)$/;

/** Paths and file names in a text's inline code and code blocks. */
function pathsIn(text: string): string[] {
  const code = [...text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].flatMap(([found]) => found.split(/[\s`,:;()]+/));
  const words = code.map((word) => word.replace(/^\.\//, '').replace(/\.$/, ''));
  const isPath = (word: string) =>
    /^[\w.-]+(?:\/[\w.*-]+)*\/?$/.test(word) && (word.includes('/') || fileName.test(word));
  return [...new Set(words.filter((word) => isPath(word) && !placeholder.test(word)))];
}

/** Build outputs, which are not tracked. */
const ignored = read('.gitignore').split('\n');

/** Paths may begin at the top, in src/, src/vscode/ or src/llm/. A name without a folder may belong to any file. */
function isThere(path: string): boolean {
  if (!path.includes('/')) return tracked.some((file) => file === path || file.endsWith(`/${path}`));
  if (ignored.some((line) => line.replace(/\/$/, '') === path.replace(/\/$/, ''))) return true;
  if (path.includes('*')) return tracked.some((file) => new RegExp(`^${path.replaceAll('*', '[^/]+')}$`).test(file));
  return ['', 'src', 'src/vscode', 'src/llm'].some((from) =>
    ['', '.ts'].some((end) => existsSync(join(root, from, `${path}${end}`))),
  );
}

for (const name of documents) {
  test(`every path that ${name} names exists`, () => {
    const paths = pathsIn(read(name));
    assert.ok(paths.length > 15, `${paths.length} paths`);
    const actual = paths.filter((path) => !isThere(path));
    assert.deepEqual(actual, []);
  });
}

test('each invariant ends with what holds it: the lint, or folders of test/ that exist', () => {
  const [, section = ''] = read('ARCHITECTURE.md').split('\n## Invariants\n');
  const invariants = section.split(/\n(?=\d+\. )/).slice(1);
  assert.ok(invariants.length > 10);
  for (const invariant of invariants) {
    const [, holders = ''] = /\(([^()]+)\)\s*$/.exec(invariant) ?? [];
    const missing = holders.split(/,\s*/).filter((name) => {
      const folder = /^`([\w-]+)`$/.exec(name)?.[1];
      return name !== 'lint' && (folder === undefined || !existsSync(join(root, 'test', folder)));
    });
    assert.deepEqual(missing, [], invariant);
  }
});

/** Folders at the top. */
const tops = new Set(tracked.filter((path) => path.includes('/')).map((path) => path.split('/')[0]));

/**
 * These also name files of the user and of other programs, so only paths that begin with a folder of ours are checked.
 */
const others = tracked.filter((path) => /^(?:README|SECURITY|docs\/[\w-]+)\.md$/.test(path));

for (const name of others)
  test(`every path that ${name} names in a folder of this repository exists`, () => {
    const paths = pathsIn(read(name)).filter((path) => path.includes('/') && tops.has(path.split('/')[0] ?? ''));
    const actual = paths.filter((path) => !isThere(path));
    assert.deepEqual(actual, []);
  });

test('a path that is not there is found, in code and in blocks of it', () => {
  const text =
    'see `src/text/nowhere.ts`, `complete/servce.ts:12` and `nobody.ts`\n```\nnode src/jobs/cli/man.ts x\n```\n`text/lines.ts`';
  const missing = pathsIn(text).filter((path) => !isThere(path));
  assert.deepEqual(missing, ['src/text/nowhere.ts', 'complete/servce.ts', 'nobody.ts', 'src/jobs/cli/man.ts']);
});

/** Document -> the most bytes that it may have. */
const limits: Readonly<Record<string, number>> = {
  'README.md': 6400,
  'ARCHITECTURE.md': 12 * 1024,
  'docs/benchmarks.md': 12 * 1024,
};

for (const [name, most] of Object.entries(limits))
  test(`${name} has at most ${most} bytes`, () => {
    const size = Buffer.byteLength(read(name));
    assert.ok(size <= most, `${size} bytes`);
  });

/** Lines above 120 characters that are no row of a table. */
function longLines(text: string): string[] {
  return text.split('\n').filter((line) => [...line].length > 120 && !line.startsWith('|'));
}

const pages = tracked.filter((path) => path.endsWith('.md'));

/**
 * All documents together, except the log of pretraining runs. 300 words are SECURITY.md's table of dependencies, 200
 * the wishes in docs/using.md, 400 the origin of the sentence encoder, a task's file and its export for many rows.
 */
const MOST_WORDS = 17_400;

/** Words hold a letter or a digit: bars of tables count nothing. */
const wordsIn = (text: string) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

test(`all documents together have at most ${MOST_WORDS} words`, () => {
  const counted = pages.filter((path) => path !== 'models/pretrain/LOG.md');
  const sum = counted.reduce((words, path) => words + wordsIn(read(path)), 0);
  assert.ok(sum <= MOST_WORDS, `${sum} words`);
});

for (const name of pages)
  test(`no line of ${name} has more than 120 characters, except rows of tables`, () => {
    assert.deepEqual(longLines(read(name)), []);
  });

test('a line of 121 characters is found, and a row of a table is not', () => {
  const line = 'é'.repeat(121);
  assert.deepEqual(longLines(`short\n${line}\n| ${line} |\n${line.slice(1)}`), [line]);
});

/** Targets of links and pictures in this repository, with their anchors. */
function targets(text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to);
  return links.filter((to) => !/^\w+:/.test(to));
}

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  const headings = text.split('\n').filter((line) => /^#+ /.test(line));
  return headings.map((line) => {
    const words = line.replace(/^#+ /, '').toLowerCase();
    return words.replace(/[^\p{L}\p{N}\s-]/gu, '').replaceAll(' ', '-');
  });
}

const linked = pages.flatMap((from) =>
  targets(read(from)).map((link) => {
    const [path = '', anchor] = link.split('#');
    return { from, to: path === '' ? from : join(dirname(from), path), anchor };
  }),
);

test('every link in a document leads to a file that exists', () => {
  assert.ok(linked.length > 0);
  const actual = linked.filter(({ to }) => !tracked.includes(to) && !existsSync(join(root, to)));
  assert.deepEqual(actual, []);
});

test('every anchor in a link is a heading of the page that it leads to', () => {
  const anchored = linked.filter(({ anchor, to }) => anchor !== undefined && to.endsWith('.md'));
  assert.ok(anchored.length > 0);
  const actual = anchored.filter(({ to, anchor = '' }) => !anchorsOf(read(to)).includes(anchor));
  assert.deepEqual(actual, []);
});

test('every page of docs/ is linked from another document', () => {
  const inDocs = pages.filter((path) => path.startsWith('docs/'));
  assert.ok(inDocs.length > 0);
  const actual = inDocs.filter((page) => !linked.some(({ from, to }) => to === page && from !== page));
  assert.deepEqual(actual, []);
});

/** Titles of commands, as the editor shows them. */
const commands = new Set(
  Object.entries(JSON.parse(read('package.nls.json')) as Record<string, string>).flatMap(([id, title]) =>
    id.startsWith('command.') ? [title] : [],
  ),
);

/** Emphasized text in capitals: a command, unless it is listed here. */
const otherTitles = new Set([
  'Easy Adaptation',
  'Delete Stored Data',
  'Set API Key',
  'Show Log',
  'Import a GGUF File…',
]);

function titlesIn(text: string): string[] {
  const emphasized = [...text.replace(/\s+/g, ' ').matchAll(/\*{1,2}([^*|`]+?)\*{1,2}/g)].map(
    ([, words = '']) => words,
  );
  return emphasized.filter((words) => /^[A-Z][\w-]*(?: (?:[A-Z][\w-]*|an?|the|of|to|by|in|and|is))+…?$/.test(words));
}

test('every command that README or a page of docs/ names exists', () => {
  const named = pages.filter((path) => path === 'README.md' || path.startsWith('docs/'));
  const titles = named.flatMap((path) => titlesIn(read(path)).map((title) => ({ path, title })));
  assert.ok(titles.length > 20, `${titles.length} titles`);
  const actual = titles.filter(({ title }) => !commands.has(title) && !otherTitles.has(title));
  assert.deepEqual(actual, []);
});

test('the table in docs/using.md lists every setting, with its default', () => {
  const rows = read('docs/using.md')
    .split('\n## Settings\n')[1]
    ?.split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| `'));
  const told = new Map(
    rows?.flatMap((row) => {
      const [, names = '', value = ''] = row.split(' | ').join('|').split('|');
      return [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, value.trim()] as const);
    }),
  );
  const settings = Object.entries(contributedSettings).map(
    ([id, property]) => [id.replace('easyAdaptation.', ''), property.default] as const,
  );
  assert.deepEqual([...told.keys()].sort(), settings.map(([name]) => name).sort());
  const shown = (value: unknown) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));
  const wrong = settings.filter(
    ([name, value]) => (typeof value === 'number' || typeof value === 'boolean') && told.get(name) !== shown(value),
  );
  assert.deepEqual(wrong, []);
});

test('pages about sending link to the one table of what leaves the machine', () => {
  const about = ['docs/privacy.md', 'docs/large-models.md', 'docs/text-tasks.md'];
  const link = '../README.md#what-leaves-the-machine';
  const actual = about.filter((page) => !targets(read(page)).includes(link));
  assert.deepEqual(actual, []);
});
