// What the status says about a folder's session: one sentence for each thing that does not work.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { l10n, loadAsVscode } from '../../support/fake-vscode.ts';

loadAsVscode({ l10n, MarkdownString: class {} });
const { sessionNotices } = await import('../../../src/vscode/panel/session-notices.ts');
const { UnparsedDocuments } = await import('../../../src/vscode/folder/unparsed-documents.ts');

const quiet = { problem: undefined, unusedBecause: undefined, isIndexPaused: false, isUnparsed: () => false };

test('a document that broke the parser is named while it is active', () => {
  const session = { ...quiet, isUnparsed: (path: string) => path === 'src/broken.py' };
  const texts = (path: string | undefined) => sessionNotices(session, path).map(({ kind, text }) => [kind, text]);
  assert.deepEqual(texts('src/broken.py'), [
    [
      'warning',
      'src/broken.py is completed without its grammar until you reload the window, because parsing it failed twice.',
    ],
  ]);
  assert.deepEqual(texts('src/whole.py'), []);
  assert.deepEqual(texts(undefined), []);
});

test('a paused index is told with the log beside it', () => {
  const [notice, ...others] = sessionNotices({ ...quiet, isIndexPaused: true }, undefined);
  assert.equal(notice?.kind, 'warning');
  assert.match(notice?.text ?? '', /starts again by itself/);
  assert.equal(notice?.action?.command, 'showLog');
  assert.deepEqual(others, []);
});

test('a draft of an unparsed document is reported once, and the draft stays', async () => {
  const found: string[] = [];
  const documents = new UnparsedDocuments((path, reason) => found.push(`${path}: ${reason}`));
  const specialist = documents.watch({
    name: 'n-gram',
    snippets: async () => [],
    setOpenFile() {},
    complete: async ({ path }) => ({
      ...{ text: 'f()', tokens: [], model: 'n-gram', complete: true, latencyMs: 1 },
      ...(path === 'broken.py' && { unparsed: 'memory access out of bounds' }),
    }),
  });
  const complete = (path: string) =>
    specialist.complete(
      { path, languageId: 'python', prefix: '', suffix: '' },
      { multiline: false, maxTokens: 9 },
      new AbortController().signal,
    );
  for (const path of ['whole.py', 'broken.py', 'broken.py']) assert.equal((await complete(path))?.text, 'f()');
  assert.deepEqual(found, ['broken.py: memory access out of bounds']);
  assert.deepEqual([documents.has('broken.py'), documents.has('whole.py')], [true, false]);
});
