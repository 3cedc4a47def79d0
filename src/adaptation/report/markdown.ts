// Writes a report's document as Markdown, or as plain text for a terminal. A chart is written as its table.
import { oneLine, percent } from '../../common/format.ts';
import type { CodeExample, ReportDocument, ReportTable, Section } from './document.ts';

export function markdownOf({ title, subtitle, sections }: ReportDocument): string {
  const parts = [`# ${escaped(title)}`, escaped(subtitle), ...sections.flatMap(sectionOf)];
  return `${parts.join('\n\n')}\n`;
}

function sectionOf({ title, text, table, examples = [] }: Section): string[] {
  return [
    `## ${escaped(title)}`,
    ...text.map(escaped),
    ...(table && table.rows.length > 0 ? [tableOf(table)] : []),
    ...examples.flatMap(exampleOf),
  ];
}

function tableOf({ head, rows }: ReportTable): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? percent(cell) : escaped(cell))).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function exampleOf({ location, before, lines }: CodeExample): string[] {
  // A fence longer than any in the code.
  const code = [before, ...lines.map(({ who, text }) => `${who}: ${text}`)].join('\n');
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`**${escaped(location)}**`, `${fence}\n${code}\n${fence}`];
}

/** Escapes Markdown in texts of files and models. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#~]/g, '\\$&');
}

/** Tables of charts are left out, because the sentences give their result. @param width maximum columns of a line */
export function plainTextOf({ title, subtitle, sections }: ReportDocument, width = 100): string {
  const parts = sections.flatMap(({ title: name, text, chart, table, examples = [] }) => {
    const blocks = [
      ...text.map((each) => wrapped(each, width)),
      ...(table && !chart && table.rows.length > 0 ? [alignedTable(table)] : []),
      ...examples.map(({ location, before, lines }) =>
        [
          location,
          `  ${oneLine(before, 70)}▏`,
          ...lines.map(({ who, text: line }) => `  ${who.padEnd(12)} ${oneLine(line, width - 17)}`),
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

/** Shares are aligned to the right, other columns to the left. */
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
