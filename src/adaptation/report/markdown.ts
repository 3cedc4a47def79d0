// Writes a report's document as Markdown, or as plain text for a terminal.
import { wrap } from '../../common/format.ts';
import type { ReportDocument, ReportTable, Section } from './document.ts';

export function markdownOf({ title, subtitle, sections }: ReportDocument): string {
  const parts = [`# ${escaped(title)}`, escaped(subtitle), ...sections.flatMap(sectionOf)];
  return `${parts.join('\n\n')}\n`;
}

function sectionOf({ title, text, table }: Section): string[] {
  return [`## ${escaped(title)}`, ...text.map(escaped), ...(table ? [tableOf(table)] : [])];
}

function tableOf({ head, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Escapes Markdown in texts of files and models. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#~]/g, '\\$&');
}

/** Lines of at most 100 columns. */
export function plainTextOf({ title, subtitle, sections }: ReportDocument): string {
  const parts = sections.map(({ title: name, text, table }) =>
    [name, ...text.map((each) => wrap(`  ${each}`)), ...(table ? [wrap(alignedTable(table))] : [])].join('\n'),
  );
  return [`${title}, ${subtitle}`, ...parts].join('\n\n');
}

function alignedTable({ head, rows }: ReportTable): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`;
  return [head, ...rows].map((row) => line(row).trimEnd()).join('\n');
}
