// A task's files in other encodings than UTF-8: their secrets are redacted, and what is no text is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError, unwrap } from '../../src/common/errors.ts';
import { readAnswers } from '../../src/text-tasks/given-labels.ts';
import { readTask } from '../../src/text-tasks/in-folder.ts';
import { resultsOf } from '../../src/text-tasks/task-results.ts';
import { FolderReader } from '../../src/workspace/files/folder-reader.ts';
import { fakeTaskLlm, TaskTree, userOf } from './support.ts';

const password = 'Tr0ub4dor-Kx9!vQ';
const token = 'zq7Wn4Lp9Xc2Vb6Mt8Rk3Jh5';
const lines = Array.from({ length: 60 }, (_, i) => {
  const words = `${i % 2 ? 'The page is broken' : 'Please add a café'} ${i} for user ${(i * 7919) % 997}`;
  return i % 6 ? words : `${words} ${i % 12 ? password : token}`;
});

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const encodings = {
  'utf-8': (text: string) => Buffer.from(text),
  'utf-8 with a mark': (text: string) => Buffer.from(`\ufeff${text}`),
  'utf-16le': utf16,
  'utf-16be': (text: string) => utf16(text).swap16(),
  'windows-1252': (text: string) => Buffer.from(text, 'latin1'),
};

function makeFolder(source: { readonly kind: string; readonly path: string }, bytes: Buffer): TaskTree {
  const tree = new TaskTree({ '.env': `DB_PASSWORD=${password}\nAPI_TOKEN=${token}\n`, [source.path]: bytes });
  tree.task('mails', { source: { ...source, ...(source.kind !== 'lines' && { text: 'text' }) } });
  return tree;
}

/** Everything that was sent, the table of results, and the notes of the run. */
async function runIn(tree: TaskTree) {
  const llm = fakeTaskLlm((prompt) => (/broken/.test(userOf(prompt)) ? 'bug' : 'wish'));
  const report = await tree.run('mails', { llm });
  const sent = llm.prompts.map((prompt) => `${prompt.system.text}\n${userOf(prompt)}`);
  const stored = tree.read(report.path) + tree.read(`${tree.pathOf('mails')}.answers.jsonl`);
  return { sent: sent.join('\n'), stored, count: sent.length, notes: resultsOf(report).notes };
}

for (const [encoding, encode] of Object.entries(encodings))
  for (const kind of ['lines', 'csv', 'jsonl'])
    test(`sends and stores no secret of .env from a source in ${encoding} (${kind})`, async () => {
      const rows = kind === 'jsonl' ? lines.map((text) => JSON.stringify({ text })) : lines;
      const text = `${[...(kind === 'csv' ? ['text'] : []), ...rows].join('\r\n')}\r\n`;
      const { sent, stored, count, notes } = await runIn(makeFolder({ kind, path: `mails.${kind}` }, encode(text)));
      assert.equal(count, 60);
      for (const where of [sent, stored]) {
        assert.ok(where.includes('Please add a café 2 for user'), where.slice(0, 2000));
        const plain = where.replaceAll('\0', '');
        for (const secret of [password, token]) assert.ok(!plain.includes(secret), secret);
      }
      const notice = notes.filter((note) => note.includes('Windows-1252'));
      assert.equal(notice.length, encoding === 'windows-1252' ? 1 : 0, notes.join('\n'));
    });

const japanese = Buffer.from('本日は晴天なり。'.repeat(2000));
for (const [name, bytes] of [
  ['UTF-16 without a mark', Buffer.from(lines.join('\n'), 'utf16le')],
  [
    'UTF-32',
    Buffer.concat([Buffer.of(0xff, 0xfe, 0, 0), Buffer.from([...'text'].flatMap((c) => [c.charCodeAt(0), 0, 0, 0]))]),
  ],
  ['half a UTF-16 unit', utf16(lines.join('\n')).subarray(0, -1)],
  ['a zero behind two pieces of a file', Buffer.concat([Buffer.alloc(1 << 21, 'text\n'), Buffer.of(0)])],
  ['a zero behind a letter of Windows-1252', Buffer.from(`${'text\n'.repeat(4000)}é\0`, 'latin1')],
  ['broken Japanese', Buffer.concat([japanese, Buffer.of(0xff), japanese])],
] as const)
  test(`refuses a source that is no text, and says what to do: ${name}`, async () => {
    for (const kind of ['lines', 'csv', 'jsonl']) {
      const tree = makeFolder({ kind, path: `m.${kind}` }, bytes);
      const isSaid = (error: unknown) => error instanceof CodedError && error.code === 'unreadable';
      await assert.rejects(tree.texts('mails'), isSaid);
      const pattern = /: m\.\w+ is not text in UTF-8, UTF-16 with a byte order mark.*Save it as UTF-8/;
      await assert.rejects(tree.texts('mails'), pattern);
    }
  });

test('reads characters that are cut by a piece of the file', async () => {
  const text = `${'a'.repeat(8191)}€\n${'本'.repeat(40_000)}\n🎉🎉`;
  for (const encode of [encodings['utf-8'], utf16, encodings['utf-16be']]) {
    const found = await makeFolder({ kind: 'lines', path: 'm.txt' }, encode(text)).texts('mails');
    const actual = found.map((each) => each.slice(-2));
    assert.deepEqual(actual, ['a€', '本本', '🎉🎉'.slice(-2)]);
  }
});

test('reads a task in UTF-16, and refuses answers to which it could not add one', async () => {
  const tree = makeFolder({ kind: 'lines', path: 'm.txt' }, utf16('text\n'));
  const path = tree.pathOf('mails');
  tree.write({ [`${path}.json`]: utf16(tree.read(`${path}.json`)) });
  const reader = await FolderReader.open(tree.root);
  const task = unwrap(await readTask(reader, 'mails'));
  tree.write({ [`${path}.answers.jsonl`]: utf16('{"text":"a","label":"bug","by":"person"}\n') });
  await assert.rejects(readAnswers(task, reader), /mails\.answers\.jsonl is stored as utf-16le\. Save it as UTF-8/);
  tree.write({ [`${path}.json`]: Buffer.of(0, 1, 2, 3) });
  const refused = await readTask(reader, 'mails');
  assert.ok(!refused.ok && /mails\.json is not text/.test(refused.error.message));
});
