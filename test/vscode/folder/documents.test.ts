// Open documents are searched for secrets at each change that may remove one, before any pause.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { silentLog } from '../../../src/common/log.ts';
import { SessionSecrets } from '../../../src/vscode/folder/session-secrets.ts';
import { desk } from '../../fakes/vscode-editor.ts';

const { Documents } = await import('../../../src/vscode/folder/documents.ts');
const vscode = await import('vscode');

const password = 'hV7!kqP2zR9w';
const secrets = new SessionSecrets(false);
const opened: string[] = [];
const session = {
  secrets,
  specialist: { setOpenFile: (path: string) => opened.push(path) },
  isDisposed: false,
};
const documents = new Documents({
  folders: { of: () => session, peek: () => session } as never,
  rules: { of: async () => 'open' } as never,
  configuration: {} as never,
  log: silentLog,
  onIndexOutdated: () => {},
});
after(() => {
  documents.dispose();
  desk.reset();
});

type Editor = Awaited<ReturnType<typeof desk.open>>;

/** Opens a file, and waits until it was read. */
async function open(path: string, text: string): Promise<Editor> {
  const editor = await desk.open(path, text);
  for (let turn = 0; turn < 1000 && !opened.includes(path); turn++)
    await new Promise((resolve) => setImmediate(resolve));
  return editor;
}

/** Cuts `text` in one change. */
function cut({ document }: Editor, text: string): void {
  const at = document.getText().indexOf(text);
  const [start, end] = [document.positionAt(at), document.positionAt(at + text.length)];
  document.change([{ range: new vscode.Range(start as never, end as never) as never, text: '' }]);
}

const redacted = () => secrets.text(`use("${password}");`, 'src/other.ts');

test('a password that was typed and cut out again between two pauses is redacted elsewhere', async () => {
  const editor = await open('src/a.ts', 'const account = { _ };\n');
  assert.ok((await redacted()).includes(password));
  desk.retype(editor, '_', `password: "${password}"`);
  cut(editor, password);
  assert.ok(!(await redacted()).includes(password));
});

test('in a document that is too long to be read whole, the lines near a change are searched', async () => {
  const other = 'Tr0ub4dor.7x';
  const line = 'export const value = compute();\n';
  const editor = await desk.open('src/long.ts', `${line.repeat(8000)}const account = { _ };\n${line.repeat(8000)}`);
  desk.retype(editor, '_', `password: "${other}"`);
  cut(editor, other);
  assert.ok(!(await secrets.text(`use("${other}");`, 'src/other.ts')).includes(other));
});
