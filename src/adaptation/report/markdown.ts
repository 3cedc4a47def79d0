// A report's document as Markdown: charts are what a page draws, their tables stand here in their place.
import { percent } from '../../common/format.ts';
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

function exampleOf({ place, before, lines }: CodeExample): string[] {
  // A fence longer than any in the code.
  const code = [before, ...lines.map(({ who, text }) => `${who}: ${text}`)].join('\n');
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`**${plain(place)}**`, `${fence}\n${code}\n${fence}`];
}

/** What a file or a model says is no markup. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#~]/g, '\\$&');
}
