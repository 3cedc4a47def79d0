// Writes a function's comment in a real folder: like the folder's documented functions, in the language's form, with
// redacted secrets. Files that must not be sent are not sent.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { unwrap } from '../../src/common/errors.ts';
import { type WriteRequest, writeTextJob } from '../../src/jobs/write-text.ts';
import { docProse } from '../../src/text/doc-comments.ts';
import { api, asks, base, deps, password, root, write } from './writing.ts';

type DocRequest = Extract<WriteRequest, { kind: 'comment' }>;
const text = `export function readPage(id: number) {\n  login('${password}');\n  return store.read(id, 'page');\n}\n`;

before(() => {
  write(
    'src/list.ts',
    "/** `readList` asks the store for one list. */\nexport function readList(id: number) {\n  return store.read(id, 'list');\n}\n",
  );
  write('src/page.ts', text);
  write('src/config.ts', `export const password = '${password}';\n`);
  write('src/draw.py', 'def draw(a):\n    """Draws it."""\n    return a\n');
});

const request = (more: Partial<DocRequest> = {}): DocRequest => ({
  kind: 'comment',
  ...{ ...base, ...asks() },
  ...{ text, path: 'src/page.ts', languageId: 'typescript', at: text.indexOf('return') },
  ...more,
});
test('the API gets the function and similar ones without secrets; comment marks in its answer are not doubled', async () => {
  let promptText = '';
  api().answerTexts((said) => {
    promptText = said;
    return '```ts\n/**\n * Asks for one page.\n * @param id which\n */\n```';
  });
  const written = unwrap(await writeTextJob(request(), deps()));
  assert.equal(written.edit?.insert, '/**\n * Asks for one page.\n * @param id which\n */\n');
  assert.ok(written.model !== undefined && written.costUsd > 0);
  assert.match(promptText, /`readList` asks the store for one list\./);
  assert.match(promptText, /function readPage/);
  assert.ok(!promptText.includes(password) && !promptText.includes('Draws it'));
  const repeated = unwrap(await writeTextJob(request(), deps()));
  assert.equal(repeated.costUsd, 0, 'the same question is not paid for twice');
});

test('nothing is written if the file must not be sent or the API fails, and `trouble` says why', async () => {
  write('.easyadaptationignore', 'src/page.ts\n');
  const callsBefore = api().requests.length;
  const kept = unwrap(await writeTextJob(request(), deps()));
  assert.deepEqual([kept.text, kept.model, api().requests.length], ['', undefined, callsBefore]);
  const pattern = /^Nothing was sent to the large model\. Git, a rule or its secrets keep src\/page\.ts/;
  assert.match(kept.trouble ?? '', pattern);
  rmSync(join(root, '.easyadaptationignore'));
  api().fail('overloaded');
  const other = request({ text: text.replaceAll('page', 'role').replaceAll('Page', 'Role') });
  const { text: written, model, trouble } = unwrap(await writeTextJob(other, deps()));
  assert.ok(written === '' && model === undefined && trouble !== undefined);
  api().fail('truncated');
  const half = request({ text: text.replaceAll('page', 'rule').replaceAll('Page', 'Rule') });
  assert.ok(unwrap(await writeTextJob(half, deps())).costUsd > 0, 'an answer that breaks off is paid for');
});

test('a cancelled request writes nothing and is no trouble', async () => {
  const stop = new AbortController();
  api().answerTexts(() => {
    stop.abort();
    return 'Reads.';
  });
  const other = request({ text: text.replaceAll('page', 'shelf').replaceAll('Page', 'Shelf') });
  const written = await writeTextJob(other, { ...deps(), signal: stop.signal }).catch((error: Error) => error);
  assert.ok(written instanceof Error || (!written.ok && written.error.code === 'cancelled'), JSON.stringify(written));
});

test('an error says that there is no function, or that it has a comment', async () => {
  const errorOf = async (more: Partial<DocRequest>) => {
    const result = await writeTextJob(request(more), deps());
    return result.ok ? '' : result.error.message;
  };
  assert.match(await errorOf({ text: 'let x;\n', at: 2 }), /no function at the cursor/);
  assert.match(await errorOf({ text: `/** A. */\n${text}`, at: 20 }), /'readPage' already has a comment/);
  assert.match(await errorOf({ text: '{}', languageId: 'json', path: 'a.json', at: 0 }), /is not known/);
});

test('docProse removes comment marks and leaves a text without marks unchanged', () => {
  const cases: readonly [written: string, prose: string][] = [
    ['/** One. */', 'One.'],
    ['// One.\n// Two.', 'One.\nTwo.'],
    ['"""One.\n\nTwo.\n"""', 'One.\n\nTwo.'],
    ['# One.', 'One.'],
    ['#[inline] is set.', '#[inline] is set.'],
    ['- one\n- two', '- one\n- two'],
  ];
  for (const [written, prose] of cases) assert.equal(docProse(written), prose, written);
});
