// Writes a report's document as Markdown, or as plain text for a terminal. A chart is written as its table.
import { oneLine, percent } from '../../common/format.ts';
import type { CodeExample, ReportDocument, ReportTable, Section } from './document.ts';

export function markdownOf({ title, subtitle, sections }: ReportDocument): string {
  const parts = [`# ${plain(title)}`, plain(subtitle), ...sections.flatMap(sectionOf)];
  return `${parts.join('\n\n')}\n`;
}

function sectionOf({ title, text, table, examples = [] }: Section): string[] {
  return [
    `## ${plain(title)}`,
    ...text.map(plain),
    ...(table && table.rows.length > 0 ? [tableOf(table)] : []),
    ...examples.flatMap(exampleOf),
  ];
}

function tableOf({ head, rows }: ReportTable): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? percent(cell) : plain(cell))).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function exampleOf({ location, before, lines }: CodeExample): string[] {
  // A fence longer than any in the code.
  const code = [before, ...lines.map(({ who, text }) => `${who}: ${text}`)].join('\n');
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`**${plain(location)}**`, `${fence}\n${code}\n${fence}`];
}

/** What a file or a model says is no markup. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#~]/g, '\\$&');
}

/** Characters a line, where words allow. Tables behind charts are left out: the text before them says the result. */
export function plainTextOf({ title, subtitle, sections }: ReportDocument, width = 100): string {
  const parts = sections.flatMap(({ title: name, text, chart, table, examples = [] }) => {
    const blocks = [
      ...text.map((each) => wrapped(each, width)),
      ...(table && !chart && table.rows.length > 0 ? [alignedTable(table)] : []),
      ...examples.map(({ location, before, lines }) =>
        [
          location,
          `  ${oneLine(before, 70)}▏`,
          ...lines.map(({ who, text: said }) => `  ${who.padEnd(10)} ${oneLine(said, width - 15)}`),
        ]
          .map((line) => `  ${line}`)
          .join('\n'),
      ),
    ];
    return [[name, ...blocks].join('\n')];
  });
  return [`${title}, ${subtitle}`, ...parts].join('\n\n');
}

function wrapped(text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) as string;
    if (line !== '' && line.length + word.length + 3 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

/** The first column to the left, shares to the right. */
function alignedTable({ head, rows }: ReportTable): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => (typeof cell === 'number' ? percent(cell) : cell)));
  const isShare = head.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  return cells
    .map((row) => {
      const aligned = row.map((cell, i) => (isShare[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)));
      return `  ${aligned.join('  ').trimEnd()}`;
    })
    .join('\n');
}
