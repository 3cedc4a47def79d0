// Tables of text tasks: those that are read, and what a spreadsheet makes of those that are written.
import { uniforms } from '../../src/common/statistics/random.ts';
import { csvLine, csvRecords, plainField, TableError } from '../../src/text-tasks/labels/csv.ts';
import { jsonlTexts } from '../../src/text-tasks/labels/extract.ts';
import { type Campaign, Tally } from './campaign.ts';

const mostMemory = 256 << 20;
const rows = 20_000;

/** More than a string can hold, a megabyte at a time. */
async function* endless(begin: string, piece: string, size: number): AsyncGenerator<string> {
  yield begin;
  for (let sent = 0; sent < size; sent += piece.length) yield piece;
}

const unclosed: Readonly<Record<string, () => AsyncIterable<unknown>>> = {
  'CSV, a quote without its end': () => csvRecords(endless('text\n"', 'x'.repeat(1 << 20), 700 << 20)),
  'CSV, a quote without its end, many lines': () =>
    csvRecords(endless('text\n"', `${'x'.repeat(63)}\n`.repeat(1 << 14), 700 << 20)),
  'CSV, one line': () => csvRecords(endless('text\n', 'x'.repeat(1 << 20), 700 << 20)),
  'CSV, commas alone': () => csvRecords(endless('text\n', ','.repeat(1 << 20), 100 << 20)),
  'TSV, a quote without its end': () => csvRecords(endless('text\n"', 'x\t'.repeat(1 << 19), 700 << 20), '\t'),
  'JSON lines, a line without its end': () =>
    jsonlTexts(endless('{"text":"', 'x'.repeat(1 << 20), 700 << 20), { text: 'text' }),
};

export const tablesCampaign: Campaign = {
  name: 'tables',
  what: 'tables without an end, cells that are formulas',
  run: async (show, { seed }) => {
    for (const [name, read] of Object.entries(unclosed)) {
      const tally = new Tally();
      const before = process.memoryUsage.rss();
      let peak = before;
      let said: unknown;
      const watch = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage.rss());
      }, 5);
      try {
        for await (const _ of read()) await new Promise((resolve) => setImmediate(resolve));
      } catch (error) {
        said = error;
      }
      clearInterval(watch);
      peak = Math.max(peak, process.memoryUsage.rss());
      tally.try(said instanceof TableError && peak - before < mostMemory, `${said}, ${(peak - before) >> 20} MB`);
      show(tally.row('tables: one without an end is an error', name));
    }
    const random = uniforms(seed);
    const parts = ['a', ',', ';', '\t', '\n', '\r', '"', "'", ' ', '\u200b', '=1+cmd', '+x', '-y', '@z', '\uff1d1'];
    const field = () =>
      Array.from({ length: Math.floor(random() * 6) }, () => parts[Math.floor(random() * parts.length)]).join('');
    const formulas = new Tally();
    const read = new Tally();
    for (let n = 0; n < rows; n++) {
      const fields = [field(), field(), 'person'];
      const line = csvLine(fields);
      for (const separator of [',', ';', '\t'])
        for (const cell of line.split(new RegExp(`[${separator}\r\n]`)))
          formulas.try(!/^[\s"\p{C}]*[=+\-@]/u.test(cell.normalize('NFKC')), `${JSON.stringify(line)}: ${cell}`);
      async function* whole() {
        yield line;
      }
      for await (const record of csvRecords(whole()))
        read.try(JSON.stringify(record.map(plainField)) === JSON.stringify(fields), JSON.stringify(line));
    }
    show(formulas.row('tables: no cell is a formula', 'cut at commas, semicolons or tabs'));
    show(read.row('tables: no cell is a formula', 'read again as it was'));
  },
};
