// Finds, reads and writes a function's documentation comment in its language's form.
import { languageOf } from './languages.ts';
import { indentOf, lineBefore, lineStart } from './lines.ts';

export interface DocForm {
  /** A block above the function, lines above it, or a string at the start of its body. */
  readonly kind: 'block' | 'lines' | 'string';
  /** The beginning of each line, or of the block or string. */
  readonly mark: string;
  /** XML tag around the comment's text. */
  readonly tag?: string;
}

/** Languages with their own form; the others use their line comments. */
const ROWS: readonly (readonly [form: DocForm, languageIds: string])[] = [
  [
    { kind: 'block', mark: '/**' },
    'c cpp cuda-cpp groovy java javascript javascriptreact kotlin objective-cpp php scala typescript typescriptreact',
  ],
  [{ kind: 'lines', mark: '///' }, 'dart rust swift zig'],
  [{ kind: 'lines', mark: '///', tag: 'summary' }, 'csharp'],
  [{ kind: 'lines', mark: '---' }, 'lua'],
  [{ kind: 'string', mark: '"""' }, 'python'],
];
const formById = new Map(ROWS.flatMap(([form, ids]) => ids.split(' ').map((id) => [id, form] as const)));

const MAX_LINE = 110;

/** Undefined if the language has neither its own form nor line comments. */
export function docFormOf(languageId: string): DocForm | undefined {
  const own = formById.get(languageId);
  if (own) return own;
  const [mark] = languageOf(languageId).lineComments;
  return mark === undefined ? undefined : { kind: 'lines', mark };
}

/** Offsets of a declaration and its body, UTF-16 units. */
export interface Documentable {
  readonly start: number;
  readonly body: number | undefined;
}

export interface DocComment {
  readonly from: number;
  readonly to: number;
  /** The text of the comment without marks and indents. */
  readonly prose: string;
}

/** The declaration's comment; undefined if it has none. */
export function docCommentOf({ kind, mark, tag }: DocForm, text: string, of: Documentable): DocComment | undefined {
  if (kind === 'string') return stringOf(text, of);
  const until = lineStart(text, of.start);
  const above = text.slice(0, until);
  const from = kind === 'block' ? blockStart(above) : linesStart(above, mark);
  if (from === undefined) return undefined;
  const raw = above.slice(from);
  const lines = raw.trimEnd().split('\n');
  const plain =
    kind === 'block'
      ? lines.map((line) => line.replace(/^\s*(?:\/\*\*+|\*(?!\/))? ?/, '').replace(/(?<!\s)\s*\*\/\s*$/, ''))
      : lines.map((line) => line.trimStart().slice(mark.length).replace(/^ /, ''));
  const prose = trimmed(plain).replace(tag === undefined ? /$^/ : new RegExp(`</?${tag}>\\n?`, 'g'), '');
  return { from, to: from + raw.trimEnd().length, prose: prose.trim() };
}

function blockStart(above: string): number | undefined {
  if (!/\*\/[ \t]*\n$/.test(above)) return undefined;
  const from = above.lastIndexOf('/*');
  return above.startsWith('/**', from) && lineBefore(above.slice(0, from)).trim() === '' ? from : undefined;
}

function linesStart(above: string, mark: string): number | undefined {
  const lines = above.split('\n');
  let first = lines.length - 1;
  while (first > 0 && (lines[first - 1] as string).trimStart().startsWith(mark)) first--;
  if (first === lines.length - 1) return undefined;
  const before = lines.slice(0, first).reduce((sum, line) => sum + line.length + 1, 0);
  return before + indentOf(lines[first] as string).length;
}

function stringOf(text: string, { body }: Documentable): DocComment | undefined {
  if (body === undefined) return undefined;
  const [raw, , prose] = /^[rRuU]?("""|''')([\s\S]*?)\1/.exec(text.slice(body)) ?? [];
  if (raw === undefined || prose === undefined) return undefined;
  return { from: body, to: body + raw.length, prose: trimmed(prose.split('\n').map((line) => line.trim())) };
}

function trimmed(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replace(/(?<![ \t])[ \t]+$/gm, '')
    .trim();
}

/**
 * The prose of a large model's answer, which may have comment marks although it was asked for prose. Without a mark at
 * its beginning it stays as it is; `#include` and `#[test]` have none.
 */
export function docProse(written: string): string {
  const marks = /^\s*(?:\/\*\*?|\*\/|\*(?!\*)|\/{2,3}|#(?![\w[])|--+|"""|''')[ \t]?|(?:\*\/|"""|''')\s*$/g;
  const isMarked = /^\s*(?:\/\*|\/\/|#\s|--|"""|''')/.test(written);
  return isMarked ? trimmed(written.split('\n').map((line) => line.replace(marks, ''))) : written.trim();
}

export interface DocEdit {
  readonly at: number;
  readonly insert: string;
}

/**
 * The edit that adds a comment to the declaration; undefined if the comment belongs in a body and there is none. Marks
 * in the prose that would end the comment are escaped.
 */
export function docEdit(
  { kind, mark, tag }: DocForm,
  prose: string,
  text: string,
  of: Documentable,
): DocEdit | undefined {
  const indent = indentOf(text.slice(lineStart(text, of.start)));
  if (kind === 'string') {
    if (of.body === undefined) return undefined;
    const alone = lineBefore(text.slice(0, of.body));
    // If the body begins on the colon's line, the comment gets its own line.
    const inner = alone.trim() === '' ? alone : `${indent}${indent.startsWith('\t') ? '\t' : '    '}`;
    const safe = prose.replaceAll('"""', "'''").replaceAll('\\', '\\\\').split('\n');
    const ends = safe.length > 1 ? `\n${inner}` : (safe[0] ?? '').endsWith('"') ? ' ' : '';
    const written = `${mark}${joined(safe, inner, '')}${ends}${mark}\n${inner}`;
    return { at: of.body, insert: alone.trim() === '' ? written : `\n${inner}${written}` };
  }
  if (kind === 'block') {
    const safe = prose.replaceAll('*/', '* /').split('\n');
    const short = safe.length === 1 && indent.length + prose.length < MAX_LINE;
    const written = short ? `/** ${safe[0]} */` : `/**\n${indent}${joined(safe, indent, ' * ')}\n${indent} */`;
    return { at: of.start, insert: `${written}\n${indent}` };
  }
  const tagged = tag === undefined ? prose : `<${tag}>\n${prose}\n</${tag}>`;
  return { at: of.start, insert: `${joined(tagged.split('\n'), indent, `${mark} `)}\n${indent}` };
}

function joined(lines: readonly string[], indent: string, mark: string): string {
  return lines
    .map((line, i) => `${i === 0 ? '' : line === '' && mark === '' ? '' : indent}${`${mark}${line}`.trimEnd()}`)
    .join('\n');
}
