// What a session knows of its folder's secrets, and what is redacted with it: texts, logs and a specialist's paths.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Log, mappedLog, silentLog } from '../../../src/common/log.ts';
import { SessionSecrets } from '../../../src/vscode/folder/session-secrets.ts';
import { desk } from '../../fakes/vscode-editor.ts';
import { shownByContext, value } from '../../support/shown-by-context.ts';
import { noise } from '../../workspace/files/samples.ts';

const onDisk = noise(30);
const typed = noise(24, 'QwErTy0987asdfZXcv');

test('nothing may be sent before the folder was read; without a folder there is nothing to read', async () => {
  const secrets = new SessionSecrets(true);
  assert.equal(secrets.isComplete, false);
  await secrets.add([]);
  assert.equal(secrets.isComplete, true);
  assert.equal(new SessionSecrets(false).isComplete, true);
  secrets.dispose();
  assert.equal(secrets.isComplete, false);
});

test('what the harvest, a saved file and an open document know is redacted in texts, paths and the log', async () => {
  const secrets = new SessionSecrets(true);
  await secrets.add([onDisk]);
  const open = (await secrets.known()).learnOpen('src/a.ts', `const password = "${typed}"; use("${onDisk}");`);
  assert.ok(open.hasNewSecret);
  assert.ok(!open.text.includes(typed) && !open.text.includes(onDisk));
  assert.equal((await secrets.known()).learnOpen('src/a.ts', `const password = "${typed}";`).hasNewSecret, false);
  assert.ok(!(await secrets.text(`call("${typed}")`, 'src/b.ts')).includes(typed));
  assert.equal(await secrets.path(`x/${onDisk}.ts`), `x/${'*'.repeat(30)}.ts`);
  assert.equal(secrets.line(`cannot read ${typed} and ${onDisk}`).includes(onDisk.slice(4, 20)), false);
  (await secrets.known()).folder.add(noise(40));
  assert.ok(!(await secrets.text(`x ${noise(40)}`, 'c.md')).includes(noise(40)));
});

test('secrets of a closed document stay known until the session ends', async () => {
  const secrets = new SessionSecrets(true);
  (await secrets.known()).learnOpen('src/a.ts', `const password = "${typed}";`);
  (await secrets.known()).closed('src/a.ts');
  assert.ok(!(await secrets.text(`call(${typed})`, 'src/b.ts')).includes(typed));
  secrets.dispose();
  assert.ok((await secrets.text(`call(${typed})`, 'src/b.ts')).includes(typed));
});

test('a secret that came in one piece is reported as new at the next pause', async () => {
  const secrets = new SessionSecrets(true);
  (await secrets.known()).learnOpen('src/a.ts', '');
  const text = `const password = "${typed}";`;
  (await secrets.known()).changed('src/a.ts', text, [{ text, rangeLength: 0 }]);
  assert.equal((await secrets.known()).learnOpen('src/a.ts', text).hasNewSecret, true);
  assert.equal((await secrets.known()).learnOpen('src/a.ts', text).hasNewSecret, false);
});

test('what was pasted is searched before the next key at the latest, also where that key changes it', async () => {
  const word = 'Tr0ub4dor';
  const secrets = new SessionSecrets(true);
  const known = await secrets.known();
  known.learnOpen('src/a.ts', '');
  const pasted = `const password = "${word}";`;
  known.changed('src/a.ts', pasted, [{ text: pasted, rangeLength: 0 }]);
  const start = pasted.indexOf(word);
  known.changed('src/a.ts', pasted.slice(0, start) + pasted.slice(start + 1), [{ text: '', rangeLength: 1 }]);
  assert.equal((await secrets.text(`call("${word}")`, 'src/b.ts')).includes(word), false);
});

test('a mapped log maps causes as well', () => {
  const lines: string[] = [];
  const keep = (line: string) => lines.push(line);
  const log: Log = { debug: keep, info: keep, warn: keep, error: (message, error) => keep(`${message}|${error}`) };
  const mapped = mappedLog(log, (line) => line.replaceAll('hush', '****'));
  mapped.info('a hush');
  mapped.error('failed', new Error('no hush'));
  assert.deepEqual(lines, ['a ****', 'failed: no ****|undefined']);
});

test('a text is redacted at once in its length, and as a whole before the rules are loaded', async () => {
  const secrets = new SessionSecrets(true);
  assert.equal(secrets.textNow('plain', 'a.ts'), '*****');
  await secrets.add([onDisk]);
  assert.equal(secrets.textNow(`use("${onDisk}");`, 'a.ts'), `use("${'*'.repeat(onDisk.length)}");`);
});

for (const [name, { path, text }] of Object.entries(shownByContext))
  test(`${name} is redacted in what is cut out of the open document, also beside an insertion and after a key`, async () => {
    const secrets = new SessionSecrets(false);
    const known = await secrets.known();
    const at = text.lastIndexOf('\n', text.indexOf(value)) + 1;
    const end = text.indexOf('\n', at) + 1;
    const [row, rest] = [text.slice(at, end), '# Note\n'.repeat(20)];
    known.learnOpen(path, text + rest);
    const cut = { start: true, end: true };
    const isShown = async (piece: string, of = path) => (await secrets.text(piece, of, cut)).includes(value);
    assert.equal(await isShown(row, 'src/other.ts'), true);
    for (const piece of [row, row + rest, `${row}an insertion${rest}`, `no line of it\n${row}`])
      assert.equal(await isShown(piece), false, piece);
    known.changed(path, `${text}x${rest}`, [{ text: 'x', rangeLength: 0 }]);
    assert.equal(await isShown(`${row}x${rest}`), false);
    known.closed(path);
    assert.equal(await isShown(row), true);
  });

const { LearnedTexts } = await import('../../../src/vscode/folder/learned-texts.ts');
const { documentsWith } = await import('../edits/offers.ts');
const vscode = await import('vscode');

const password = 'hV7!kqP2zR9w';
const openSecrets = new SessionSecrets(false);
const opened: string[] = [];
const session = {
  secrets: openSecrets,
  specialist: { setOpenFile: (path: string) => opened.push(path) },
  isDisposed: false,
};
const texts = new LearnedTexts({
  folders: { of: () => session, peek: () => session } as never,
  documents: documentsWith(),
  configuration: {} as never,
  log: silentLog,
});
after(() => {
  texts.dispose();
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

const redacted = () => openSecrets.text(`use("${password}");`, 'src/other.ts');

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
  assert.ok(!(await openSecrets.text(`use("${other}");`, 'src/other.ts')).includes(other));
});
