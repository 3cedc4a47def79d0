// The public scenarios of next edits: a file with its cursors, what was edited before, and what is expected.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecentChange } from '../../src/edits/history/edit.ts';
import { changedLines } from '../../src/text/edits.ts';
import { lineNumber } from '../../src/text/lines.ts';

/** A cursor in a file. */
export interface Scenario {
  /** Of the scenario, and of its second and later cursors ':2', ':3'. */
  readonly id: string;
  readonly path: string;
  readonly text: string;
  /** UTF-16 units. */
  readonly offset: number;
  /** Oldest first. */
  readonly edits: readonly RecentChange[];
  /** Undefined: quiet is right. */
  readonly expected: string | undefined;
}

export function readScenarios(folder: string): Scenario[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txtar'))
    .sort()
    .flatMap((name) => scenariosIn(readFileSync(join(folder, name), 'utf8')));
}

function scenariosIn(written: string): Scenario[] {
  const { header, sections } = sectionsOf(written);
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(header)?.[1] ?? '';
  const text = (sections.get('buffer.txt') ?? '').replace(/\n$/, '');
  const expected = sections.get('expected')?.replace(/\n$/, '');
  const edits = (sections.get('history') ?? '')
    .split(/^<\|file\|> /m)
    .slice(1)
    .map((part) => editIn(part, text));
  const cursors = [`${field('row')}:${field('col')}`, ...field('cursor-positions').split(', ').filter(Boolean)];
  return cursors.map((cursor, i) => ({
    id: field('id') + (i === 0 ? '' : `:${i + 1}`),
    path: field('file'),
    text,
    offset: offsetAt(text, cursor),
    edits,
    expected: expected === '' ? undefined : expected,
  }));
}

/** The parts of the txtar format: a header, then sections that begin with '-- NAME --'. */
function sectionsOf(written: string): {
  readonly header: string;
  readonly sections: ReadonlyMap<string, string>;
} {
  const [header = '', ...parts] = written.replaceAll('\r\n', '\n').split(/^-- (.*) --\n/m);
  const sections = new Map<string, string>();
  for (let i = 0; i + 1 < parts.length; i += 2) sections.set(parts[i] ?? '', parts[i + 1] ?? '');
  return { header, sections };
}

/** As the journal would have it: the lines that differ, and those beside them. */
function editIn(part: string, text: string): RecentChange {
  const [, path = '', was = '', is = ''] = /^(.*)\n<\|old\|>\n([\s\S]*?)<\|new\|>\n([\s\S]*)$/.exec(part) ?? [];
  const changed = changedLines(was, is);
  const [above, below] = [is.slice(0, changed.start), is.slice(changed.start + changed.new.length)];
  const line = lineNumber(text, Math.max(0, text.indexOf(is.replace(/\n$/, '')))) + lineNumber(above);
  return { path, line, before: changed.old, after: changed.new, above, below };
}

/** @param cursor row from 1 and byte column from 0: '3:14' */
function offsetAt(text: string, cursor: string): number {
  const [row = 1, column = 0] = cursor.split(':').map(Number);
  const lines = text.split('\n');
  const before = lines.slice(0, row - 1).reduce((sum, line) => sum + line.length + 1, 0);
  return (
    before +
    Buffer.from(lines[row - 1] ?? '')
      .subarray(0, column)
      .toString('utf8').length
  );
}
