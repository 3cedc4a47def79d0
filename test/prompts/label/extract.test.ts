// Texts from files: CSV (RFC 4180) in chunks of any size, JSON lines, sections, TODO comments, commits; duplicates
// removed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvLine, csvRecords, plainField, TableError } from '../../../src/text-tasks/labels/csv.ts';
import {
  commitText,
  csvTexts,
  jsonlTexts,
  keyOf,
  linesIn,
  sectionsIn,
  todosIn,
} from '../../../src/text-tasks/labels/extract.ts';

/** Cuts the text into chunks. With every chunk size, each state of a parser is hit by a chunk's end. */
async function* inChunks(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}
const all = async <T>(items: AsyncIterable<T>) => {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
};

test('quotes, commas, line ends and empty fields of a CSV are read the same whatever the chunk size is', async () => {
  const text = 'id,text\r\n1,"a, ""b""\r\nc"\r\n2,\n\n"",x"y\n3,"end"';
  const records = [
    ['id', 'text'],
    ['1', 'a, "b"\r\nc'],
    ['2', ''],
    ['', 'x"y'],
    ['3', 'end'],
  ];
  for (let size = 1; size <= text.length; size++)
    assert.deepEqual(await all(csvRecords(inChunks(text, size))), records);
});

const signs = [...'=+-@', ...'\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212'];
const unseen = [...' \u00a0\u3000\u200b\u200e\u202e\u2060\ufeff\u00ad\u034f\ufe0f\0\v\x7f\u2028\u{e0020}', ''];
test('no cell begins a formula with a wide sign, or behind what is not seen, and each is read back', () => {
  for (const sign of signs)
    for (const before of unseen) {
      const field = `${before}${sign}1+x`;
      assert.ok(csvLine([field, 'x']).startsWith("'"), JSON.stringify(field));
      assert.equal(plainField(`'${field}`), field);
    }
});

