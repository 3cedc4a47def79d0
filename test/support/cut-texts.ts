// Parts of files that are sent: texts of a task, hunks of a change, and lines of a key in a log.
import { unwrap } from '../../src/common/errors.ts';
import { readCommit } from '../../src/text-tasks/commit-context.ts';
import { TaskFolder } from '../../src/text-tasks/task-folder.ts';
import type { Tree } from './tree.ts';

/** The texts of a task that reads one file of the repository `tree`. Git ignores the folder 'scratch'. */
export async function taskTexts(
  tree: Tree,
  source: { readonly kind: string; readonly path: string; readonly text?: string },
  content: string,
): Promise<string[]> {
  const labels = ['a', 'b'].map((name) => ({ name, meaning: `It is ${name}.` }));
  const task = JSON.stringify({ instruction: 'Sort.', labels, source });
  tree.write({ '.easyadaptation/tasks/t.json': task, '.gitignore': 'scratch/\n', [source.path]: content });
  tree.git('add', '-A');
  const opened = unwrap(await TaskFolder.open({ root: tree.root, harvest: { trusted: true }, secrets: [] }, 't'));
  const texts: string[] = [];
  for await (const { text } of opened.texts()) texts.push(text);
  return texts;
}

/** The diffs that are sent for a commit message if one file of the repository `tree` changes. */
export async function sentChange(
  tree: Tree,
  path: string,
  before: string | Buffer,
  after: string | Buffer | undefined,
): Promise<string> {
  tree.write({ [path]: before, 'kept.md': 'kept\n' });
  tree.commit();
  if (after === undefined) tree.git('rm', '-q', path);
  else tree.write({ [path]: after });
  tree.git('add', '-A');
  const source = { root: tree.root, repository: tree.root, harvest: { trusted: true }, exclude: {}, secrets: [] };
  const { files } = unwrap(await readCommit(source, new AbortController().signal));
  return files.map(({ diff }) => diff).join('\n');
}

const stamp = (i: number) => `2026-05-01T12:00:${String(i % 60).padStart(2, '0')}.${100 + i}Z INFO  [worker-3] `;
const wrapped = (lines: readonly string[], columns: number) =>
  lines.join('').match(new RegExp(`.{1,${columns}}`, 'g')) as string[];

/** Texts that contain the lines of a known key in some form. Each text is redacted alone. */
export const keyCarriers: Readonly<Record<string, (lines: readonly string[]) => readonly string[]>> = {
  'each alone': (lines) => lines,
  'behind timestamps': (lines) => [lines.map((line, i) => `${stamp(i)}${line}\n`).join('')],
  'each alone behind a timestamp': (lines) => lines.map((line, i) => `${stamp(i)}${line}`),
  'six as a hunk': (lines) => [
    `@@ -5,6 +5,6 @@\n${lines
      .slice(4, 10)
      .map((line, i) => `${' -+'[i % 3]}${line}\n`)
      .join('')}`,
  ],
  'wrapped at 32 columns': (lines) => wrapped(lines, 32),
  'wrapped at 60 columns': (lines) => wrapped(lines, 60),
  'wrapped at 76 columns': (lines) => wrapped(lines, 76),
  'in one line': (lines) => [`x ${lines.join('')}`],
};

/**
 * Logs that contain a key that no other file has.
 * @param pem lines of the key with its first and last line
 */
export const keyLogs: Readonly<Record<string, (pem: readonly string[]) => string>> = {
  'as it is': (pem) => pem.map((line) => `${line}\n`).join(''),
  'behind timestamps': (pem) => pem.map((line, i) => `${stamp(i)}${line}\n`).join(''),
  'lines of JSON': (pem) => pem.map((message, i) => `${JSON.stringify({ time: 1714560000 + i, message })}\n`).join(''),
  "behind a container's name": (pem) => pem.map((line) => `web_1  | ${line}\n`).join(''),
  'other lines between': (pem) =>
    pem.map((line, i) => `${stamp(i)}${line}\n${i % 4 === 2 ? `${stamp(i)}GET /health\n` : ''}`).join(''),
};

const animals = ['Marmot', 'Badger', 'Heron', 'Otter', 'Lynx', 'Stoat'];
/** A password that no rule recognizes by its form. */
export const passwordOf = (user: number, turn: number) => `${animals[(user + turn) % animals.length]}${turn}${user}!`;
export const users = Array.from({ length: 40 }, (_, i) => i);

/** Files in which only the first lines show that the values are secrets. */
export const changedFiles: Readonly<Record<string, (turn: number) => string>> = {
  'deploy/app.yaml': (turn) =>
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n${users
      .map((user) => `  entry-${user}: ${passwordOf(user, user === 30 ? turn : 0)}\n`)
      .join('')}`,
  'docs/access.md': (turn) =>
    `# Access\n\n| User | Password |\n| --- | --- |\n${users
      .map((user) => `| user${user} | ${passwordOf(user, user === 30 ? turn : 0)} |\n`)
      .join('')}`,
  'db/seed.sql': (turn) =>
    `INSERT INTO users (name, password) VALUES\n${users
      .map((user) => `('user${user}', '${passwordOf(user, user === 30 ? turn : 0)}')`)
      .join(',\n')};\n`,
};
