// A table that is no table ends the reading of a task's source early, and so does a cancellation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError } from '../../src/common/errors.ts';
import { csvTexts } from '../../src/text-tasks/labels/extract.ts';
import { learnSource, redactedSource } from '../../src/text-tasks/redacted-source.ts';
import type { FolderReader } from '../../src/workspace/files/folder-reader.ts';
import { SecretValues } from '../../src/workspace/secrets/secrets.ts';

const encoder = new TextEncoder();
const PIECE = 1 << 16;

/** A reader of a file of 60 MB; counts the megabytes that were read. @param onPiece called before each piece */
function bigFile(begin: string, line: string, onPiece: (megabytes: number) => void = () => {}) {
  const count = { megabytes: 0 };
  const piece = encoder.encode(line.repeat(PIECE / line.length));
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield encoder.encode(begin);
    for (let sent = 0; sent < 60e6; sent += piece.length) {
      count.megabytes = sent / 1e6;
      onPiece(count.megabytes);
      yield piece;
    }
  }
  return { count, reader: { pieces } as unknown as FolderReader };
}

const isTableError = (error: unknown) =>
  error instanceof CodedError &&
  error.code === 'corrupt' &&
  /^mails\.csv has a record of more than 8 million characters, which begins in line 2\. Close the quote/.test(
    error.message,
  );

for (const [name, line] of [
  ['many lines', 'some words in a row, with a comma\n'],
  ['one line', 'some words in a row, with a comma '],
  ['commas', ','],
] as const)
  test(`an open quote in a table of 60 MB is found before secrets are searched (${name})`, async () => {
    const { count, reader } = bigFile('text\n"', line);
    await assert.rejects(learnSource(reader, 'mails.csv', 'csv', new SecretValues()), isTableError);
    assert.ok(count.megabytes < 10, `${count.megabytes} MB were read`);
  });

test('a cancellation ends the search for secrets in a source, at the next piece', async () => {
  for (const form of ['lines', 'csv', 'jsonl'] as const) {
    const stop = new AbortController();
    const { count, reader } = bigFile('text\n', 'some words in a row\n', (megabytes) => {
      if (megabytes > 2) stop.abort();
    });
    await assert.rejects(learnSource(reader, 'mails', form, new SecretValues(), stop.signal), { name: 'AbortError' });
    assert.ok(count.megabytes < 3, `${form}: ${count.megabytes} MB were read`);
  }
});

test('a cancellation ends the reading of a source, before a text is complete', async () => {
  const stop = new AbortController();
  const { count, reader } = bigFile('text\n"', 'some words in a row\n', (megabytes) => {
    if (megabytes > 2) stop.abort();
  });
  const source = redactedSource(reader, 'mails.csv', 'csv', new SecretValues(), stop.signal);
  const read = async () => {
    for await (const _ of csvTexts(source, { text: 'text' }));
  };
  await assert.rejects(read(), { name: 'AbortError' });
  assert.ok(count.megabytes < 3, `${count.megabytes} MB were read`);
});
