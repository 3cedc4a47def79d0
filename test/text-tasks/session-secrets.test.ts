// What the editor's session knows, such as a password in an unsaved document, is redacted in every job that may send.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { adapt } from '../../src/adapt/adapt.ts';
import { unwrap } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import { commitItem, docItem } from '../../src/text-tasks/commit-context.ts';
import { TaskFolder } from '../../src/text-tasks/task-folder.ts';
import { FolderSecrets } from '../../src/vscode/folder/folder-secrets.ts';
import { collect, TaskTree } from './support.ts';

const tree = new TaskTree();
const { root } = tree;

/** Nothing around them shows that these are passwords. */
const [open, typed] = ['correct-horse-77', 'battery.staple-42'];
const [first, second] = [`export function first() {\n  return at('${open}');\n}\n`, `see ${typed}\n`];

const session = new FolderSecrets();
session.learnOpen('untitled-1', `DB_PASSWORD=${open}\n`);
session.learnOpen('untitled-2', 'x\n');
session.changed('untitled-2', `x\nSMTP_PASSWORD=${typed}\n`, []);

const folder = { root, harvest: { trusted: true }, exclude: {} };
const { signal } = new AbortController();

async function sentBy(secrets: readonly string[]): Promise<string> {
  const doc = { ...folder, secrets, text: first, path: 'first.ts', languageId: 'typescript', at: 30 };
  const items = [await docItem(doc, signal), await commitItem({ ...folder, secrets, repository: root }, signal)];
  const task = unwrap(await TaskFolder.open({ ...folder, secrets }, 'lines'));
  const texts = (await collect(task.texts())).map(({ text }) => text);
  return [...items.map((item) => JSON.stringify(unwrap(item))), task.task.instruction, ...texts].join('\n');
}

test('comments, commit messages and text tasks send no secret that only the session knows', async () => {
  tree.git('init', '-q');
  tree.write({ 'first.ts': first, 'second.txt': second });
  tree.git('add', '.');
  tree.git('commit', '-qm', `note on ${typed}`);
  tree.write({ 'first.ts': `${first}// ${typed}\n` });
  tree.git('add', '.');
  tree.task('lines', { instruction: `Sort, ${open}.`, source: { kind: 'lines', path: 'second.txt' } });
  const without = await sentBy([]);
  for (const secret of [open, typed]) assert.ok(without.includes(secret), `the test's ${secret} is found by a rule`);
  const sent = await sentBy(session.all);
  assert.match(sent, /export function first[\s\S]*note on \*+[\s\S]*see \*+/);
  for (const secret of [open, typed]) assert.ok(!sent.includes(secret), `${secret} was sent`);
});

test('an adaptation returns what it found, and no secret that only the session knows', async () => {
  tree.write({ '.env': 'API_TOKEN=zq7Wn4Lp9Xc2Vb6Mt8Rk3Jh5\n' });
  const storage = join(root, '.git/storage');
  const result = await adapt(
    {
      ...{ ...folder, secrets: session.all, effort: 'index', balance: 0.5 },
      ...{ storeFolder: storage, specialistFolder: storage, tokenizerPath: 'models/small/tokenizer.json' },
    },
    { signal, log: silentLog, llm: undefined, askPlan: async () => ({ kind: 'stop' }), record: () => {} },
  );
  assert.deepEqual(unwrap(result).secrets, ['zq7Wn4Lp9Xc2Vb6Mt8Rk3Jh5']);
});