test('no cell starts a formula, whichever separator a program uses, and every cell is read back unchanged', async () => {
  const parts = ['', 'a', '=1+cmd', '-a', '@x', '+b', "'", "'=1", ' ', ' =1', '"', '"=1"', '-', '9'];
  parts.push('\u200b=1', '\uff1d1+1', '\uff0b1', '\uff0da', '\uff20x', '\u00a0@x', '\u2060\uff1d1', '\0=1', '\ufe66');
  for (const separator of [',', ';', '\t', '\n', '\r\n', '\r', ';;', "';"])
    for (const left of parts)
      for (const right of parts) {
        const fields = [`${left}${separator}${right}`, right, `${separator}${left}`];
        const line = csvLine(fields);
        const [record = []] = await all(csvRecords(inChunks(line, 5)));
        assert.deepEqual(record.map(plainField), fields);
        for (const cells of [line.split(/[,;\t\r\n]/), line.split(/[,\r\n]/), line.split(/[;\r\n]/), line.split('\t')])
          for (const cell of cells) {
            // What is left if a program drops blanks, quotes and what is not seen, and folds wide characters.
            const bare = cell.normalize('NFKC').replace(/^[\s"\p{C}]+/u, '');
            assert.ok(!/^[=+\-@]/.test(bare), `${JSON.stringify(line)}: ${cell}`);
          }
      }
});

test('an unclosed quote gives an error with advice before it fills the memory', async () => {
  let taken = 0;
  async function* endless(): AsyncGenerator<string> {
    yield 'text\nfine\n"two\nlines"\n"open,';
    const piece = `${'x'.repeat((1 << 20) - 1)}\n`;
    for (; taken < 600; taken++) yield piece;
  }
  await assert.rejects(
    all(csvTexts(endless(), { text: 'text' })),
    (error) =>
      error instanceof TableError &&
      error.code === 'corrupt' &&
      /more than 8 million characters, which begins in line 5\. Close the quote/.test(error.message),
  );
  assert.ok(taken < 20, `${taken} MB were taken`);
});

test('a quote that is open at the end of a table is an error, whatever the chunk size is', async () => {
  for (const text of ['a,b\n1,"two\n3,4\n', '"', 'a\n"x""', 'a\n1\n"', 'a\n"b""\n'])
    for (let size = 1; size <= text.length; size++)
      await assert.rejects(
        all(csvRecords(inChunks(text, size))),
        (error) => error instanceof TableError && /begins in line [123]\. Close the quote/.test(error.message),
        `${JSON.stringify(text)} in ${size}`,
      );
});

test('a field of doubled quotes is read whole', async () => {
  const [header, row] = await all(csvRecords(inChunks(`a\n"${'""'.repeat(3e6)}"\n`, (1 << 16) + 1)));
  assert.deepEqual(header, ['a']);
  assert.ok(row?.[0] === '"'.repeat(3e6));
});

test('an overlong line of JSON is an error that names it, and never a text without its middle', async () => {
  const line = JSON.stringify({ t: 'x'.repeat(1_200_000) });
  for (const size of [1 << 16, 1 << 20, line.length + 100])
    await assert.rejects(
      all(jsonlTexts(inChunks(`{"t":"a"}\n${line}\n{"t":"b"}\n`, size), { text: 't' })),
      (error) => error instanceof TableError && /line 2 .*longer than 1 million characters/.test(error.message),
    );
});

test('a long table of short records is read to its end', async () => {
  async function* long(): AsyncGenerator<string> {
    for (let n = 0; n < 20; n++) yield `"${'x'.repeat(1 << 19)}",${'y'.repeat(1 << 19)}\n`;
  }
  let records = 0;
  for await (const record of csvRecords(long())) records += record.length;
  assert.equal(records, 40);
});

test('columns are found by name, and the error for a missing column lists the existing columns', async () => {
  const csv = 'kind,title\nbug,It breaks\n,It is slow\n';
  assert.deepEqual(await all(csvTexts(inChunks(csv, 4), { text: 'title', label: 'kind' })), [
    { text: 'It breaks', label: 'bug', row: 2, source: ['bug', 'It breaks'] },
    { text: 'It is slow', row: 3, source: ['', 'It is slow'] },
  ]);
  await assert.rejects(
    all(csvTexts(inChunks(csv, 4), { text: 'body' })),
    (error) => error instanceof TableError && /no column 'body'. Its columns are: kind, title/.test(error.message),
  );
  const jsonl = '{"t":"a","k":"bug"}\n\n{"t":"b","k":3}\n';
  assert.deepEqual(await all(jsonlTexts(inChunks(jsonl, 5), { text: 't', label: 'k' })), [
    { text: 'a', label: 'bug', row: 1, source: '{"t":"a","k":"bug"}' },
    { text: 'b', label: '3', row: 3, source: '{"t":"b","k":3}' },
  ]);
  await assert.rejects(all(jsonlTexts(inChunks('{"t":"a"}\n{', 5), { text: 't' })), /invalid JSON in line 2/);
  await assert.rejects(all(jsonlTexts(inChunks('{"x":"a"}', 5), { text: 't' })), /no text 't' in any line/);
});

test('lines, sections, TODO comments and commit messages are extracted', async () => {
  assert.deepEqual(await all(linesIn(inChunks('a\r\nb\n\nc', 2))), ['a', 'b', '', 'c']);
  assert.deepEqual(sectionsIn('intro\n# One\ntext\n```\n# no heading\n```\n## Two\n'), [
    'intro',
    '# One\ntext\n```\n# no heading\n```',
    '## Two',
  ]);
  assert.deepEqual(todosIn('x // TODO(me): mend it\n/* FIXME: slow */\nTODOS\n<!-- HACK -->'), [
    'TODO(me): mend it',
    'FIXME: slow',
    'HACK',
  ]);
  assert.deepEqual(commitText('fix(parser)!: no loop', true), { text: 'no loop', label: 'fix' });
  assert.deepEqual(commitText('fix: no loop', false), { text: 'fix: no loop' });
  assert.deepEqual(commitText('Mend the loop', true), { text: 'Mend the loop' });
});

test('texts that differ only in white space and case count once, and a key is the same on every machine', () => {
  const [first, ...others] = ['A  b', 'a b', 'a\nB', 'ab'].map(keyOf);
  const actual = others.map((key) => key === first);
  assert.deepEqual(actual, [true, true, false]);
  assert.equal(keyOf('Hello, world'), keyOf(' hello,  WORLD '));
  assert.ok(Number.isSafeInteger(keyOf('Hello, world')));
  assert.equal(new Set(Array.from({ length: 20_000 }, (_, i) => keyOf(`row ${i}`))).size, 20_000);
});
